"""What credit lists and bars mean for cases: asked at four stations, and followed when they change.

`ask` is the one door of the four stations: submission, arrival at the upper review, end of the notice, payment.
What a list says is shown as a finding or a hold; what follows from it a person decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from subsidy.calls.editions import policy_of
from subsidy.calls.models import Call
from subsidy.cases import tell
from subsidy.cases.assess import assess, figures
from subsidy.cases.holds import Holding, hold_each
from subsidy.cases.models import Case, CaseProject, FindingDecision, Hold, Submission
from subsidy.enterprises.credit import bars
from subsidy.enterprises.credit.snapshot import Key, snapshot, standing
from subsidy.enterprises.models import Bar, CreditCheck, CreditList, Enterprise, ListImport
from subsidy.enterprises.succession import answers_for, heir_of
from subsidy.reference import formats
from workflow import clock, moves
from workflow.moves import Performed
from workflow.perform import record
from workflow.protocols import Actor
from workflow.states import ENDS, State

Point = CreditCheck.Point
CHECK, BAR = "enterprises.creditcheck", "enterprises.bar"
NOT_OPEN = frozenset({State.DRAFT, State.RECOVERING}) | ENDS
ASSESSED_AGAIN = frozenset({State.LOCAL_REVIEW, State.ENDORSED, State.UPPER_REVIEW})
HELD_AT = frozenset({Point.NOTICE_END, Point.PAYMENT})
About = tuple[int, int, str]
"""Ids of a case and of a firm, code of a list."""


def ask(cases: Sequence[Case], point: CreditCheck.Point, actor: Actor) -> None:
    """Write down what the lists of each measure say about every firm of some cases, at one station.

    In the review the findings follow. At the end of the notice and at payment nobody reads findings any more: a
    listed firm about which nobody has decided yet holds its case. A number of statements that does not grow.
    """
    firms, lists = firms_of(cases), lists_of({case.call_id for case in cases})
    known = Enterprise.objects.in_bulk(list({pk for own in firms.values() for pk in own}))
    groups: dict[frozenset[str], list[Case]] = defaultdict(list)
    for case in cases:
        case.enterprise = known[case.enterprise_id]
        groups[lists[case.call_id]].append(case)
    for codes, group in groups.items():
        if not codes:
            continue
        asked = {pk: known[pk] for case in group for pk in firms[case.pk]}
        taken = snapshot(asked.values(), codes, clock.now(), point, operator_id=actor.id)
        if point == Point.UPPER_REVIEW:
            turned = {pk for pk, _code in taken.turned}
            assess_again([case for case in group if firms[case.pk] & turned], actor)
        if point in HELD_AT:
            _hold_undecided(group, firms, {key: taken.checks[key] for key in taken.listed}, actor)


def firms_of(cases: Iterable[Case]) -> dict[int, set[int]]:
    """Case id → the applicant and every firm whose project is in the case (Jilin Art. 6); one query."""
    firms = {case.pk: {case.enterprise_id} for case in cases}
    rows = CaseProject.objects.filter(case__in=firms, status=CaseProject.Status.IN)
    for case_id, firm in rows.values_list("case_id", "project__enterprise_id"):
        firms[case_id].add(firm)
    return firms


def lists_of(call_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """Call id → the lists its measure asks: those its articles name, and those it keeps itself; two queries."""
    own: dict[str, set[str]] = defaultdict(set)
    for code, measure in CreditList.objects.exclude(measure="").values_list("code", "measure"):
        own[measure].add(code)
    return {
        pk: frozenset({kind.value for kind in policy_of(call).credit_lists} | own[call.measure])
        for pk, call in Call.objects.in_bulk(list(call_ids)).items()
    }


def open_cases_of(enterprise_ids: Iterable[int]) -> list[Case]:
    """Filed cases that are not over and in which one of these firms files or has a project."""
    ids = list(enterprise_ids)
    members = CaseProject.objects.filter(project__enterprise__in=ids, status=CaseProject.Status.IN).values("case")
    found = Case.objects.filter(Q(enterprise__in=ids) | Q(pk__in=members), filed_at__isnull=False)
    return list(found.exclude(state__in=NOT_OPEN).select_related("call", "enterprise").order_by("pk"))


def assess_again(cases: Sequence[Case], actor: Actor) -> None:
    """Store what the rules say now about the newest submissions of cases under review."""
    newest: dict[int, Submission] = {}
    rows = Submission.objects.filter(case__in=[case.pk for case in cases]).select_related("case__call")
    for submission in rows.order_by("number"):
        newest[submission.case_id] = submission
    for case_id, submission in newest.items():
        stored = assess(submission, "credit")
        record(Case(pk=case_id), "assess", actor, evidence={"assessment": stored.pk}, changes=figures(stored))


@moves.effect(Case, "send_up")
def asked_on_arrival_at_the_upper_review(performed: Performed) -> None:
    """The upper reviewer sees what the lists say on the day the case arrives."""
    ask(performed.subjects, Point.UPPER_REVIEW, performed.actor)


@moves.effect(ListImport, "record")
def a_list_changed(performed: Performed) -> None:
    """A firm that was put on a list holds its open cases; one taken off is told to whoever concludes the hold."""
    checks = CreditCheck.objects.filter(statement__in=performed.subjects, point=Point.REGISTER, changed=True)
    news = list(checks.select_related("enterprise", "statement__credit_list").order_by("pk"))
    if not news:
        return
    cases = open_cases_of({check.enterprise_id for check in news})
    firms, lists = firms_of(cases), lists_of({case.call_id for case in cases})
    touched = [
        (case, check) for case in cases for check in news
        if check.enterprise_id in firms[case.pk] and check.list in lists[case.call_id]
    ]  # fmt: skip
    listed = [(case, check) for case, check in touched if check.listed]
    hold_each([_holding(case, check) for case, check in listed], performed.actor)
    waiting = held_about(case.pk for case, check in touched if not check.listed)
    ended = [
        (case, check) for case, check in touched
        if not check.listed and (case.pk, check.enterprise_id, check.list) in waiting
    ]  # fmt: skip
    again = {case.pk: case for case, _check in touched if case.state in ASSESSED_AGAIN}
    assess_again(list(again.values()), performed.actor)
    tell.tell_holders(
        [(case, _words(check)) for case, check in listed], _("%(count)s 件案件因信用信息变化暂缓办理，请核实")
    )
    tell.tell_holders(
        [(case, _words(check)) for case, check in ended], _("%(count)s 件暂缓案件的企业已移出名单，请作出结论")
    )


@moves.effect(Bar, "impose")
def a_bar_was_imposed(performed: Performed) -> None:
    """A bar holds what is under way: the firm's cases and its successor's, and those in which it has a project."""
    _hold_for_bars([(case, bar) for bar in performed.subjects for case in _barred_cases(bar)], performed.actor)


@moves.effect(Bar, "lift")
def a_bar_was_lifted(performed: Performed) -> None:
    """What it held stays held; whoever is at work on the case is asked for a conclusion."""
    ids = [bar.pk for bar in performed.subjects]
    held = Hold.objects.filter(row_kind=BAR, row_id__in=ids, released_at__isnull=True)
    words = {bar.pk: _bar_words(bar) for bar in performed.subjects}
    tell.tell_holders(
        [(one.case, words[one.row_id or 0]) for one in held.select_related("case__call", "case__enterprise")],
        _("%(count)s 件暂缓案件的禁止申报已解除，请作出结论"),
    )


def concerned_by(held: Hold) -> tuple[Enterprise, str]:
    """The firm that a hold about credit or a bar is about, and what is on record about it now; three queries."""
    if held.row_kind == BAR:
        bar = Bar.objects.select_related("enterprise").get(pk=held.row_id or 0)
        return bar.enterprise, _("禁止申报%(until)s") % {"until": bars.until(bar)}
    if held.row_kind != CHECK:
        return held.case.enterprise, ""
    check = CreditCheck.objects.select_related("enterprise").get(pk=held.row_id or 0)
    word = standing([check.enterprise], [check.list]).get((check.enterprise_id, check.list))
    if word is None:
        return check.enterprise, ""
    names = {"day": formats.day(word.as_of), "source": word.statement.source}
    said = _("已列入") if word.listed else _("未列入")
    return check.enterprise, said + _("（数据日期 %(day)s，%(source)s）") % names


@moves.effect(Enterprise, "succeed", "pass_on")
def a_successor_answers_for_bars(performed: Performed) -> None:
    """Whoever takes over an enterprise takes over its bars: the successor's open cases are held for them."""
    heir = Enterprise.objects.get(credit_code=performed.evidence["successor"])
    answered = frozenset[int]().union(*answers_for(one.pk for one in performed.subjects).values())
    rows = Bar.in_force(clock.today()).filter(enterprise__in=answered).select_related("enterprise").order_by("pk")
    cases = open_cases_of([heir.pk])
    _hold_for_bars(
        [(case, bar) for bar in rows for case in cases if bar.measure in ("", case.measure)], performed.actor
    )


