"""What a recorded list changes: a check of each enterprise about which it says something new."""

from typing import NamedTuple

from django.db.models import Q, QuerySet

from subsidy.enterprises.credit.models import CreditCheck, ListEntry, ListImport
from subsidy.enterprises.credit.snapshot import Key, Standing, standing
from subsidy.enterprises.models import Enterprise
from workflow import clock
from workflow.moves import Performed


def concerned(statement: ListImport) -> QuerySet[Enterprise]:
    """Enterprises about which an import can say something new: on it, or on the list as it was known before."""
    same_list = Q(statement__credit_list=statement.credit_list_id, statement__state=ListImport.State.RECORDED)
    entries = ListEntry.objects.exclude(credit_code="")
    if statement.coverage == ListImport.Coverage.SOME:
        entries = entries.filter(statement=statement)
    else:
        entries = entries.filter(Q(statement=statement) | same_list)
    return Enterprise.objects.filter(credit_code__in=entries.values("credit_code"))


def compared(statement: ListImport) -> dict[Key, tuple[Standing | None, Standing]]:
    """For a recorded import: (enterprise, list) → what was known before, and what is known with it."""
    firms, lists = list(concerned(statement)), [statement.credit_list_id]
    before = standing(firms, lists, without=statement.pk)
    return {key: (before.get(key), word) for key, word in standing(firms, lists).items()}


def is_news(before: Standing | None, now: Standing) -> bool:
    """A listing that was not known, or the end of one; that somebody unknown is not listed is none."""
    return now.listed != (before.listed if before else False)


def write_down(performed: Performed) -> None:
    """After an import was recorded: what it says of each enterprise it changes, or that was looked up in it."""
    now = clock.now()
    for statement in performed.subjects:
        rows = []
        for (pk, code), (before, word) in compared(statement).items():
            news = is_news(before, word)
            own = word.statement.pk == statement.pk
            if not own or not (news or statement.coverage == ListImport.Coverage.SOME):
                continue
            rows.append(
                CreditCheck(
                    enterprise_id=pk, list=code, listed=word.listed, source=statement.source, checked_at=now,
                    operator_id=performed.actor.id, evidence=statement.evidence, point=CreditCheck.Point.REGISTER,
                    as_of=word.as_of, reference=word.reference, statement=statement, changed=news,
                )
            )  # fmt: skip
        CreditCheck.objects.bulk_create(rows)


class News(NamedTuple):
    """An enterprise about which a list says something new."""

    enterprise: Enterprise
    before: bool | None
    now: bool


def news_of(statement: ListImport, seen: QuerySet[Enterprise]) -> list[News]:
    """What an import changes, or would change once it is recorded, about enterprises one sees; five queries at most."""
    if statement.state == ListImport.State.RECORDED:
        rows = statement.checks.filter(point=CreditCheck.Point.REGISTER, changed=True, enterprise__in=seen)
        return [
            News(row.enterprise, not row.listed, row.listed)
            for row in rows.select_related("enterprise").order_by("enterprise__name_key", "pk")
        ]
    firms = list(concerned(statement).filter(pk__in=seen).order_by("name_key", "pk"))
    known = standing(firms, [statement.credit_list_id])
    listed = dict(statement.entries.exclude(credit_code="").values_list("credit_code", "listed"))
    found = []
    for firm in firms:
        before, now = known.get((firm.pk, statement.credit_list_id)), listed.get(firm.credit_code, False)
        later = before is None or before.as_of <= statement.as_of
        if later and now != (before.listed if before else False):
            found.append(News(firm, before.listed if before else None, now))
    return found
