"""The template environment: escaping, strictness, how amounts and days are written."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template import engines
from django.test import RequestFactory
from jinja2 import UndefinedError

from subsidy import pages
from subsidy.jinja import href, query

HOSTILE = '"><i id=x>{{7*7}}'
TEMPLATES = Path(settings.ROOT) / "templates"
# Papers are rendered by an environment of their own and are never sent to a browser as HTML.
PAGES = [template for template in sorted(TEMPLATES.rglob("*.html")) if template.parent.name != "papers"]


def written(source: str, **context: Any) -> str:
    return str(engines["jinja2"].from_string(source).render(context))


def test_what_people_type_never_becomes_an_element() -> None:
    assert written('<a title="{{ name }}">{{ name }}</a>', name=HOSTILE).count("<i") == 0
    assert "49" not in written("{{ name }}", name=HOSTILE)
    assert "<i" not in written("{{ ui.tag(name) }}{{ ui.alert(name) }}{{ ui.summary([row]) }}", name=HOSTILE,
                               row={"label": HOSTILE, "value": HOSTILE, "href": HOSTILE})  # fmt: skip


def test_a_name_that_is_not_there_fails_instead_of_printing_nothing() -> None:
    with pytest.raises(UndefinedError):
        written("{{ nothing }}")
    with pytest.raises(UndefinedError):
        written("{{ ui.nothing() }}")


@pytest.mark.parametrize(
    ("amount", "yuan", "wan"),
    [
        (Decimal(0), "0.00", "0.00"),
        (Decimal("0.01"), "0.01", "0.00"),
        (Decimal(50), "50.00", "0.01"),
        (Decimal("1234567.89"), "1,234,567.89", "123.46"),
        (Decimal(-45000), "-45,000.00", "-4.50"),
        (None, "–", "–"),
    ],
)
def test_amounts_are_written_in_yuan_and_in_wan(amount: Decimal | None, yuan: str, wan: str) -> None:
    assert written("{{ amount | yuan }} {{ amount | wan }}", amount=amount) == f"{yuan} {wan}"


def test_an_amount_is_written_in_capital_numerals() -> None:
    assert written("{{ amount | words }}", amount=Decimal("6007.14")) == "人民币陆仟零柒元壹角肆分"


def test_days_and_moments_are_written_as_tables_and_documents_want_them() -> None:
    # Twenty past ten in the evening in UTC is the next morning in Shanghai.
    context = {"day": date(2026, 5, 20), "moment": datetime(2026, 5, 19, 22, 20, tzinfo=UTC)}
    assert written("{{ day | day }} {{ day | day_cn }}", **context) == "2026-05-20 2026年5月20日"
    assert written("{{ moment | minute }}", **context) == "2026-05-20 06:20"
    assert written("{{ moment | day }}, {{ moment | minute_cn }}", **context) == "2026-05-20, 2026年5月20日 06:20"
    assert written("{{ none | day }}{{ none | minute }}") == "––"


def test_a_period_counts_its_first_and_its_last_day() -> None:
    text = written("{{ period_cn(a, b) }}", a=date(2026, 5, 21), b=date(2026, 5, 27))
    assert text == "5月21日至5月27日（7天）"


@pytest.mark.parametrize(
    "address", ["/cases/1/", "#part", "?page=2", "https://www.gov.cn/a", "mailto:a@b.cn", "tel:0431"]
)
def test_an_honest_address_stays(address: str) -> None:
    assert href(address) == address


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", " JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,x",
     "//evil.example", "/\\evil.example",
     "\\\\evil.example", "vbscript:x", "https:evil", "http://[bad", "", None],
)  # fmt: skip
def test_an_address_that_runs_or_leads_astray_goes_nowhere(address: str | None) -> None:
    assert href(address) == "#"


def test_a_filter_changes_one_parameter_and_keeps_the_others() -> None:
    request = RequestFactory().get("/", {"tab": "mine", "page": "3"})
    assert query(request, page=None, sort="-due") == "?tab=mine&sort=-due"


@pytest.mark.parametrize(
    "address", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:x", "cases/", ""]
)
def test_a_redirect_to_elsewhere_goes_home_instead(address: str) -> None:
    assert pages.own_path(address, "/") == "/"


def test_a_block_is_rendered_alone_with_the_components() -> None:
    answer = pages.fragment(RequestFactory().get("/"), "errors/404.html", "note", {"sentence": "没有找到"}, 404)
    assert answer.status_code == 404
    assert answer.text.strip().startswith('<div class="alert warn"')


def test_every_page_can_be_parsed() -> None:
    assert len(PAGES) > 100
    for template in PAGES:
        name = template.relative_to(TEMPLATES).as_posix()
        assert engines["jinja2"].env.get_template(name).name == name


def test_no_template_switches_escaping_off() -> None:
    for template in TEMPLATES.rglob("*.html"):
        text = template.read_text()
        for refused in ("|safe", "| safe", "autoescape", "Markup"):
            assert refused not in text, f"{template.name}: {refused}"
        assert len(text.splitlines()) <= 150, template.name


def test_no_page_carries_code_or_style() -> None:
    for template in PAGES:
        for refused in (" onclick=", " onchange=", " style=", "hx-on", "<style", "javascript:"):
            assert refused not in template.read_text(), f"{template.name}: {refused}"
