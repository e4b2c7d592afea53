"""The demo's people: those of people.yaml, staff of the other places, somebody who files for each enterprise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.hashers import make_password

from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Agency, Authenticator, Post, User
from subsidy.accounts.rights import Role
from subsidy.accounts.routing import route
from subsidy.enterprises.models import Enterprise
from subsidy.ops.demo.demo import Demo, Ticket
from subsidy.ops.demo.fixtures import read
from subsidy.panels.models import Expert

SINCE = date(2020, 1, 1)
ROUTED_ON = date(2026, 1, 5)
DESKS = (
    ("local", Role.LOCAL_REVIEWER, "chushen"),
    ("local_finance", Role.LOCAL_FINANCE, "caizheng"),
    ("pay_maker", Role.PAY_MAKER, "jingban"),
    ("pay_checker", Role.PAY_CHECKER, "fuhe"),
)
NAMED_STAFF = {"local": "chushen", "local_finance": "caizheng", "pay_maker": "jingban", "pay_checker": "fuhe"}


class Login(NamedTuple):
    """One line of the table of demo people."""

    name: str
    role: str
    home: str
    username: str
    password: str


def password() -> str:
    """The one password of every demo account."""
    return str(read("people")["password"])


def logins() -> Iterator[Login]:
    """The people of people.yaml who have an account, with where they work; two queries."""
    units = {row["username"]: row.get("unit", "") for row in read("people")["people"]}
    posts = Post.objects.filter(user__username__in=units, user__is_demo=True)
    rows = {one.user.username: one for one in posts.select_related("user", "agency", "enterprise")}
    for username, unit in units.items():
        if username in rows:
            post = rows[username]
            home = post.agency or post.enterprise or unit
            yield Login(post.user.name, post.get_role_display(), str(home), username, password())


def staff(demo: Demo) -> None:
    """Everybody but the applicants: those of people.yaml, and the desks of the places that it does not name."""
    if settings.SUBSIDY_MODE == "production":
        raise RuntimeError("demo accounts have a password that everybody knows: not in production")
    rows = [row for row in read("people")["people"] if "role" in row]
    made = _users({row["username"]: row["name"] for row in rows})
    posts = [
        Post(user=made[row["username"]], role=row["role"], valid_from=SINCE, agency=_agency(demo, row)) for row in rows
    ]
    Expert.objects.bulk_create(
        Expert(user=made[row["username"]], unit=row["unit"], fields=row["fields"])
        for row in rows
        if row["role"] == "expert"
    )
    filled = {(post.agency_id, post.role) for post in posts}
    others = list(_others(demo, filled))
    users = _users({username: name for username, name, _role, _agency in others})
    posts += [
        Post(user=users[username], role=role, agency=agency, valid_from=SINCE)
        for username, _name, role, agency in others
    ]
    Post.objects.bulk_create(posts)
    # The page of the second step shows demo people their code: there is no phone to look at.
    secret = str(read("people")["secret"])
    phones = {post.user_id: Authenticator(user=post.user, secret=secret, name="演示验证器") for post in posts}
    Authenticator.objects.bulk_create(phones.values())
    _at_work(demo, posts)


def _agency(demo: Demo, row: dict[str, Any]) -> Agency | None:
    return demo.agencies[row["agency"]] if "agency" in row else None


def _others(demo: Demo, filled: set[tuple[int | None, str]]) -> Iterator[tuple[str, str, Role, Agency]]:
    for measure, areas in read("rounds")["others"].items():
        for area in areas:
            agencies = route(measure, area, ROUTED_ON)
            for stage, role, word in DESKS:
                agency = agencies.get(stage)
                if agency is None or (agency.pk, role) in filled:
                    continue
                filled.add((agency.pk, role))
                yield f"{word}_{area}", demo.invent.person(), role, agency


def applicants(demo: Demo) -> None:
    """Somebody who files for each enterprise; those of people.yaml for the enterprises of their tickets."""
    chosen = _chosen(demo)
    wanted: dict[str, tuple[str, Enterprise]] = {}
    for area, firms in demo.firms.items():
        word = "qiye" if area.startswith("22") else "zs_qiye"
        for place, firm in enumerate(firms, start=1):
            people = chosen.get(firm.pk, {f"{word}_{area}_{place:02d}": firm.contact_name})
            wanted |= {username: (name, firm) for username, name in people.items()}
    users = _users({username: name for username, (name, _firm) in wanted.items()})
    posts = Post.objects.bulk_create(
        Post(user=users[username], role=Role.APPLICANT, enterprise=firm, valid_from=SINCE)
        for username, (_name, firm) in wanted.items()
    )
    _at_work(demo, posts)


def _chosen(demo: Demo) -> dict[int, dict[str, str]]:
    """Enterprise → usernames and names of people.yaml who file for it."""
    found: dict[int, dict[str, str]] = {}
    for row in read("people")["people"]:
        if "files" in row:
            firm = first_ticket(demo, row["files"]).firm
            found.setdefault(firm.pk, {})[row["username"]] = row["name"]
    return found


def first_ticket(demo: Demo, where: list[str]) -> Ticket:
    """The first ticket of [round, station, area]."""
    round_, station, area = where
    return next(one for one in demo.of(round_, station) if one.area == area)


def _users(names: dict[str, str]) -> dict[str, User]:
    """Accounts with the one password of the demo; hashed once, since everybody knows it anyway."""
    hashed = make_password(password())
    made = User.objects.bulk_create(
        User(username=username, name=name, password=hashed, is_demo=True) for username, name in names.items()
    )
    return {user.username: user for user in made}


def _at_work(demo: Demo, posts: list[Post]) -> None:
    for post in posts:
        actor = Actor.of(post.user, "127.0.0.1")
        demo.named[post.user.username] = actor
        if post.agency_id:
            demo.posted.setdefault((post.agency_id, Role(post.role)), actor)
        elif post.enterprise_id:
            demo.filers[post.enterprise_id] = actor
