"""Whoever sends a page without its version, with nonsense for one, or with an older one, has seen something else.

Every form that carries a version is found by opening every page as everybody who gets through; what is typed into it,
and the list of addresses that must have been found, are written by hand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import F
from django.urls import resolve, reverse

from subsidy.enterprises.models import Enterprise
from tests.cases.test_materials import small_pdf
from tests.pages.reading import Sent, forms_of
from tests.stations import Stations, files_apart, stations, undone
from tests.test_permissions import TABLE, Row, address
from tests.test_requests import body_of, changed, contents
from workflow.machine import Machine

__all__ = ["files_apart", "stations", "undone"]

TYPED = "经与企业核对，情况如上"
TYPING: dict[str, dict[str, str]] = {
    "cases:step": {"contact_name": TYPED}, "cases:project": {}, "cases:line": {"summary": TYPED},
    "cases:check": {"declared": "on"}, "cases:take_back": {}, "cases:withdraw": {"reason": TYPED},
    "calls:edit": {"title": TYPED}, "calls:materials": {"form-0-label": TYPED},
    "calls:scorecard": {"form-0-label": TYPED},
    "calls:publish": {}, "calls:void": {"reason": TYPED},
    "desk:decide_finding": {"reason_code": "evidence", "note": TYPED}, "desk:confirm_automatic": {},
    "desk:conclude": {"opinion": TYPED}, "desk:sign": {"agrees": "no", "opinion": TYPED},
    "desk:ask_correction": {"items-0-include": "on", "items-0-problem": TYPED, "items-0-requirement": "请补传"},
    "desk:extension": {"days": "3", "reason": TYPED},
    "desk:decline": {"source": "吉工信办联规〔2024〕80号 第三条", "reason": TYPED},
    "desk:return_to_local": {"reason": TYPED}, "desk:lines": {}, "desk:joint_edit": {"signer": TYPED},
    "desk:joint_send": {}, "desk:joint_release": {"reason": TYPED},
    "desk:report": {"number": "中工信报〔2026〕3号", "dated": "2026-05-20"},
    "panels:change": {"title": TYPED}, "panels:open": {}, "panels:close": {}, "panels:void": {"reason": TYPED},
    "panels:extend": {"last_day": "2026-05-29"}, "panels:add_expert": {"expert": "$spare_expert"},
    "panels:release": {"reason": TYPED}, "panels:unlock": {"reason": TYPED},
    "notices:edit": {"basis": TYPED}, "notices:ask_signature": {}, "notices:publish": {"projects": "1"},
    "notices:send_back": {"reason": TYPED}, "notices:close": {}, "notices:objection": {},
    "funding:plan": {"reason": TYPED}, "funding:line": {"amount": "1,000.00", "reason": TYPED}, "funding:finalise": {},
    "funding:approval": {"granted": "yes", "document": "吉财预〔2026〕9号", "dated": "2026-05-20", "note": TYPED},
    "funding:batch_move": {}, "funding:batch_reason": {"reason": TYPED}, "funding:drop": {},
    "funding:export": {"count": "2"}, "funding:results": {"on": "2026-05-20"},
    "funding:bounce": {"on": "2026-05-20", "cause": "account", "words": TYPED},
    "enterprises:edit": {"address": TYPED},
    "enterprises:rename": {"name": TYPED, "on": "2026-05-20", "document": "准予变更登记通知书"},
    "enterprises:succeed": {
        "kind": "merger", "code": "@敦化牡丹江药机有限公司", "effective_on": "2026-05-20", "document": TYPED,
    },
    "enterprises:strike": {"reason": TYPED}, "enterprises:restore": {"reason": TYPED},
    "enterprises:confirm": {"agreed": "on"}, "enterprises:decline": {"reason": TYPED},
    "enterprises:withdraw": {"reason": TYPED},
    "enterprises:accident": {"kind": "safety", "happened_on": "2026-05-20", "document": TYPED},
    "enterprises:correct_accident": {"document": TYPED, "reason": "有误"},
    "enterprises:strike_accident": {"reason": TYPED},
    "clusters:correct_recognition": {"document": TYPED, "reason": "有误"},
    "clusters:correct_membership": {"reason": TYPED},
    "clusters:edit": {"name": TYPED}, "clusters:strike": {"reason": TYPED}, "clusters:restore": {"reason": TYPED},
    "clusters:recognise": {"level": "national", "document": TYPED, "valid_from": "2026-05-20"},
    "clusters:end_recognition": {"on": "2026-05-20", "reason": TYPED},
    "clusters:add_member": {"code": "@敦化牡丹江药机有限公司", "valid_from": "2026-05-20"},
    "clusters:end_membership": {"on": "2026-05-20", "reason": TYPED},
    "projects:edit": {"name": TYPED}, "projects:strike": {"reason": TYPED}, "projects:restore": {"reason": TYPED},
    "projects:year": {"year": "2025", "total": "200.00", "fixed_assets": "100.00"},
    "projects:partner": {"name": TYPED, "role": "university"},
    "projects:asset": {"number": "SB-1", "name": TYPED, "amount": "100.00"},
    "projects:invoice": {
        "number": "26442000000099999999", "seller": TYPED, "dated": "2026-05-20", "gross": "113.00", "tax": "13.00",
    },
    "projects:funding": {"programme": TYPED, "level": "city", "year": "2025", "amount": "100.00"},
    "projects:correct_partner": {"name": TYPED, "reason": "有误"},
    "projects:correct_asset": {"name": TYPED, "reason": "有误"},
    "projects:correct_invoice": {"summary": TYPED, "reason": "有误"},
    "projects:correct_funding": {"programme": TYPED, "reason": "有误"},
    "projects:strike_funding": {"reason": TYPED},
    "projects:measure": {"kind": "major", "round": "2022"},
    "projects:approve_measured": {
        "outcome": "approved", "amount": "100.00", "document": TYPED, "decided_on": "2026-05-20",
    },
    "credit:bar_lift": {"reason": TYPED},
    "desk:person_edit": {"name": TYPED, "email": "li@example.cn"}, "desk:person_link": {},
    "desk:person_lock": {"reason": TYPED}, "desk:person_unlock": {"reason": TYPED},
    "desk:person_end": {"reason": TYPED}, "desk:person_restore": {"reason": TYPED},
    "desk:post_new": {"role": "expert", "valid_from": "2026-05-21"}, "desk:post_end": {"reason": TYPED},
    "desk:leave_new": {"first": "2026-05-25", "back": "2026-05-26", "deputy": "$deputy", "reason": TYPED},
    "desk:leave_end": {"on": "2026-07-20"},
    "calendar:enter": {
        "days_off": "元旦 2027-01-01 至 2027-01-03\n劳动节 2027-05-01 至 2027-05-03\n国庆节 2027-10-01 至 2027-10-05",
        "source": TYPED, "reason": "按通知录入",
    },
    "calendar:day": {"source": TYPED, "reason": "按通知更正"},
    "inbox:text": {"reason": TYPED}, "inbox:text_standard": {"reason": TYPED},
}  # fmt: skip
"""Address → what is typed there: every address to which a page of the stations sends a version."""
MORE = {
    "funding:plan": Row("jl_upper", arguments=("draft_plan",)),
    "desk:extension": Row("zs_local", arguments=("zs_correcting",)),
}
"""Pages with an object other than the table's, which has the form."""
UNOFFERED = (
    ("desk:sign", "jl_finance", "jl_case"), ("desk:conclude", "jl_local", "jl_case"),
    ("notices:close", "jl_upper", "notice"),
    ("cases:check", "zs_applicant", "zs_draft"),
)  # fmt: skip
"""Forms that no page of the stations offers at this moment."""
WITH_SCAN = {
    "enterprises:rename": "file",
    "funding:approval": "scan",
    "credit:bar_lift": "scan",
    "enterprises:succeed": "file",
    "calendar:enter": "scan",
    "calendar:day": "scan",
}
"""Address → the field of the document that is asked."""
SEEN_BY_PART = {"cases:step", "cases:project", "cases:line"}
"""Two people may fill in different parts of one filing at once; only the very first version is too old here."""


