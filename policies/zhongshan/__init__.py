"""中山市省级先进制造业发展专项资金（制造业投资奖励）管理实施细则，中工信〔2023〕73号."""

from policies.zhongshan.policy import EDITIONS

__all__ = ["EDITIONS"]
