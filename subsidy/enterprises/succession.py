"""Who stands in for whom: a successor takes rights and duties of its predecessors, bars and debts included."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db import connection, transaction
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.enterprises.models import Enterprise, Succession, SuccessionProposal
from subsidy.enterprises.register import Evidence
from workflow import clock, perform
from workflow.perform import NotAllowed, Refused

UPWARDS = """
WITH RECURSIVE line (heir, link) AS (
    SELECT id, id FROM unnest(%s::bigint[]) AS given (id)
    UNION
    SELECT line.heir, s.predecessor_id FROM line JOIN enterprises_succession s ON s.successor_id = line.link
)
SELECT heir, link FROM line
"""
DOWNWARDS = """
WITH RECURSIVE line (id) AS (
    SELECT %s::bigint
    UNION
    SELECT s.successor_id FROM line JOIN enterprises_succession s ON s.predecessor_id = line.id
)
SELECT id FROM line WHERE id NOT IN (SELECT predecessor_id FROM enterprises_succession)
"""


def keeps(heir: Enterprise, actor: Actor) -> bool:
    """Whether the person keeps the register where the heir lies: then nobody else has to consent."""
    return perform.may(heir, "succeed", actor)


def succeed(
    predecessor: Enterprise, successor: Enterprise, actor: Actor, *, kind: Succession.Kind, effective_on: date,
    evidence: Evidence, version: int,
) -> Succession:  # fmt: skip
    """One enterprise takes over from another, both in the keeper's territory.

    Raises NotAllowed (an heir elsewhere is proposed: `proposals.propose`), Conflict or Refused.
    """
    with transaction.atomic():
        heir = checked_heir(predecessor, successor, effective_on)
        if keeps(predecessor, actor) and not keeps(heir, actor):
            raise NotAllowed(_("承继单位由其他地区登记，须由该地区的登记人员确认后才能生效。"))
        return pass_on(
            predecessor,
            heir,
            actor,
            "succeed",
            kind=kind,
            effective_on=effective_on,
            evidence=evidence,
            version=version,
        )


def checked_heir(predecessor: Enterprise, successor: Enterprise, effective_on: date) -> Enterprise:
    """The heir with both rows locked, in a transaction. Raises Refused when it cannot take over from this one."""
    if predecessor.pk == successor.pk:
        raise Refused(_("承继单位不能是该单位自己，请填写另一家单位的统一社会信用代码。"))
    if effective_on > clock.today():
        raise Refused(_("生效日期不能晚于今天，请在生效后登记。"))
    both = Enterprise.objects.select_for_update(of=("self",)).filter(pk__in=[predecessor.pk, successor.pk])
    heir = next(one for one in both.order_by("pk") if one.pk == successor.pk)
    if heir.state != Enterprise.State.LISTED:
        raise Refused(
            _("承继单位“%(name)s”%(state)s，不能承继。") % {"name": heir.name, "state": heir.get_state_display()}
        )
    if SuccessionProposal.objects.filter(predecessor=predecessor, state=SuccessionProposal.State.PROPOSED).exists():
        raise Refused(_("该单位的承继正等待承继单位所在地区确认，请等待答复，或先撤回提请。"))
    return heir


def pass_on(
    predecessor: Enterprise, heir: Enterprise, actor: Actor, move: str, *, kind: Succession.Kind, effective_on: date,
    evidence: Evidence, version: int | None = None,
) -> Succession:  # fmt: skip
    """The succession itself, in a transaction, with an entry in both histories; `move` ends the predecessor."""
    facts = {"kind": kind, "on": effective_on, "digest": evidence.digest}
    perform.perform(
        predecessor, move, actor, note=evidence.document, version=version,
        evidence={**facts, "successor": heir.credit_code, "name": heir.name},
    )  # fmt: skip
    perform.record(
        heir, "take_over", actor, note=evidence.document,
        evidence={**facts, "predecessor": predecessor.credit_code, "name": predecessor.name},
    )  # fmt: skip
    return Succession.objects.create(
        predecessor=predecessor, successor=heir, kind=kind, effective_on=effective_on,
        document=evidence.document, evidence=evidence.digest, evidence_name=evidence.name,
        recorded_by_id=actor.person_id, recorded_at=clock.now(),
    )  # fmt: skip


def answers_for(enterprise_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """Enterprise → all for whose bars, holds and debts it answers: itself and its predecessors; one query."""
    found: dict[int, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(UPWARDS, [list(enterprise_ids)])
        for heir, link in cursor.fetchall():
            found[heir].add(link)
    return {heir: frozenset(links) for heir, links in found.items()}


def heir_of(enterprise: Enterprise) -> Enterprise:
    """Who answers for an enterprise today: itself, or the last of its successors; two queries."""
    with connection.cursor() as cursor:
        cursor.execute(DOWNWARDS, [enterprise.pk])
        ((pk,),) = cursor.fetchall()
    return Enterprise.objects.get(pk=pk)