@dataclass(frozen=True)
class Form:
    """A form with a version, as one person was shown it."""

    name: str
    who: str
    sent: Sent

    offered: bool = True

    @property
    def version(self) -> int:
        return int(self.sent.values["version"][0])

    def data(self, stations: Stations) -> dict[str, Any]:
        """What the person sends: what the page holds, and what is typed."""
        held: dict[str, Any] = {name: value for name, value in self.sent.data().items() if name != "version"}
        if held.get("act") == ["take_out"]:
            return held
        typed = {name: _meant(stations, value) for name, value in TYPING[self.name].items()}
        if self.name == "desk:lines":
            typed = {name: TYPED if name.endswith("-reason") else "1.00" for name in held}
        if self.name in WITH_SCAN:
            typed[WITH_SCAN[self.name]] = SimpleUploadedFile("证明.pdf", small_pdf())
        return {**held, **typed}


def _meant(stations: Stations, value: str) -> Any:
    if value.startswith("@"):
        return Enterprise.objects.get(name=value[1:]).credit_code
    return stations[value[1:]] if value.startswith("$") else value


def test_every_form_with_a_version_refuses_who_saw_something_else(stations: Stations) -> None:
    for model in apps.get_models():
        if issubclass(model, Machine):
            # There must be an older version to send.
            model._default_manager.update(version=F("version") + 3)
    found = _forms(stations)
    assert {form.name for form in found} == set(TYPING)
    before = contents()
    wrong: list[object] = []
    for form in found:
        older = "0" if form.name in SEEN_BY_PART else str(form.version - 1)
        for version in (None, "x", older, "999999"):
            answer = _send(stations, form, version)
            kept = (
                TYPED in unescape(answer.content.decode()) or TYPED not in str(form.data(stations)) or not form.offered
            )
            if answer.status_code != 409 or not kept:
                wrong.append((form.name, form.who, form.sent.action, version, answer.status_code, kept))
                break
    assert changed(before, contents()) == set()
    assert not wrong, "\n".join(map(str, wrong))


