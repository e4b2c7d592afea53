"""The states of a case: one set for every measure, with three names each (product.md, "One machine")."""

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    """States of a case; the label is the name that staff sees."""

    DRAFT = "draft", _("草稿")
    LOCAL_REVIEW = "local_review", _("待初审")
    CORRECTING = "correcting", _("补正中")
    ENDORSED = "endorsed", _("已初审，待上报")
    UPPER_REVIEW = "upper_review", _("待复审")
    EXPERT_REVIEW = "expert_review", _("专家评审中")
    SHORTLISTED = "shortlisted", _("拟支持")
    PUBLIC_NOTICE = "public_notice", _("公示中")
    RESERVED = "reserved", _("已储备")
    ALLOCATED = "allocated", _("资金方案报批中")
    APPROVED = "approved", _("方案已批准")
    DISBURSING = "disbursing", _("拨付中")
    TRACKING = "tracking", _("已拨付")
    REPORTED = "reported", _("已上报省厅")
    CLOSED = "closed", _("办结")
    DECLINED = "declined", _("不予支持")
    WITHDRAWN = "withdrawn", _("已撤回")
    STOPPED = "stopped", _("停止兑现")
    RECOVERING = "recovering", _("追回办理中")
    RECOVERED = "recovered", _("已追回")


APPLICANT_NAMES: Mapping[State, str | Promise] = {
    State.DRAFT: _("草稿"),
    State.LOCAL_REVIEW: _("已提交，初审中"),
    State.CORRECTING: _("需补正"),
    State.ENDORSED: _("初审已通过"),
    State.UPPER_REVIEW: _("复审中"),
    State.EXPERT_REVIEW: _("专家评审中"),
    State.SHORTLISTED: _("拟支持"),
    State.PUBLIC_NOTICE: _("公示中"),
    State.RESERVED: _("已储备"),
    State.ALLOCATED: _("资金方案报批中"),
    State.APPROVED: _("请确认收款信息"),
    State.DISBURSING: _("拨付中"),
    State.TRACKING: _("已拨付"),
    State.REPORTED: _("已上报省厅"),
    State.CLOSED: _("办结"),
    State.DECLINED: _("不予支持"),
    State.WITHDRAWN: _("已撤回"),
    State.STOPPED: _("停止兑现"),
    State.RECOVERING: _("资金追回中"),
    State.RECOVERED: _("已追回"),
}

_UNDER_REVIEW = _("办理中")
PUBLIC_NAMES: Mapping[State, str | Promise] = dict.fromkeys(State, _UNDER_REVIEW) | {
    State.PUBLIC_NOTICE: _("公示中"),
    State.RESERVED: _("公示已结束"),
    State.ALLOCATED: _("公示已结束"),
    State.APPROVED: _("公示已结束"),
    State.DISBURSING: _("公示已结束"),
    State.TRACKING: _("已拨付"),
    State.CLOSED: _("办结"),
}

MONEY_STATES = frozenset({State.APPROVED, State.DISBURSING, State.TRACKING})
"""States that mean money: a deferred constraint ties each to a posting of the journal."""

ENDS = frozenset({State.CLOSED, State.DECLINED, State.WITHDRAWN, State.STOPPED, State.RECOVERED})
"""States that nothing leaves."""
