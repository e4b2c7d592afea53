"""The queue and the case page against an empty view behind the login: python -m benchmarks.queue [--cases 1000000]

Two readers, a county's and the province's; the queue plain, in every tab, filtered, sorted, on later pages, searched.
What each page shows is compared with what plain queries find before it is timed. The last line is one JSON object;
every ratio is the median of a page over the median of the empty view of the same run.
"""

import sys

if not __package__:
    sys.path[0] = sys.path[0].rpartition("/")[0]

import re
from collections.abc import Iterator
from typing import Any

from benchmarks import ground
from benchmarks.ground import Answer, Browser, interleaved, must

SIZE = 50
ROW = re.compile(r'<tr[^>]* id="([^"]+)"')
COUNT = re.compile(r'href="\?tab=(\w+)"[^>]*>[^<]*<span class="num">([^<]*)<')
NEXT = re.compile(r'rel="next" href="[^"?]*\?([^"]+)"')
TIMES, STATEMENTS, BYTES, SEARCH_MS = 6, 8, 80 * 1024, 100
CASE_TIMES, CASE_STATEMENTS = 12, 15
COUNTY, EMPTY = "222401", "/benchmark/empty/"


def expected(actor: Any, query: str) -> tuple[list[str], dict[str, str]]:
    """What a plain query finds for a view of the queue: the numbers of its rows, and the count of each tab."""
    from django.db.models import F
    from django.http import QueryDict

    from subsidy.cases.models import Case
    from subsidy.desk.filters import Filters
    from subsidy.desk.queueing import AGENCY, CAP, TABS, Scope

    scope = Scope.of(actor)
    filters = Filters.read(QueryDict(query))
    own = Case.objects.filter(filed_at__isnull=False, **{f"{AGENCY[scope.level]}__in": scope.agencies})
    counts = {}
    for code, tab in TABS.items():
        number = own.filter(queue_state__in=tab.states[scope.level]).count()
        counts[code] = str(number) if number < CAP else f"{CAP - 1}+"
    listing = filters.listing(scope)
    cases = own.filter(queue_state__in=listing.states)
    if filters.call:
        cases = cases.filter(call=filters.call)
    if filters.agency:
        cases = cases.filter(local_agency=filters.agency)
    if filters.due:
        cases = cases.filter(pk__in=listing.cases.values("pk"))
    if filters.q:
        cases = cases.filter(pk__in=searched(filters.q))
    by_due = F("due_at").desc(nulls_first=True) if listing.order.descending else F("due_at").asc(nulls_last=True)
    sign = "-" if listing.order.descending else ""
    cases = cases.order_by(*((by_due,) if listing.order.by_due else ()), f"{sign}pk")
    return list(cases.values_list("number", flat=True)[:SIZE]), counts


def searched(text: str) -> Any:
    """What a search finds, asked without any index."""
    from django.db.models import Q

    from subsidy.cases.models import Case

    found = Q(number__icontains=text) | Q(title__icontains=text) | Q(enterprise__name__icontains=text)
    return Case.objects.filter(found | Q(enterprise__credit_code__icontains=text)).values("pk")


def views(province: bool) -> Iterator[tuple[str, str]]:
    """Name and query of every view that is timed."""
    from subsidy.accounts.models import Agency
    from subsidy.calls.models import Call

    newest, oldest = Call.objects.latest("pk").pk, Call.objects.earliest("pk").pk
    yield "plain", ""
    for tab in ("joint", "correcting", "done", "closed"):
        yield f"tab {tab}", f"tab={tab}"
    yield "state", "tab=done&state=reserved"
    yield "newest call", f"call={newest}"
    yield "oldest call", f"call={oldest}"
    yield "overdue", "due=overdue"
    yield "soon", "due=soon"
    yield "sorted by due, latest first", "sort=-due"
    yield "sorted by number", "sort=number"
    yield "closed, oldest first", "tab=closed&sort=number"
    yield "closed, by due date", "tab=closed&sort=due"
    if province:
        agency = Agency.objects.get(code=f"{COUNTY}-gxj").pk
        yield "agency", f"tab=done&agency={agency}"
        yield "agency, call and state", f"tab=done&agency={agency}&call={newest}&state=expert_review"


def searches() -> dict[str, str]:
    """Terms from rare to common, and numbers."""
    from subsidy.cases.models import Case
    from subsidy.enterprises.models import Enterprise

    case, firm = Case.objects.order_by("pk")[10], Enterprise.objects.order_by("pk")[3]
    return {
        "a word of titles": "项目", "a trade": "光电", "a place": "延吉", "a name in full": firm.name,
        "two characters of a name": firm.name[2:4], "nothing": "鬱龘", "a number": case.number,
        "the end of a number": case.number[-5:], "a credit code": firm.credit_code,
    }  # fmt: skip


