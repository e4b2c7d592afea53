"""What the applicant declares as targets, and the articles that the papers to be stamped quote as issued."""

from __future__ import annotations

from policies.kit.policy import Question, QuestionKind
from policies.kit.text import article

KEY = "zhongshan"
QUOTED = tuple(article(KEY, number) for number in (13, 14, 15, 16))
ON_TARGETS = article(KEY, 12)

TARGETS = tuple(
    Question(key, QuestionKind.LONG_TEXT, label, hint, ON_TARGETS, required=False, step="targets")
    for key, label, hint in (
        ("target_overall", "总体绩效目标", "请写明项目建成后要达到的总体目标。"),
        ("target_output", "产出指标", "请逐项写明指标和目标值，例如完成投资、新增设备、新增产能。"),
        ("target_effect", "效益指标", "请逐项写明指标和目标值，例如产值、税收、就业、节能减排。"),
    )
)
