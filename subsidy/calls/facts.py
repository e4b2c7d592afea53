"""A call as the measures see it."""

from __future__ import annotations

from policies.kit.facts import BaseRule, CallFacts, CallKind, DayRule, ExtraCondition, NoticeRule
from subsidy.calls.days import last_day
from subsidy.calls.models import Call
from subsidy.calls.settings_of import texts
from workflow import clock
from workflow.clock import SHANGHAI


def call_facts(call: Call) -> CallFacts:
    """The call and its settings as frozen facts; an unpublished one counts as published today."""
    published = call.published_at.astimezone(SHANGHAI).date() if call.published_at else clock.today()
    settings = texts(call)
    return CallFacts(
        key=f"call-{call.pk}",
        measure=call.measure,
        edition=call.edition,
        number=call.number,
        kind=CallKind(call.kind),
        year=call.fiscal_year,
        published_on=published,
        window_from=call.window_from,
        window_to=call.window_to,
        base_rule=BaseRule(settings.get("base_rule", BaseRule.LOWER)),
        extra_conditions=tuple(_condition(row) for row in call.measure_settings.get("extra_conditions", ())),
        notice=NoticeRule(call.notice_days, DayRule(call.notice_day_kind)),
        opens_on=call.opens_at.astimezone(SHANGHAI).date(),
        closes_on=last_day(call.closes_at),
        settings=settings,
    )


def _condition(row: dict[str, str]) -> ExtraCondition:
    return ExtraCondition(row["key"], row["text"], row["clause"])
