"""Moves of a case up to the experts, and of what sends cases up in a group."""

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.rights import Right
from subsidy.calls.models import Call
from subsidy.cases import credit, filing_guards, migrate  # noqa: F401  register guards and effects of their own
from subsidy.cases.holds import held
from subsidy.cases.models import Case, JointSubmission, ProvinceReport
from subsidy.cases.signatures import recommended_upper, standing
from subsidy.cases.stages import has_experts, signing_stages
from workflow import moves
from workflow.protocols import Actor

moves.register(Case, "submit", right=Right.FILE, stage="applicant", label=_("提交申报"))
moves.register(Case, "take_back", right=Right.FILE, stage="applicant", label=_("撤回到草稿"))
moves.register(Case, "withdraw", right=Right.FILE, stage="applicant", label=_("撤回申报"))
moves.register(Case, "ask_correction", right=Right.REVIEW_LOCAL, stage="local", label=_("退回补正"))
moves.register(Case, "ask_correction_upper", right=Right.REVIEW_UPPER, stage="upper", label=_("退回补正"))
moves.register(Case, "correct", right=Right.FILE, stage="applicant", label=_("提交补正"))
moves.register(Case, "correct_upper", right=Right.FILE, stage="applicant", label=_("提交补正"))
moves.register(Case, "endorse", right=Right.ENDORSE, stage="signatories", label=_("初审通过"))
moves.register(Case, "decline_local", right=Right.REVIEW_LOCAL, stage="local", label=_("不予推荐"))
moves.register(Case, "send_up", right=Right.SEND_JOINT, stage="local", label=_("上报"))
moves.register(Case, "return_to_local", right=Right.REVIEW_UPPER, stage="upper", label=_("退回下级"))
moves.register(Case, "decline_upper", right=Right.REVIEW_UPPER, stage="upper", label=_("不予支持"))
moves.register(Case, "shortlist_without_experts", right=Right.REVIEW_UPPER, stage="upper", label=_("列入拟支持"))
moves.register(Case, "report_to_province", right=Right.REPORT_PROVINCE, stage="upper", label=_("上报省厅"))
moves.register(Case, "close_reported", right=Right.REPORT_PROVINCE, stage="upper", label=_("办结"))
moves.register(Case, "close", right=Right.REVIEW_UPPER, stage="upper", label=_("办结"))
moves.register(JointSubmission, "send", right=Right.SEND_JOINT, stage="local", label=_("上报"))
moves.register(JointSubmission, "release", right=Right.REVIEW_UPPER, stage="upper", label=_("准予撤回上报"))
moves.register(ProvinceReport, "send", right=Right.REPORT_PROVINCE, stage="upper", label=_("上报省厅"))
moves.register(ProvinceReport, "answer", right=Right.REPORT_PROVINCE, stage="upper", label=_("登记省厅批复"))

moves.guard(Case, "endorse", "send_up", "shortlist_without_experts", "report_to_province")(held)


@moves.guard(Case, "endorse")
def signatures_complete(cases: Sequence[Case], actor: Actor) -> Mapping[int, str | Promise]:
    """Every stage that must sign has signed the newest submission, each by another person (Jilin Art. 8)."""
    calls = Call.objects.in_bulk({case.call_id for case in cases})
    stages = {pk: signing_stages(call) for pk, call in calls.items()}
    signed = standing(cases)
    reasons: dict[int, str | Promise] = {}
    for case in cases:
        agreed = signed[case.pk].agreed
        missing = [stage.label for stage in stages[case.call_id] if stage.desk.value not in agreed]
        if missing:
            reasons[case.pk] = gettext("还差签署：%(stages)s。") % {"stages": "、".join(missing)}
        elif len({signature.signed_by_id for signature in agreed.values()}) < len(agreed):
            reasons[case.pk] = gettext("初审与会审须由不同人员签署。")
    return reasons


@moves.guard(Case, "shortlist_without_experts")
def upper_review_in_favour(cases: Sequence[Case], actor: Actor) -> Mapping[int, str | Promise]:
    """The newest submission has the upper bureau's conclusion, in favour (Jilin Art. 9, Zhongshan Art. 11)."""
    passed = recommended_upper(cases)
    return {case.pk: gettext("尚未签署复审意见。") for case in cases if case.pk not in passed}


@moves.guard(Case, "shortlist_without_experts")
def measure_without_experts(cases: Sequence[Case], actor: Actor) -> Mapping[int, str | Promise]:
    """Only where the measure has no experts does a case go past them."""
    calls = Call.objects.in_bulk({case.call_id for case in cases})
    scored = {pk for pk, call in calls.items() if has_experts(call)}
    return {case.pk: gettext("本政策须经专家评审。") for case in cases if case.call_id in scored}


@moves.guard(Case, "report_to_province", "close_reported")
def measuring_call(cases: Sequence[Case], actor: Actor) -> Mapping[int, str | Promise]:
    """Only cases of a measuring call end with the report to the province (Zhongshan Art. 4)."""
    support = set(
        Call.objects.filter(pk__in={case.call_id for case in cases}).exclude(kind=Call.Kind.MEASURING)
        .values_list("pk", flat=True)
    )  # fmt: skip
    return {case.pk: gettext("仅测算项目在上报省厅后办结。") for case in cases if case.call_id in support}
