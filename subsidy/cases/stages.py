"""What a measure's procedure asks of the cases of one call."""

from policies.kit.kinds import CallKind
from policies.kit.policy import Desk, Policy, Stage
from subsidy.calls.editions import policy_of
from subsidy.calls.models import Call
from workflow.states import State

PROVINCE_REPORT = "province_report"


def stages_of(call: Call) -> tuple[Stage, ...]:
    """Who decides what in this call, in order."""
    return policy_of(call).stages(CallKind(call.kind))


def signing_stages(call: Call) -> tuple[Stage, ...]:
    """The stages that must sign before a case leaves the local review: both bureaus in Jilin, the town in Zhongshan."""
    return signing(policy_of(call), CallKind(call.kind))


def signing(policy: Policy, kind: CallKind) -> tuple[Stage, ...]:
    """The same of an edition and a kind of call."""
    return tuple(stage for stage in policy.stages(kind) if stage.signature and stage.state == State.LOCAL_REVIEW)


def has_experts(call: Call) -> bool:
    """Whether experts score the cases of this call."""
    return any(stage.desk is Desk.EXPERTS for stage in stages_of(call))


def reports_to_province(call: Call) -> bool:
    """Whether the measure has lists reported to the province (Zhongshan Art. 4, 11)."""
    return any(stage.key == PROVINCE_REPORT for stage in stages_of(call))


def policy_reports(policy: Policy) -> bool:
    """The same of a measure, in whichever kind of call."""
    return any(stage.key == PROVINCE_REPORT for kind in CallKind for stage in policy.stages(kind))
