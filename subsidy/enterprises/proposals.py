"""A succession to an heir in another keeper's territory: proposed with its evidence, and answered there."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Post
from subsidy.accounts.register_row import KEEPER
from subsidy.accounts.rights import RIGHTS, Right
from subsidy.enterprises.models import HEIR, Enterprise, Succession, SuccessionProposal
from subsidy.enterprises.register import Evidence
from subsidy.enterprises.succession import checked_heir, keeps, pass_on
from subsidy.messages.notify import notify
from workflow import clock, perform
from workflow.perform import NotAllowed, Refused

KEEPER_ROLES = [role for role, rights in RIGHTS.items() if Right.KEEP_REGISTERS in rights]


@transaction.atomic
def propose(
    predecessor: Enterprise, successor: Enterprise, actor: Actor, *, kind: Succession.Kind, effective_on: date,
    evidence: Evidence, version: int,
) -> SuccessionProposal:  # fmt: skip
    """Ask the heir's keepers to confirm a succession; it takes no effect before.

    Raises NotAllowed, Conflict, or Refused when the heir cannot take over or nobody keeps the register there.
    """
    if not keeps(predecessor, actor):
        raise NotAllowed(_("您的岗位不负责该地区的登记。如需协助请联系系统管理员。"))
    heir = checked_heir(predecessor, successor, effective_on)
    if keeps(heir, actor):
        raise Refused(_("承继单位由本单位登记，无需他人确认，请直接登记承继。"))
    if not heir.competence(KEEPER).agencies:
        raise Refused(_("承继单位所在地区没有登记单位，暂不能提请，请联系系统管理员。"))
    label = _("提请承继")
    noted = perform.record(
        predecessor, "propose_succession", actor, note=evidence.document, version=version, label=label,
        evidence={"what": _named(heir), "on": effective_on, "digest": evidence.digest},
    )  # fmt: skip
    if noted.state != Enterprise.State.LISTED:
        raise perform.stale(noted, label)
    perform.record(
        heir, "offer_succession", actor, note=evidence.document,
        evidence={"what": _named(predecessor), "on": effective_on, "digest": evidence.digest},
    )  # fmt: skip
    made = SuccessionProposal.objects.create(
        predecessor=predecessor, heir=heir, kind=kind, effective_on=effective_on, document=evidence.document,
        evidence=evidence.digest, evidence_name=evidence.name, proposed_by_id=actor.person_id, proposed_at=clock.now(),
    )  # fmt: skip
    perform.created(
        made, actor, note=evidence.document,
        evidence={"predecessor": predecessor.credit_code, "heir": heir.credit_code, "digest": evidence.digest},
    )  # fmt: skip
    title = _("请确认承继：%(heir)s 承继 %(name)s") % {"heir": heir.name, "name": predecessor.name}
    _tell(made, HEIR, title, _("确认后，被承继单位的禁止申报、暂缓和应追回款项由承继单位承担。"))
    return made


@transaction.atomic
def confirm(proposal: SuccessionProposal, actor: Actor, *, version: int) -> Succession:
    """The heir's keeper consents: the succession takes effect. Raises NotAllowed, Conflict or Refused."""
    proposal = perform.perform(proposal, "confirm", actor, version=version)
    predecessor = proposal.predecessor
    heir = checked_heir(predecessor, proposal.heir, proposal.effective_on)
    made = pass_on(
        predecessor, heir, actor, "pass_on", kind=Succession.Kind(proposal.kind), effective_on=proposal.effective_on,
        evidence=Evidence(proposal.document, proposal.evidence, proposal.evidence_name),
    )  # fmt: skip
    _tell(proposal, KEEPER, _("承继已获确认：%(heir)s 承继 %(name)s") % _names(proposal), "")
    return made


@transaction.atomic
def decline(proposal: SuccessionProposal, actor: Actor, *, reason: str, version: int) -> SuccessionProposal:
    """The heir's keeper does not consent, and says why; nothing passes on. Raises NotAllowed, Conflict or Refused."""
    if not reason.strip():
        raise Refused(_("请写明不予确认的原因。"))
    proposal = perform.perform(proposal, "decline", actor, note=reason, version=version)
    _note(proposal, actor, "decline_succession", reason)
    _tell(proposal, KEEPER, _("承继未获确认：%(heir)s 承继 %(name)s") % _names(proposal), reason)
    return proposal


@transaction.atomic
def withdraw(proposal: SuccessionProposal, actor: Actor, *, reason: str, version: int) -> SuccessionProposal:
    """Whoever keeps the predecessor takes the proposal back. Raises NotAllowed, Conflict or Refused."""
    if not reason.strip():
        raise Refused(_("请写明撤回的原因。"))
    proposal = perform.perform(proposal, "withdraw", actor, note=reason, version=version)
    _note(proposal, actor, "withdraw_succession", reason)
    _tell(proposal, HEIR, _("承继提请已撤回：%(heir)s 承继 %(name)s") % _names(proposal), reason)
    return proposal


def _note(proposal: SuccessionProposal, actor: Actor, code: str, reason: str) -> None:
    """The end of the proposal in the histories of both enterprises."""
    what = {proposal.predecessor_id: _named(proposal.heir), proposal.heir_id: _named(proposal.predecessor)}
    perform.record_many(
        Enterprise, what, code, actor, note=reason, each={pk: {"what": name} for pk, name in what.items()}
    )


def _tell(proposal: SuccessionProposal, stage: str, title: str, body: str) -> None:
    """A message to the keepers of one side."""
    address = reverse("enterprises:proposal", args=[proposal.pk])
    agencies = proposal.competence(stage).agencies
    posts = Post.objects.on(clock.today()).filter(agency__in=agencies, role__in=KEEPER_ROLES)
    notify(posts.people(), title, body, address)


def _named(row: Enterprise) -> str:
    return f"{row.name}（{row.credit_code}）"


def _names(proposal: SuccessionProposal) -> dict[str, str]:
    return {"heir": proposal.heir.name, "name": proposal.predecessor.name}
