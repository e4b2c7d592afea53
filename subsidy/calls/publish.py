"""Publish a call: by a second person, under the edition in force on that day."""

from __future__ import annotations

from policies.kit.registry import NotInForce
from subsidy.accounts.actor import Actor
from subsidy.calls.editions import in_force
from subsidy.calls.models import Call
from workflow import clock, perform
from workflow.perform import Refused


def publish(call: Call, actor: Actor, *, version: int, reason: str = "") -> Call:
    """Publish a draft; its edition is the one in force today, for good.

    A replacement voids the call it replaces with the ``reason`` and takes over its cases, in the same transaction.
    Raises NotAllowed; Conflict when it was changed or published meanwhile; Refused with the sentence why not
    (prepared by the same person, or a check before publishing that blocks).
    """
    now = clock.now()
    try:
        edition = in_force(call.measure, now.date()).edition
    except NotInForce as error:
        raise Refused(error.message) from error
    return perform.perform(
        call, "publish", actor, version=version, note=reason,
        evidence={"edition": edition, "number": call.number, "closes_at": call.closes_at.isoformat()},
        changes={"edition": edition, "published_by_id": actor.id, "published_at": now},
    )  # fmt: skip


def void(call: Call, actor: Actor, *, reason: str, version: int) -> Call:
    """Void a published call, with the reason; nothing more can be filed under it. Raises as ``publish`` does."""
    return perform.perform(call, "void", actor, note=reason, version=version)
