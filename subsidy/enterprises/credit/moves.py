"""Moves of list imports and bars, and what a recorded list changes about enterprises."""

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.rights import Right
from subsidy.enterprises.credit.changes import write_down
from subsidy.enterprises.credit.models import Bar, ListImport
from workflow import clock, moves
from workflow.protocols import Actor

moves.register(ListImport, "record", right=Right.LOOK_UP_CREDIT, stage="agency", label=_("确认入库"))
moves.register(ListImport, "discard", right=Right.LOOK_UP_CREDIT, stage="agency", label=_("放弃导入"))
moves.register(Bar, "impose", right=Right.BAR, stage="agency", label=_("登记禁止申报"))
moves.register(Bar, "lift", right=Right.BAR, stage="agency", label=_("解除禁止申报"))

Reasons = Mapping[int, str | Promise]


@moves.guard(ListImport, "record")
def read_and_not_of_tomorrow(imports: Sequence[ListImport], actor: Actor) -> Reasons:
    """A list is recorded once it has been read, has something in it, and speaks of a day that has come."""
    reasons: dict[int, str | Promise] = {}
    for one in imports:
        if one.read_at is None:
            reasons[one.pk] = _t("名单尚在读取，请稍候刷新页面。")
        elif one.as_of > clock.today():
            reasons[one.pk] = _t("数据日期不能晚于今天。")
        elif not one.rows:
            reasons[one.pk] = _t("名单中没有可入库的内容，请核对文件后重新导入。")
    return reasons


@moves.guard(ListImport, "record")
def whole_lists_by_those_who_keep_them(imports: Sequence[ListImport], actor: Actor) -> Reasons:
    """A whole list also says who is not on it: it is recorded by whoever keeps the lists."""
    return {
        one.pk: _t("整份名单须由名单管理岗位入库。")
        for one in imports
        if one.coverage == ListImport.Coverage.WHOLE and not actor.may(Right.KEEP_LISTS, one.competence("agency"))
    }


moves.effect(ListImport, "record")(write_down)
