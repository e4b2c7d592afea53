"""吉林省先进制造业集群奖补实施细则（暂行），吉工信办联规〔2024〕80号."""

from policies.jilin.policy import EDITIONS

__all__ = ["EDITIONS"]