def check(answer: Answer, wanted: tuple[list[str], dict[str, str]], view: str) -> None:
    """Rows in their order, and tab counts."""
    numbers, counts = wanted
    must(answer.status == 200, f"{view}: status {answer.status}")
    must(ROW.findall(answer.text) == numbers, f"{view}: rows are not those that a plain query finds")
    must(dict(COUNT.findall(answer.text)) == counts, f"{view}: tab counts are not {counts}")


def measure(reader: str, repeat: int) -> dict[str, Any]:
    """Everything about one reader."""
    from subsidy.accounts.actor import Actor
    from subsidy.accounts.models import User

    browser, actor = Browser(reader), Actor.of(User.objects.get(username=reader))
    result: dict[str, Any] = {"views": {}, "searches": {}}
    for name, query in views(reader == "province"):
        result["views"][name] = _view(browser, actor, query, name, repeat)
    later = NEXT.search(browser.get("/review/?tab=done").text)
    if later:
        at = later[1].replace("&amp;", "&")
        result["views"]["second page"] = _timed(browser, f"/review/?{at}", "second page", repeat)
    for name, term in searches().items():
        result["searches"][name] = _view(browser, actor, f"tab=done&q={_quoted(term)}", name, repeat)
    result["case"] = _case(browser, actor, repeat)
    return result


def _quoted(term: str) -> str:
    from urllib.parse import quote

    return quote(term)


def _view(browser: Browser, actor: Any, query: str, name: str, repeat: int) -> dict[str, Any]:
    check(browser.get(f"/review/?{query}"), expected(actor, query), name)
    return _timed(browser, f"/review/?{query}", name, repeat)


def _timed(browser: Browser, path: str, name: str, repeat: int) -> dict[str, Any]:
    answer = browser.watched(path)
    took, query, empty = interleaved(
        repeat, lambda: browser.get(path), ground.bare(answer.statements), lambda: browser.get(EMPTY)
    )
    rows = len(ROW.findall(answer.text))
    found = {
        "ms": round(took, 2), "empty_ms": round(empty, 2), "ratio": round(took / empty, 2), "query_ms": round(query, 2),
        "rows": rows, "to_query": round(took / query, 2), "statements": _number(answer), "bytes": len(answer.body),
    }  # fmt: skip
    print(f"{browser.username:16} {name:30} {took:8.2f} ms  {took / empty:6.2f} ×  query {query:7.2f} ms  "
          f"{rows:3} rows  {found['statements']:2} statements", flush=True)  # fmt: skip
    return found


def _number(answer: Answer) -> int:
    return sum(not str(sql).startswith(("SAVEPOINT", "RELEASE")) for sql, _params in answer.statements)


def _case(browser: Browser, actor: Any, repeat: int) -> dict[str, Any]:
    """The page of the first case that waits for this reader."""
    from subsidy.cases.models import Case

    numbers, _counts = expected(actor, "")
    case = Case.objects.select_related("enterprise").get(number=numbers[0])
    answer = browser.get(f"/cases/{case.number}/")
    must(answer.status == 200, f"case page: status {answer.status}")
    for text in (case.number, case.title, case.enterprise.name):
        must(text in answer.text, f"case page: {text} is not on it")
    return _timed(browser, f"/cases/{case.number}/", "case page", repeat)


def goals(readers: dict[str, dict[str, Any]]) -> dict[str, bool]:
    """The table of goals, each held by every reader and view."""
    pages = [one for result in readers.values() for one in result["views"].values()]
    found = [one for result in readers.values() for one in result["searches"].values()]
    case = [result["case"] for result in readers.values()]
    return {
        f"queue: at most {TIMES} × the empty view": max(one["ratio"] for one in pages) <= TIMES,
        f"queue: at most {STATEMENTS} statements": max(one["statements"] for one in pages) <= STATEMENTS,
        f"queue: at most {BYTES} bytes": max(one["bytes"] for one in pages) <= BYTES,
        f"search: at most {SEARCH_MS} ms": max(one["ms"] for one in found) <= SEARCH_MS,
        f"case page: at most {CASE_TIMES} × the empty view": max(one["ratio"] for one in case) <= CASE_TIMES,
        f"case page: at most {CASE_STATEMENTS} statements": max(one["statements"] for one in case) <= CASE_STATEMENTS,
    }


def run(cases: int, repeat: int) -> dict[str, dict[str, Any]]:
    """Both readers on the database that Django uses now."""
    readers = {reader: measure(reader, repeat) for reader in (f"local-{COUNTY}", "province")}
    must(all(result["case"]["rows"] == 0 for result in readers.values()), "the case page is no queue")
    ground.report("queue", cases, {"readers": readers}, goals(readers))
    return readers


def main() -> None:
    parser = ground.arguments(__doc__)
    parser.add_argument("--repeat", type=int, default=20, help="runs of each page (20)")
    options = parser.parse_args()
    ground.start()
    name = ground.name_of(options.cases, options.database)
    with ground.ground(name, options.cases, keep=options.keep, anew=options.anew):
        run(options.cases, options.repeat)


if __name__ == "__main__":
    main()
