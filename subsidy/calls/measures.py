"""The measures for anybody to read: the text as issued and, beside each article, what the system does about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from policies.kit.parameters import Parameter, ParameterError, Value
from policies.kit.policy import Policy
from policies.kit.registry import RegistryError
from policies.kit.text import Article, Covered
from subsidy.accounts.access import public
from subsidy.calls.editions import latest, registry
from subsidy.reference import formats
from subsidy.reference.fields import DayField
from subsidy.reference.forms import PlainForm
from workflow import clock

HANDLED = {
    "function": gettext_lazy("系统逐件判定"),
    "procedure": gettext_lazy("由办理步骤落实"),
    "no_effect": gettext_lazy("不涉及办理"),
    "planned": gettext_lazy("尚未纳入系统"),
}


class DayForm(PlainForm):
    """The day whose numbers are shown."""

    on = DayField(label=gettext_lazy("查看哪一天的数值"))


@dataclass(frozen=True, slots=True)
class Number:
    """A parameter as it stands on a day: its value and first day in words, empty before its first day."""

    parameter: Parameter
    value: str
    since: str


@dataclass(frozen=True, slots=True)
class Handled:
    """An article with what becomes of it: how, through which steps, by which rules, with which numbers."""

    article: Article
    how: str
    note: str
    steps: tuple[str, ...]
    rules: tuple[str, ...]
    numbers: tuple[Number, ...]


@require_safe
@public
def measure_list(request: HttpRequest) -> HttpResponse:
    """Every measure with its validity today."""
    today = clock.today()
    rows = [{"policy": policy, "standing": standing(policy, today)} for policy in map(latest, registry().measures)]
    return render(request, "calls/measures.html", {"rows": rows})


@require_safe
@public
def measure(request: HttpRequest, measure: str) -> HttpResponse:
    """The text of a measure, each article beside what the system does, with the numbers of a chosen day."""
    try:
        policy = latest(measure)
    except RegistryError as missing:
        raise Http404 from missing
    today = _within(policy)
    form = DayForm({"on": request.GET.get("on", formats.day(today))})
    day = form.cleaned_data["on"] if form.is_valid() else today
    context = {
        "policy": policy, "day": day, "form": form, "standing": standing(policy, clock.today()),
        "rows": list(handled(policy, day)), "instruments": policy.instruments.values(),
    }  # fmt: skip
    return render(request, "calls/measure.html", context, status=200 if form.is_valid() else 422)


def standing(policy: Policy, day: date) -> tuple[str, str]:
    """Whether an edition is in force on a day: the word and the tone of its tag."""
    if day < policy.valid_from:
        return _("尚未施行"), "run"
    return (_("已过有效期"), "done") if day > policy.valid_to else (_("有效"), "good")


def handled(policy: Policy, day: date) -> Iterator[Handled]:
    """The articles of an edition in the order of the text, each with what the system does about it."""
    steps = _steps(policy)
    for ref, article in policy.articles.items():
        covered = policy.coverage[ref]
        through = tuple(steps[key] for key in covered.where if key in steps)
        numbers = tuple(_numbers(policy, article, day))
        yield Handled(article, str(HANDLED[covered.how]), covered.note, through, _rules(covered), numbers)


def _steps(policy: Policy) -> dict[str, str]:
    """What the register calls `stage:…`, `approval:…`, `setting:…` and `record:…`, in words."""
    stages = {stage.key: stage.label for kind in policy.call_kinds for stage in policy.stages(kind)}
    return (
        {f"stage:{key}": _("步骤：%s") % label for key, label in stages.items()}
        | {f"approval:{one.key}": _("审批：%s") % one.label for one in policy.approvals}
        | {f"setting:{one.key}": _("通知设定：%s") % one.label for one in policy.settings}
        | {f"record:{one.key}": _("记录：%s") % one.label for one in policy.records}
        | {"setting:notice_days": _("通知设定：%s") % _("公示天数")}
    )


def _rules(covered: Covered) -> tuple[str, ...]:
    """The names of the functions that decide it, as a finding of a case names them."""
    return tuple(where.rpartition(":")[2] for where in covered.where if where.startswith("policies."))


def _numbers(policy: Policy, article: Article, day: date) -> Iterator[Number]:
    for parameter in policy.parameters.entries.values():
        if parameter.article.startswith(article.label):
            try:
                value = written(parameter, parameter.at(day))
            except ParameterError:
                yield Number(parameter, "", "")
            else:
                since = max(one.since for one in parameter.values if one.since <= day)
                yield Number(parameter, value, formats.day(since))


def written(parameter: Parameter, value: Value) -> str:
    """A parameter's value in words: a share as a percentage, a number with separators, a date as it is printed."""
    if isinstance(value, date):
        return formats.day(value)
    if isinstance(value, Decimal):
        return f"{value * 100:f}".rstrip("0").rstrip(".") + "%" if parameter.is_share else f"{value:,f}"
    if isinstance(value, str):
        return value
    return "；".join(f"{parameter.labels.get(key, key)} {written(parameter, part)}" for key, part in value.items())


def _within(policy: Policy) -> date:
    """Today, or the edition's last day when it has run out, or its first before it begins."""
    return min(max(clock.today(), policy.valid_from), policy.valid_to)
