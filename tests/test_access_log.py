"""What is written down beside the history: refusals, sensitive reading, what leaves as a file, what is administered.

Row 52 of trust.md. That each 403 and 404 has its row is asked of every address in tests/test_permissions.py.
"""

from __future__ import annotations

import pytest
from django.urls import reverse

from subsidy.accounts import access_log
from subsidy.accounts.access import PUBLIC
from subsidy.accounts.models import Agency, User
from tests.stations import Stations, files_apart, stations, undone
from tests.test_permissions import TABLE, address
from tests.test_requests import MARKS, body_of, opener
from workflow import clock
from workflow.models import Access

__all__ = ["files_apart", "stations", "undone"]

FILES = {
    "desk:document", "desk:queue_sheet", "desk:joint_scan", "desk:report_document", "cases:file", "api:schema",
    "cases:paper", "panels:document", "funding:plan_pdf", "funding:plan_sheet", "funding:batch_pdf",
    "funding:batch_sheet", "desk:history_extract", "ops:history_sheet", "ops:extract", "ops:access_sheet",
}  # fmt: skip
"""Some of the addresses behind a login that answer with a file."""


def asked(stations: Stations, name: str) -> tuple[bool, list[Access]]:
    """Whether a file came, and what was written down about it."""
    before = set(Access.objects.values_list("pk", flat=True))
    answer = stations.browser(opener(name)).get(address(stations, TABLE[name], name))
    body_of(answer)
    return answer.has_header("Content-Disposition"), list(Access.objects.exclude(pk__in=before))


def test_every_file_that_leaves_is_written_down_once(stations: Stations) -> None:
    left = set()
    for name, row in TABLE.items():
        if MARKS[name] == PUBLIC or row.post is not None:
            continue
        is_file, written = asked(stations, name)
        assert {one.kind for one in written} <= {"read", "exported"}, name
        assert len(written) == 1 if is_file else len(written) <= 1, name
        left |= {name} if is_file else set()
    assert left >= FILES


KINDS = {
    access_log.REFUSED: ("get", "jl_local", "funding:batches", ()),
    access_log.NOT_FOUND: ("get", "jl_other_local", "desk:case", ("jl_case",)),
    access_log.READ: ("get", "jl_local", "desk:section", ("jl_case", "=content")),
    access_log.EXPORTED: ("get", "jl_local", "desk:queue_sheet", ()),
    access_log.ADMINISTERED: ("post", "admin", "admin:reference_industry_add", ()),
}
"""Kind of entry → an access that makes one. Signing in is walked through in tests/accounts."""
DATA = {"code": "99", "name": "国际组织", "section": "T"}


def test_every_kind_of_entry_stands_in_the_table() -> None:
    named = {value for name, value in vars(access_log).items() if name.isupper() and isinstance(value, str)}
    assert named == {*KINDS, access_log.SIGNED_IN}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_says_who_from_where_for_whom_what_and_with_what_result(stations: Stations, kind: str) -> None:
    method, who, name, arguments = KINDS[kind]
    path = reverse(name, args=[one[1:] if one.startswith("=") else stations[one] for one in arguments])
    before = clock.real_now()
    body_of(getattr(stations.browser(who), method)(path, DATA))
    entry = Access.objects.order_by("pk").last()
    assert entry is not None
    person = User.objects.get(username=who)
    assert (entry.kind, entry.actor_id, entry.actor_name) == (kind, person.pk, person.name)
    assert (entry.method, entry.path, entry.address) == (method.upper(), path, "127.0.0.1")
    home = Agency.objects.filter(posts__user=person).values_list("pk", flat=True).first()
    assert entry.agency_id == home
    assert before <= entry.at <= clock.real_now()
    assert entry.at.utcoffset() is not None
    assert entry.result
