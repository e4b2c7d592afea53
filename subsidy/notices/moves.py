"""Moves of notices and objections, and of cases through publicity."""

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.rights import Right
from subsidy.cases.holds import held
from subsidy.cases.models import Case
from subsidy.notices.models import Notice, NoticeRow, Objection
from workflow import moves

moves.register(Notice, "ask_signature", right=Right.BUILD_NOTICE, stage="upper", label=_("送审"))
moves.register(Notice, "send_back", right=Right.PUBLISH_NOTICE, stage="upper", label=_("退回修改"))
moves.register(Notice, "publish", right=Right.PUBLISH_NOTICE, stage="upper", label=_("发布公示"))
moves.register(Notice, "close", right=Right.BUILD_NOTICE, stage="upper", label=_("公示期满"))
moves.register(Objection, "take_up", right=Right.HANDLE_OBJECTION, stage="upper", label=_("受理核实"))
moves.register(Objection, "refuse", right=Right.HANDLE_OBJECTION, stage="upper", label=_("转为线索"))
moves.register(Objection, "uphold", right=Right.HANDLE_OBJECTION, stage="upper", label=_("异议成立"))
moves.register(Objection, "dismiss", right=Right.HANDLE_OBJECTION, stage="upper", label=_("异议不成立"))
moves.register(Case, "publish", right=Right.PUBLISH_NOTICE, stage="upper", label=_("公示"))
moves.register(Case, "reserve", right=Right.BUILD_NOTICE, stage="upper", label=_("公示期满，转入储备"))
moves.register(Case, "decline_by_objection", right=Right.HANDLE_OBJECTION, stage="upper", label=_("异议成立，不予支持"))


@moves.guard(Case, "reserve")
def no_open_hold(cases: Sequence[Case], actor: object) -> Mapping[int, str | Promise]:
    """A held case does not leave public notice."""
    return held(cases, actor)


@moves.guard(Case, "reserve")
def period_has_ended(cases: Sequence[Case], actor: object) -> Mapping[int, str | Promise]:
    """No case goes to the reserve while its notice runs (Jilin Art. 10, 11)."""
    running = NoticeRow.objects.filter(case__in=cases, notice__state=Notice.State.PUBLISHED)
    return dict.fromkeys(running.values_list("case_id", flat=True), _("公示期尚未届满"))


@moves.guard(Case, "publish")
def stands_on_a_published_notice(cases: Sequence[Case], actor: object) -> Mapping[int, str | Promise]:
    """A case becomes public only with its notice."""
    shown = set(
        NoticeRow.objects.filter(case__in=cases, notice__state=Notice.State.PUBLISHED).values_list("case_id", flat=True)
    )
    return {case.pk: _("该项目不在已发布的公示中") for case in cases if case.pk not in shown}
