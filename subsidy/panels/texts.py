"""The texts of messages about panels."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.messages.texts import Field, Text, register

EXPERT = _("评审专家")
TITLE = Field("title", _("评审批次名称"), _("2026年集群奖补专家评审"))
UNTIL = Field("until", _("评分截止时间（未设定时为空）"), _("评分截止时间：2026-06-05 17:00。"))
REASON = Field("reason", _("原因"), _("第二项未写评语"), needed=True)

INVITED = register(Text(
    "panels.invited", _("邀请评审"), EXPERT, _("请您评审：{title}"), _("请先完成承诺与回避声明，再逐件评分。{until}"),
    (TITLE, UNTIL),
))  # fmt: skip
REMINDED = register(Text(
    "panels.reminded", _("催促评审"), EXPERT, _("请尽快完成评审：{title}"), "{until}", (TITLE, UNTIL),
))  # fmt: skip
UNLOCKED = register(Text(
    "panels.unlocked", _("评分退回修改"), EXPERT, _("评分已退回修改：{title}"), "{reason}", (TITLE, REASON),
))  # fmt: skip
