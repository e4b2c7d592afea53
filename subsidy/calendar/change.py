"""Enter a year of the calendar, correct a day of it: with its document, and with what it does to running limits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.calendar.days import Arrangement, Special, one_day_problem, problems, window
from subsidy.calendar.effect import Days, Effect, Fate, Of, effect_of, entered
from subsidy.calendar.models import Year
from subsidy.cases.recount import lengthen
from subsidy.notices.recount import recount
from subsidy.reference.models import Holiday
from subsidy.reference.workcalendar import NATIONAL_DAY
from workflow import perform
from workflow.perform import NotAllowed, Refused

NAMED = 5


class Ground(NamedTuple):
    """Why the calendar is what it is: the document's name and number, its copy, and a reason in one's own words."""

    source: str
    digest: str
    name: str
    reason: str = ""


def of_year(given: Arrangement, held: Mapping[date, Special]) -> Days:
    """What entering a year changes: everything its notice speaks of, what was entered for it before included."""
    first, last = window(given.year)
    new = given.days()
    return {day: new.get(day) for day in {*new, *(day for day in held if first <= day <= last)}}


@transaction.atomic
def enter_year(actor: Actor, given: Arrangement, ground: Ground, *, version: int, seen: str = "") -> Effect:
    """Enter a year, or enter it anew. ``seen`` is the digest of the effect that the person has read and accepted.

    Raises NotAllowed, Conflict for an old ``version``, Refused for a year that cannot be right, or when running limits
    forbid it or were not accepted.
    """
    if found := problems(given):
        raise Refused(found[0])
    held, year = _locked(actor, given.year, version)
    document = {"source": ground.source, "evidence": ground.digest, "evidence_name": ground.name}
    return _carry_out(actor, year, of_year(given, held), held, ground, seen, document)


@transaction.atomic
def correct_day(
    actor: Actor, day: date, special: Special | None, ground: Ground, *, version: int, seen: str = ""
) -> Effect:
    """Make one day a day off, a worked one, or what its weekday says (None). Raises as `enter_year` does."""
    if sentence := one_day_problem(day, special):
        raise Refused(sentence)
    held, year = _locked(actor, day.year, version)
    if date(day.year, *NATIONAL_DAY) not in held:
        raise Refused(_("%(year)s 年尚未录入，请先录入全年安排，再更正个别日期。") % {"year": day.year})
    if held.get(day) == special:
        raise Refused(_("这一天已经是这样登记的，无需更正。"))
    return _carry_out(actor, year, {day: special}, held, ground, seen, None)


def _locked(actor: Actor, number: int, version: int) -> tuple[dict[date, Special], Year]:
    """The days as they stand and the year, both locked: changes of the calendar follow one another."""
    if not actor.has(Right.ADMINISTER):
        raise NotAllowed(_("您的岗位不能办理此步骤。如需协助请联系系统管理员。"))
    list(Holiday.objects.select_for_update().order_by("pk").values_list("pk"))
    year, _made = Year.objects.get_or_create(year=number)
    if year.version != version:
        raise perform.stale(year, _("修改工作日历"))
    return entered(), year


def _carry_out(
    actor: Actor, year: Year, change: Days, held: Mapping[date, Special], ground: Ground, seen: str,
    document: Mapping[str, Any] | None,
) -> Effect:  # fmt: skip
    effect = effect_of(change, held)
    refuse_blocked(effect)
    if effect.having(Fate.MOVED) and (effect.digest != seen or not ground.reason.strip()):
        raise Refused(_("受影响的期限还没有核对，或核对后又有变化。请填写理由，核对下表后勾选同意。"))
    differing = {day: special for day, special in change.items() if held.get(day) != special}
    _write(differing, ground.source)
    evidence = _evidence(differing, held, ground, effect)
    _entry(actor, year, ground, evidence, document)
    why = _("工作日历更正（%(source)s）：%(reason)s") % {"source": ground.source, "reason": ground.reason}
    origin = {"calendar": year.year, "document": ground.digest}
    lengthen(effect.to(Of.CASE), actor, reason=why, evidence=origin)
    recount(effect.to(Of.NOTICE), actor, reason=why, evidence=origin)
    return effect


def refuse_blocked(effect: Effect) -> None:
    """Raise Refused naming the limits that forbid the change."""
    if blocked := effect.having(Fate.BLOCKED):
        names = "、".join(one.number or one.name for one in blocked[:NAMED])
        sentence = _("有 %(n)s 项正在计算的期限不允许这样更改（%(names)s），原因见下表。")
        raise Refused(sentence % {"n": len(blocked), "names": names})


def _write(change: Days, source: str) -> None:
    Holiday.objects.filter(day__in=change).delete()
    Holiday.objects.bulk_create(
        Holiday(day=day, kind=special.kind, name=special.name, source=source)
        for day, special in sorted(change.items()) if special is not None
    )  # fmt: skip


def _entry(
    actor: Actor, year: Year, ground: Ground, evidence: Mapping[str, Any], document: Mapping[str, Any] | None
) -> None:
    if not year.chain_length:
        perform.created(year, actor)
    if document is None:
        perform.record(year, "correct_day", actor, note=ground.reason, evidence=evidence)
    elif year.state == Year.State.ENTERED:
        perform.record(year, "enter_again", actor, note=ground.reason, evidence=evidence, changes=document)
    else:
        perform.perform(year, "enter", actor, note=ground.reason, evidence=evidence, changes=document)


def _evidence(differing: Days, held: Mapping[date, Special], ground: Ground, effect: Effect) -> dict[str, Any]:
    return {
        "days": {day.isoformat(): [_plain(held.get(day)), _plain(differing[day])] for day in sorted(differing)},
        "source": ground.source, "document": ground.digest, "document_name": ground.name,
        "moved": len(effect.having(Fate.MOVED)), "kept": len(effect.having(Fate.KEPT)),
    }  # fmt: skip


def _plain(special: Special | None) -> list[str] | None:
    return None if special is None else [str(special.kind), special.name]
