"""Tell people about a case through their inbox."""

from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.urls import NoReverseMatch, reverse

from subsidy.accounts.models import Post, User
from subsidy.accounts.rights import Right, Role
from subsidy.cases.holds import desk_of
from subsidy.cases.models import Case
from subsidy.messages.notify import Letter, notify, notify_each
from workflow import clock
from workflow.states import State

PAYING = frozenset({State.APPROVED, State.DISBURSING, State.TRACKING})


def tell_applicant(case: Case, title: str, body: str = "") -> None:
    """A message to everybody who files for the case's enterprise today."""
    posts = Post.objects.on(clock.today()).filter(enterprise=case.enterprise_id, role=Role.APPLICANT)
    notify(posts.people(), title, body, _address("cases:overview", case))


def tell_applicants(found: Iterable[tuple[Case, str, str]]) -> None:
    """A title and a body for everybody who files for each case's enterprise today; two statements for all."""
    told = list(found)
    people: dict[int, list[User]] = {}
    firms = {case.enterprise_id for case, _title, _body in told}
    posts = Post.objects.on(clock.today()).filter(enterprise__in=firms, role=Role.APPLICANT)
    for post in posts.select_related("user"):
        people.setdefault(post.enterprise_id or 0, []).append(post.user)
    notify_each(
        Letter(people.get(case.enterprise_id, []), title, body, _address("cases:overview", case))
        for case, title, body in told
    )


def tell_agency(case: Case, agency_id: int | None, roles: Sequence[Role], title: str, body: str = "") -> None:
    """A message to everybody who holds one of the roles at an agency today."""
    posts = Post.objects.on(clock.today()).filter(agency=agency_id, role__in=roles)
    notify(posts.people(), title, body, _address("desk:case", case))


def tell(case: Case, people: Iterable[User], title: str, body: str = "") -> None:
    """A message to some members of staff."""
    notify(people, title, body, _address("desk:case", case))


def tell_holders(found: Sequence[tuple[Case, str]], title: str) -> None:
    """One message to each desk that is at work on some held cases, naming them; `title` takes `count`. Two statements.

    Once money is approved whoever pays is told too.
    """
    desks: dict[tuple[int, str], dict[str, Case]] = {}
    words: dict[tuple[int, str], list[str]] = {}
    for case, text in found:
        for desk in _desks(case):
            desks.setdefault(desk, {})[case.number] = case
            words.setdefault(desk, []).append(f"{case.number} {case.enterprise.name}：{text}")
    wanted = Q()
    for agency_id, role in desks:
        wanted |= Q(agency=agency_id, role=role)
    people: dict[tuple[int, str], list[User]] = {}
    for post in Post.objects.on(clock.today()).filter(wanted).select_related("user") if desks else ():
        people.setdefault((post.agency_id or 0, post.role), []).append(post.user)
    notify_each(
        Letter(
            people.get(desk, []), title % {"count": len(cases)}, "\n".join(words[desk]),
            _address("desk:case", next(iter(cases.values()))) if len(cases) == 1 else _page("desk:holds"),
        )
        for desk, cases in desks.items()
    )  # fmt: skip


def _desks(case: Case) -> list[tuple[int, str]]:
    right, _stage = desk_of(case)
    at_work = (
        (case.local_agency_id, Role.LOCAL_REVIEWER)
        if right == Right.REVIEW_LOCAL
        else (case.upper_agency_id, Role.UPPER_REVIEWER)
    )
    paying = [(case.pay_maker_agency_id, Role.PAY_MAKER)] if case.state in PAYING and case.pay_maker_agency_id else []
    return [at_work, *paying]


def _page(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _address(name: str, case: Case) -> str:
    """Which page shows the case is the upper apps' affair; without it the message stands alone."""
    try:
        return reverse(name, args=[case.number])
    except NoReverseMatch:
        return ""