def _forms(stations: Stations) -> list[Form]:
    """Every form with a version, once."""
    found: dict[tuple[str, tuple[str, ...]], Form] = {}
    for name, row in {**TABLE, **MORE}.items():
        if name.startswith(("admin:", "api:")):
            continue
        path = address(stations, row, name)
        for who in row.opens.split():
            answer = stations.browser("" if who == "visitor" else who).get(path)
            page = body_of(answer)
            if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
                continue
            for sent in forms_of(page.decode(), path):
                if "version" in sent.values:
                    target = resolve(sent.action).view_name
                    found.setdefault((sent.action, tuple(sent.data())), Form(target, who, sent))
    unseen = [
        Form(
            name,
            who,
            Sent(address(stations, Row(who, arguments=tuple(names)), name), "post", {"version": ["3"]}),
            False,
        )
        for name, who, *names in UNOFFERED
    ]
    return [*found.values(), *unseen]


def _send(stations: Stations, form: Form, version: str | None) -> Any:
    data = form.data(stations)
    if version is not None:
        data["version"] = version
    with transaction.atomic():
        return stations.browser(form.who).post(form.sent.action, data)


def test_the_conflict_says_what_is_stored_now_beside_what_was_typed(stations: Stations) -> None:
    path = reverse("calls:edit", args=[stations["draft_call"]])
    browser = stations.browser("jl_upper")
    held = next(one for one in forms_of(browser.get(path).content.decode(), path) if "title" in one.values)
    typed = {"title": ["另一个标题"], "closes_at": ["2026-06-21 17:00"], "s_sample_share": ["40"]}
    page = unescape(browser.post(path, held.data() | typed | {"version": ["x"]}).content.decode())
    cells = re.findall(r'<th scope="row" data-th="项目">(.*?)</th><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td>', page)
    assert [(label, now) for label, _stored, now in cells] == [
        ("标题", "另一个标题"), ("申报截止时间", "2026-06-21 17:00"), ("抽查比例", "40"),
    ]  # fmt: skip
    assert cells[1][1] == "2026-06-20 17:00"
    assert "不能再执行“修改申报通知”" in page
