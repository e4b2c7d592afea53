"""The next round's call as a copy of an earlier one: everything is taken over, the dates a year on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from policies.kit.calendar import years_after
from policies.kit.policy import Policy, SettingKind
from subsidy.accounts.actor import Actor
from subsidy.calls.editions import policy_of
from subsidy.calls.models import Call
from subsidy.calls.prepare import draft
from subsidy.calls.settings_of import kept, texts
from workflow.clock import SHANGHAI
from workflow.perform import Refused

DATES = ("opens_at", "closes_at", "paper_until", "window_from", "window_to")
YEARS = 1


def copy(actor: Actor, source: Call, policy: Policy, values: Mapping[str, Any]) -> Call:
    """A draft under an edition of the same measure with all that ``source`` says; ``values`` are what is new in it:
    title, number, year and windows.

    Raises NotAllowed when the actor may not prepare calls at the agency, Refused for a draft as the source.
    """
    if source.state == Call.State.DRAFT:
        raise Refused(_("草稿不能复制，请直接修改。"))
    columns = carried(source, policy, a_year_on) | dict(values)
    return draft(actor, policy, source.agency, columns, list(source.issuers.all()), evidence={"copy_of": source.number})


def replacement(actor: Actor, source: Call, policy: Policy, values: Mapping[str, Any]) -> Call:
    """A draft that will take the place of a call of the same round: all that ``source`` says, the dates as they are.

    Publishing it voids ``source``. Raises as ``copy`` does; Refused when there is a replacement already.
    """
    with transaction.atomic():
        locked = Call.objects.select_for_update(of=("self",)).select_related("agency").get(pk=source.pk)
        if locked.state == Call.State.DRAFT:
            raise Refused(_("草稿不能替换，请直接修改。"))
        if other := standing_replacement(locked):
            raise Refused(_("已有替换此通知的 %(number)s，请在其上修改。") % {"number": other.number})
        columns = carried(locked, policy, lambda value: value) | dict(values) | {"replaces": locked}
        return draft(
            actor, policy, locked.agency, columns, list(locked.issuers.all()), evidence={"replaces": locked.number}
        )


def standing_replacement(call: Call) -> Call | None:
    """The draft or published call that takes the place of this one, if there is one."""
    return call.replaced_by.exclude(state=Call.State.VOID).order_by("-pk").first()


def unchanged(source: Call) -> dict[str, Any]:
    """What a replacement takes from the call it replaces, for the form; the number has to be another."""
    return {name: getattr(source, name) for name in ("title", "fiscal_year", *DATES)}


def suggested(source: Call) -> dict[str, Any]:
    """What is new in the next round, as far as it follows from the last one; the number does not."""
    year = source.fiscal_year + YEARS
    moved = {name: a_year_on(getattr(source, name)) for name in DATES}
    return {"title": source.title.replace(str(source.fiscal_year), str(year)), "fiscal_year": year, **moved}


def a_year_on(value: Any) -> Any:
    """The same day, or the same moment of the same day in Asia/Shanghai, a year later; None stays None."""
    if isinstance(value, datetime):
        local = value.astimezone(SHANGHAI)
        return datetime.combine(years_after(local.date(), YEARS), local.time(), SHANGHAI)
    return years_after(value, YEARS) if value else value


def carried(source: Call, policy: Policy, moved: Callable[[Any], Any]) -> dict[str, Any]:
    """Kind, territory, materials, scorecard and settings of a call as columns of its copy.

    What the earlier call settled itself stays, with its source; what followed from the measure follows the edition
    the copy stands under. ``moved`` is what becomes of a date among the settings.
    """
    before = texts(source)
    usual = {known.key: known.default for known in policy_of(source).settings}
    values = {}
    for known in policy.settings:
        own = before.get(known.key, usual.get(known.key))
        if own is None or own == usual.get(known.key):
            own = known.default
        elif known.kind is SettingKind.DATE and own:
            own = moved(date.fromisoformat(own)).isoformat()
        values[known.key] = own
    columns = kept(policy, values)
    defaults = {known.key: known.default for known in policy.settings}
    for key, text in source.sources.items():
        if key in values and values[key] != defaults[key]:
            columns["sources"][key] = text
            if key in columns["measure_settings"]:
                columns["measure_settings"][key]["source"] = text
    others = {key: value for key, value in source.measure_settings.items() if key not in before}
    columns["measure_settings"] = others | columns["measure_settings"]
    taken = {name: getattr(source, name) for name in ("kind", "areas", "documents", "scorecard")}
    return {**columns, **taken}