def _hold_for_bars(found: Sequence[tuple[Case, Bar]], actor: Actor) -> None:
    hold_each(
        [Holding(case.pk, Hold.Kind.BAR, _bar_words(bar), _source(bar), (BAR, bar.pk)) for case, bar in found], actor
    )
    tell.tell_holders(
        [(case, _bar_words(bar)) for case, bar in found], _("%(count)s 件案件因禁止申报决定暂缓办理，请核实")
    )


def _barred_cases(bar: Bar) -> list[Case]:
    firms = {bar.enterprise_id, heir_of(bar.enterprise).pk}
    return [case for case in open_cases_of(firms) if bar.measure in ("", case.measure)]


def _hold_undecided(
    cases: Sequence[Case], firms: Mapping[int, set[int]], listed: Mapping[Key, CreditCheck], actor: Actor
) -> None:
    """Hold cases of listed firms unless a person has decided that finding, or such a hold, already."""
    found = [(case, check) for case in cases for (pk, _code), check in listed.items() if pk in firms[case.pk]]
    if not found:
        return
    ids = [case.pk for case in cases]
    known = held_about(ids) | decided_about(ids)
    undecided = [one for one in found if (one[0].pk, one[1].enterprise_id, one[1].list) not in known]
    hold_each([_holding(case, check) for case, check in undecided], actor)
    tell.tell_holders(
        [(case, _words(check)) for case, check in undecided], _("%(count)s 件案件因信用核查暂缓办理，请核实")
    )


