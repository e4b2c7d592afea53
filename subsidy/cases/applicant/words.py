"""What a case's state is called for its applicant, and in which colour: amber is the applicant's turn."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from subsidy.calls.editions import policy_of
from subsidy.cases.models import Case
from subsidy.papers.columns import Tag
from workflow.states import APPLICANT_NAMES, State

TONES: Mapping[State, str] = {
    State.DRAFT: "", State.LOCAL_REVIEW: "run", State.CORRECTING: "you", State.ENDORSED: "run",
    State.UPPER_REVIEW: "run", State.EXPERT_REVIEW: "exp", State.SHORTLISTED: "pub", State.PUBLIC_NOTICE: "pub",
    State.RESERVED: "good", State.ALLOCATED: "run", State.APPROVED: "you", State.DISBURSING: "run",
    State.TRACKING: "good", State.REPORTED: "run", State.CLOSED: "done", State.DECLINED: "bad", State.WITHDRAWN: "",
    State.STOPPED: "bad", State.RECOVERING: "bad", State.RECOVERED: "done",
}  # fmt: skip


STAGES: Mapping[State, str | Promise] = {
    State.DRAFT: _("填写"), State.LOCAL_REVIEW: _("初审"), State.ENDORSED: _("上报"), State.UPPER_REVIEW: _("复审"),
    State.EXPERT_REVIEW: _("专家评审"), State.SHORTLISTED: _("拟支持"), State.PUBLIC_NOTICE: _("公示"),
    State.ALLOCATED: _("资金方案"), State.APPROVED: _("方案批准"), State.DISBURSING: _("拨付"),
    State.TRACKING: _("绩效跟踪"), State.REPORTED: _("上报省厅"), State.CLOSED: _("办结"),
}  # fmt: skip


def stage_name(case: Case, state: State) -> str:
    """A stage of the route in a word; keeping in reserve is called what the measure calls it."""
    return str(STAGES[state]) if state in STAGES else policy_of(case.call).labels.reserve


def state_name(case: Case) -> str:
    """The state's name for the applicant: the measure's own, else the platform's."""
    return name_of(case, State(case.state))


def name_of(case: Case, state: State) -> str:
    """Any state's name for the applicant of a case."""
    own = policy_of(case.call).labels.states.get(state.value)
    return own.applicant if own else str(APPLICANT_NAMES[state])


def state_tag(case: Case) -> Tag:
    """The same as a tag."""
    return Tag(state_name(case), TONES[State(case.state)])
