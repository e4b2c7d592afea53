"""Prepare a call and change it while it is a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from policies.kit.facts import CallKind
from policies.kit.policy import Policy
from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Agency
from subsidy.accounts.rights import Right
from subsidy.calls.materials import documents_of, scorecard_of
from subsidy.calls.models import Call
from subsidy.calls.settings_of import defaults
from workflow import clock, perform
from workflow.perform import NotAllowed, Refused


def prepare(actor: Actor, policy: Policy, agency: Agency, values: Mapping[str, Any], issuers: Sequence[Agency]) -> Call:
    """A new draft under an edition, with the measure's materials and scorecard. ``values`` are columns of the call.

    Raises NotAllowed when the actor may not prepare calls at this agency.
    """
    kind = CallKind(values["kind"])
    columns = {
        **defaults(policy), "documents": documents_of(policy, kind, clock.today()),
        "scorecard": scorecard_of(policy, kind), **values,
    }  # fmt: skip
    return draft(actor, policy, agency, columns, issuers)


def draft(
    actor: Actor,
    policy: Policy,
    agency: Agency,
    columns: Mapping[str, Any],
    issuers: Sequence[Agency],
    *,
    evidence: Mapping[str, Any] | None = None,
) -> Call:
    """Store a draft with these columns and write its first entry.

    Raises NotAllowed as ``prepare`` does, Refused for a number that another call of the agency has.
    """
    if agency.pk not in actor.agencies_with(Right.PREPARE_CALL):
        raise NotAllowed(_("您的岗位不能办理此步骤。如需协助请联系系统管理员。"))
    if fault := fault_of_number(columns["number"], agency):
        raise Refused(fault)
    with transaction.atomic():
        call = Call.objects.create(
            **columns, measure=policy.measure, edition=policy.edition, agency=agency, prepared_by_id=actor.person_id
        )
        call.issuers.set(issuers)
        perform.created(call, actor, evidence={"edition": policy.edition, "number": call.number, **(evidence or {})})
    return call


def change(
    call: Call, actor: Actor, values: Mapping[str, Any], *, version: int, issuers: Sequence[Agency] | None = None
) -> Call:
    """Change columns of a draft.

    Raises NotAllowed, Conflict for an old version, or Refused once it is published and for a number that another call
    of the agency has.
    """
    if call.agency_id not in actor.agencies_with(Right.PREPARE_CALL):
        raise NotAllowed(_("您的岗位不能办理此步骤。如需协助请联系系统管理员。"))
    if fault := fault_of_number(values.get("number", ""), call.agency, call):
        raise Refused(fault)
    with transaction.atomic():
        changed = perform.record(
            call,
            "change",
            actor,
            evidence={"columns": sorted(values)},
            changes=values,
            version=version,
            label=_("修改申报通知"),
        )
        if changed.state != Call.State.DRAFT:
            raise Refused(_("申报通知已发布，不能再修改；如确需调整，请废止后重新发布。"))
        if issuers is not None:
            changed.issuers.set(issuers)
    return changed


def fault_of_number(number: str, agency: Agency, but: Call | None = None) -> str:
    """Why a call of this agency cannot have a number: one that was published has it, voided or not. One query."""
    used = Call.objects.filter(number=number).exclude(state=Call.State.DRAFT)
    if but is not None:
        used = used.exclude(pk=but.pk)
    other = used.filter(Q(agency=agency) | Q(issuers=agency)).order_by("-pk").first() if number else None
    if other is None:
        return ""
    return _("文号 %(number)s 已用于“%(title)s”（%(state)s），请改用新的文号。") % {
        "number": number, "title": other.title, "state": other.get_state_display(),
    }  # fmt: skip