def held_about(case_ids: Iterable[int], *, concluded: bool = False) -> set[About]:
    """The (case, firm, list) for which a hold is open; or, `concluded`, for which one was and none is. Two queries."""
    rows = Hold.objects.filter(case__in=list(case_ids), kind=Hold.Kind.CREDIT, row_kind=CHECK, row_id__isnull=False)
    holds = list(rows.values_list("case_id", "row_id", "released_at"))
    checks = CreditCheck.objects.in_bulk([row_id for _case, row_id, _at in holds if row_id])
    about = {
        row_id: (checks[row_id].enterprise_id, checks[row_id].list) for _case, row_id, _at in holds if row_id in checks
    }
    still = {(case_id, *about[row_id]) for case_id, row_id, at in holds if row_id in about and at is None}
    ended = {(case_id, *about[row_id]) for case_id, row_id, at in holds if row_id in about and at is not None}
    return ended - still if concluded else still


def decided_about(case_ids: Iterable[int]) -> set[About]:
    """The (case, firm, list) that a person has decided upon: by the conclusion of a hold, or on the finding as met."""
    ids = list(case_ids)
    decisions = FindingDecision.objects.filter(
        assessment__submission__case__in=ids, decision=FindingDecision.Decision.MET
    ).exclude(subject="")  # fmt: skip
    rows = list(decisions.values_list("assessment__submission__case_id", "subject", "code"))
    codes = {code for _case, code, _list in rows}
    firms = dict(Enterprise.objects.filter(credit_code__in=codes).values_list("credit_code", "pk"))
    met = {(case_id, firms[code], kind.removeprefix("own_list_")) for case_id, code, kind in rows if code in firms}
    return met | held_about(ids, concluded=True)


def _holding(case: Case, check: CreditCheck) -> Holding:
    source = _("%(list)s，数据日期 %(day)s，%(source)s") % {
        "list": _name(check), "day": formats.day(check.as_of), "source": check.source,
    }  # fmt: skip
    return Holding(case.pk, Hold.Kind.CREDIT, _words(check), source, (CHECK, check.pk))


def _words(check: CreditCheck) -> str:
    verb = _("列入") if check.listed else _("不再列入")
    number = f"，{check.reference}" if check.reference else ""
    return _("%(name)s%(verb)s“%(list)s”%(number)s") % {
        "name": check.enterprise.name, "verb": verb, "list": _name(check), "number": number,
    }  # fmt: skip


def _name(check: CreditCheck) -> str:
    return check.statement.credit_list.name if check.statement else check.list


def _bar_words(bar: Bar) -> str:
    return _("%(name)s自 %(day)s 起被停止申报资格，%(until)s") % {
        "name": bar.enterprise.name, "day": formats.day(bar.valid_from), "until": bars.until(bar),
    }  # fmt: skip


def _source(bar: Bar) -> str:
    return f"{bar.source} {bar.decision}".strip()
