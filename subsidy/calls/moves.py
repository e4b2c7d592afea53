"""Moves of a call, and what must hold before it is published."""

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subsidy.accounts.rights import Right
from subsidy.calls.models import Call
from subsidy.calls.preflight import checks_of
from workflow import moves, perform
from workflow.protocols import Actor

Reasons = Mapping[int, str | Promise]

moves.register(Call, "publish", right=Right.PUBLISH_CALL, stage="upper", label=gettext_lazy("发布申报通知"))
moves.register(Call, "void", right=Right.PUBLISH_CALL, stage="upper", label=gettext_lazy("废止申报通知"))


@moves.guard(Call, "publish")
def by_a_second_person(calls: Sequence[Call], actor: Actor) -> Reasons:
    """Whoever prepared a call does not publish it."""
    return {
        c.pk: _("拟制人不能自己发布，请由另一名工作人员发布。") for c in calls if c.prepared_by_id in actor.one_with
    }


@moves.guard(Call, "publish")
def no_blocking_check_fails(calls: Sequence[Call], actor: Actor) -> Reasons:
    """The first check before publishing that fails and blocks, whoever publishes by whatever way."""
    return {
        pk: blocking[0].problem
        for pk, found in checks_of(calls).items()
        if (blocking := [check for check in found if check.blocks])
    }


@moves.guard(Call, "publish")
def replaces_one_of_its_kind(calls: Sequence[Call], actor: Actor) -> Reasons:
    """Supported projects do not become measured ones because a call was issued anew."""
    replaced = Call.objects.in_bulk({call.replaces_id for call in calls if call.replaces_id})
    return {
        call.pk: _("替换通知的类别须与被替换的 %(number)s 一致。") % {"number": replaced[call.replaces_id].number}
        for call in calls
        if call.replaces_id and replaced[call.replaces_id].kind != call.kind
    }


@moves.effect(Call, "publish")
def void_what_it_replaces(performed: moves.Performed) -> None:
    """One round has one call: the replaced one ends as the new one begins, with the reason that was given."""
    replaced = Call.objects.in_bulk({call.replaces_id for call in performed.subjects if call.replaces_id})
    for call in performed.subjects:
        old = replaced.get(call.replaces_id)
        if old is None or old.state != Call.State.PUBLISHED:
            continue
        if not performed.note:
            raise perform.Refused(_("请填写废止 %(number)s 的原因。") % {"number": old.number})
        perform.perform(old, "void", performed.actor, note=performed.note, evidence={"replaced_by": call.number})
