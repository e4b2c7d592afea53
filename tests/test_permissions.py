"""Every address × every person: who gets through, who is told why not, and for whom the object does not exist.

The table is written by hand. A row names the people who get through (`opens`) and those who have the right for such
pages but not for this object (`hidden`: 404); everybody else who is signed in gets 403, a visitor goes to the login.
The objects are Jilin's of the county 延吉, unless a row says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from subsidy.accounts.access import views
from tests.stations import Stations, files_apart, stations, undone
from tests.world import APPLICANTS, PEOPLE, actor
from workflow.models import Access

__all__ = ["files_apart", "stations", "undone"]

TWINS = {
    "jl_local2": "jl_local", "jl_upper2": "jl_upper", "zs_local2": "zs_local", "zs_upper2": "zs_upper",
    "jl_colleague": "jl_applicant", "expert2": "expert1", "expert3": "expert1", "expert4": "expert5",
}  # fmt: skip
"""People in the same posts as another: asked once for both (the first test says that they are the same)."""
VISITOR = ""

JL = "jl_local jl_finance jl_upper jl_issuer jl_upper_finance jl_pay_maker jl_pay_checker"
JL_AWAY = "jl_other_local jl_other_finance"
ZS = "zs_local zs_upper zs_issuer zs_upper_finance zs_pay_maker zs_pay_checker"
ZS_AWAY = "zs_other_local"
FIRMS = "jl_applicant jl_member jl_stranger zs_applicant zs_stranger"
OTHERS = "expert1 expert5 admin security auditor"
STAFF = f"{JL} {JL_AWAY} {ZS} {ZS_AWAY}"
SIGNED_IN = f"{STAFF} {FIRMS} {OTHERS}"
ANYBODY = f"{SIGNED_IN} visitor"

NOT_JL = f"{JL_AWAY} {ZS} {ZS_AWAY} {FIRMS}"
NOT_ZS_MINE = "jl_applicant jl_member jl_stranger zs_stranger"
NOT_MINE = "jl_member jl_stranger zs_applicant zs_stranger"
REVIEWERS = "jl_local jl_finance jl_other_local jl_other_finance jl_upper zs_local zs_other_local zs_upper"
KEEPERS = "jl_upper zs_upper"
OTHER_LOOKERS = "jl_local jl_other_local zs_local zs_other_local zs_upper"
LOOKERS = "jl_local jl_other_local jl_upper zs_local zs_other_local zs_upper"
BAR_READERS = "jl_upper jl_issuer jl_upper_finance jl_other_local jl_other_finance"
BAR_AWAY = f"jl_local jl_finance jl_pay_maker jl_pay_checker {ZS} {ZS_AWAY}"
"""The bar of the stations is on a firm of the other county."""
OTHER_FIRMS = "jl_applicant jl_member zs_applicant zs_stranger"
LETTERS = "jl_other_local jl_other_finance zs_local zs_other_local zs_upper"
KEEPERS = "jl_upper zs_upper"
PLANNERS = "jl_upper jl_issuer jl_upper_finance zs_upper zs_issuer zs_upper_finance"
OF_PLAN = "jl_upper jl_issuer jl_upper_finance jl_finance jl_pay_maker jl_pay_checker"
UNSEEN_DRAFT = "jl_local jl_finance jl_pay_maker jl_pay_checker"
JL_BATCH = "jl_upper jl_upper_finance jl_pay_maker jl_pay_checker"
ZS_BATCH = "zs_upper zs_upper_finance zs_pay_maker zs_pay_checker"

NOT_ON_LEAVE = " ".join(name for name in SIGNED_IN.split() if name not in {"jl_local", "admin"})


CORRECTION = {
    "items-TOTAL_FORMS": "1", "items-INITIAL_FORMS": "0", "items-0-include": "on", "items-0-problem": "缺页",
    "items-0-requirement": "补传",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One address: the names of its arguments in the stations, the method, what is sent, and who gets what."""

    opens: str
    hidden: str = ""
    arguments: tuple[str, ...] = ()
    post: Mapping[str, str] | None = None
    visitor: str = "login"


def get(opens: str, *arguments: str, hidden: str = "") -> Row:
    return Row(opens, hidden, arguments)


def api(opens: str, *arguments: str, hidden: str = "") -> Row:
    """The API answers a visitor with 403: there is no page to go to."""
    return Row(opens, hidden, arguments, visitor="403")


def post(opens: str, *arguments: str, hidden: str = "", **data: str) -> Row:
    return Row(opens, hidden, arguments, data)


def all_but(who: str) -> str:
    return " ".join(name for name in SIGNED_IN.split() if name != who)


def of_case(opens: str = JL) -> Row:
    """A page of the case, for whoever the case is routed to."""
    return get(opens, "jl_case", hidden=NOT_JL)


def act(opens: str, **data: str) -> Row:
    """An act on the case: whoever sees it without the post for the act is told so."""
    return post(opens, "jl_case", hidden=NOT_JL, version="1", **data)


def mine(*arguments: str) -> Row:
    """A page of one's own case."""
    return get("jl_applicant", *arguments, hidden=NOT_MINE)


def my_act(*arguments: str, **data: str) -> Row:
    return post("jl_applicant", *arguments, hidden=NOT_MINE, **data)


def of_proposal() -> Row:
    """Read on both sides: a firm of 延吉 is to be succeeded by one of 黄圃."""
    both = f"{JL} zs_upper zs_issuer zs_upper_finance zs_pay_maker zs_pay_checker zs_other_local"
    return get(both, "proposal", hidden=f"{JL_AWAY} zs_local")


def of_panel(*arguments: str, method: Any = get, **data: str) -> Row:
    return method("jl_upper", *(arguments or ("panel",)), hidden="zs_upper", **data)


def of_expert(*arguments: str, method: Any = get, **data: str) -> Row:
    return method("expert1", "panel", *arguments, hidden="expert5", **data)


def of_administrator(*arguments: str) -> Row:
    return get("admin", *arguments)


ADMIN_ASKED = ["admin", "security", "jl_upper", "zs_applicant", "visitor"]
ADMINISTERED = ("accounts_agency", "reference_areacode", "reference_industry")
TABLE: dict[str, Row] = {
    # anybody
    "login": get(ANYBODY),
    "login_code": get(SIGNED_IN),
    "login_enrol": get(SIGNED_IN),
    "login_password": get(SIGNED_IN),
    "login_forgotten": get(ANYBODY),
    "login_reset": get(ANYBODY, "reset_token"),
    "login_welcome": get(ANYBODY, "welcome_token"),
    "healthz": get(ANYBODY),
    "readyz": get(ANYBODY),
    "papers:check": get(ANYBODY),
    "papers:paper": get(ANYBODY, "paper"),
    "calls:hall": get(ANYBODY),
    "calls:hall_call": get(ANYBODY, "jilin_call"),
    "calls:measures": get(ANYBODY),
    "calls:measure": get(ANYBODY, "=jilin"),
    "calls:start": get(ANYBODY, "jilin_call"),
    "notices:list": get(ANYBODY),
    "notices:public": get(ANYBODY, "notice"),
    "notices:public_paper": get(ANYBODY, "notice"),
    "notices:sheet": get(ANYBODY, "notice"),
    "notices:object": get(ANYBODY, "notice"),
    "notices:receipt": get(ANYBODY),
    "notices:objection_lookup": get(ANYBODY),
    "ops:public_seals": get(ANYBODY),
    "ops:seal_feed": get(ANYBODY),
    # everybody who is signed in
    "logout": post(SIGNED_IN),
    "accounts:own": get(SIGNED_IN),
    "accounts:password": get(SIGNED_IN),
    "accounts:again": get(SIGNED_IN),
    "accounts:factor_new": get(SIGNED_IN),
    "accounts:factor_remove": post("jl_applicant", "phone", hidden=all_but("jl_applicant")),
    "accounts:recovery_new": post(SIGNED_IN),
    "accounts:sessions_end": post(SIGNED_IN),
    "accounts:session_end": post("jl_local", "session", hidden=all_but("jl_local")),
    "accounts:security": get("security"),
    "accounts:security_end": post("security", "session"),
    "accounts:security_people": get("security"),
    "accounts:reset_factors": get("security", "person"),
    "desk:home": get(SIGNED_IN),
    "desk:article": get(SIGNED_IN, "=jilin", "=art_3"),
    "preferences": post(SIGNED_IN),
    "money_echo": get(SIGNED_IN),
    "inbox:list": get(SIGNED_IN),
    "inbox:read_all": post(SIGNED_IN),
    "inbox:open": post("jl_local", "message", hidden=all_but("jl_local")),
    "api:schema": api(SIGNED_IN),
    # the case on the desk
    "desk:queue": get(REVIEWERS),
    "desk:queue_sheet": get(REVIEWERS),
    "desk:case": of_case(),
    "desk:lines": of_case(),
    "desk:section": get(JL, "jl_case", "=content", hidden=NOT_JL),
    "desk:history_extract": of_case(),
    "desk:document": get(JL, "jl_case", "jl_case_document", hidden=NOT_JL),
    "desk:decide_finding": act(
        "jl_local", code="$finding", subject="$finding_subject", decision="met", reason_code="evidence", note="已核对"
    ),
    "desk:confirm_automatic": act("jl_local"),
    "desk:conclude": act("jl_local", opinion="同意推荐"),
    "desk:sign": act("jl_finance", agrees="no", opinion="不同意"),
    "desk:ask_correction": act("jl_local", **CORRECTION),
    "desk:correction_paper": get(ZS, "zs_correcting", "zs_correction", hidden=f"{ZS_AWAY} {JL} {JL_AWAY} {FIRMS}"),
    "desk:extension": act("jl_local", days="3", reason="材料较多"),
    "desk:decline": act("jl_local", source="吉工信办联规〔2024〕80号 第三条", reason="不符合条件"),
    "desk:return_to_local": act("jl_upper", reason="请补充审核"),
    "api:cases": api(f"{STAFF} {FIRMS}"),
    "api:case": api(f"{JL} jl_applicant", "jl_case", hidden=f"{JL_AWAY} {ZS} {ZS_AWAY} {NOT_MINE}"),
    # letters upwards and lists to the province (the list is Zhongshan's)
    "desk:joint_list": get(REVIEWERS),
    "desk:joint_new": get("jl_local", "jilin_call", hidden="jl_other_local zs_local zs_other_local"),
    "desk:joint": get("jl_local jl_finance", "joint", hidden=f"jl_upper {LETTERS}"),
    "desk:joint_paper": get("jl_local jl_finance jl_upper", "sent_joint", hidden=LETTERS),
    "desk:joint_edit": get("jl_local", "joint", hidden="jl_other_local zs_local zs_other_local"),
    "desk:joint_send": post("jl_local", "joint", hidden="jl_other_local zs_local zs_other_local"),
    "desk:joint_release": get("jl_upper", "sent_joint", hidden="zs_upper"),
    "desk:joint_scan": get("jl_local jl_finance jl_upper", "sent_joint", hidden=LETTERS),
    "desk:report_list": get("jl_upper zs_upper"),
    "desk:report_new": get("zs_upper", "zhongshan_call", hidden="jl_upper"),
    "desk:report": get("zs_upper", "report", hidden="jl_upper"),
    "desk:report_document": get("zs_upper", "report", hidden="jl_upper"),
    # registers: read in one's territory, kept by the upper bureaus; an enterprise sees itself
    "enterprises:list": get(STAFF),
    "enterprises:sheet": get(STAFF),
    "enterprises:own": get(FIRMS),
    "desk:enterprise": get(f"{JL} jl_applicant", "firm", hidden=f"{JL_AWAY} {ZS} {ZS_AWAY} {NOT_MINE}"),
    "enterprises:evidence": get(
        f"{JL} jl_member",
        "renamed",
        "scan",
        hidden=f"{JL_AWAY} {ZS} {ZS_AWAY} jl_applicant jl_stranger zs_applicant zs_stranger",
    ),
    "enterprises:new": get(KEEPERS),
    "enterprises:edit": get("jl_upper", "firm", hidden="zs_upper"),
    "enterprises:rename": get("jl_upper", "firm", hidden="zs_upper"),
    "enterprises:succeed": get("jl_upper", "firm", hidden="zs_upper"),
    "enterprises:strike": get("jl_upper", "firm", hidden="zs_upper"),
    "enterprises:restore": get("jl_upper", "firm", hidden="zs_upper"),
    "enterprises:accident": get("jl_upper", "firm", hidden="zs_upper"),
    "enterprises:correct_accident": get("jl_upper", "firm", "accident", hidden="zs_upper"),
    "enterprises:strike_accident": get("jl_upper", "firm", "accident", hidden="zs_upper"),
    "enterprises:proposals": get(STAFF),
    "enterprises:proposal": of_proposal(),
    "enterprises:proposal_evidence": of_proposal(),
    "enterprises:confirm": get("zs_upper", "proposal"),
    "enterprises:decline": get("zs_upper", "proposal"),
    "enterprises:withdraw": get("jl_upper", "proposal"),
    "clusters:list": get(STAFF),
    "clusters:sheet": get(STAFF),
    "clusters:new": get(KEEPERS),
    "clusters:detail": get(
        f"{JL} {JL_AWAY} jl_applicant jl_member",
        "cluster",
        hidden=f"{ZS} {ZS_AWAY} jl_stranger zs_applicant zs_stranger",
    ),
    "clusters:members_sheet": get(f"{JL} {JL_AWAY}", "cluster", hidden=f"{ZS} {ZS_AWAY}"),
    "clusters:edit": get("jl_upper", "cluster", hidden="zs_upper"),
    "clusters:recognise": get("jl_upper", "cluster", hidden="zs_upper"),
    "clusters:end_recognition": get("jl_upper", "cluster", "recognition", hidden="zs_upper"),
    "clusters:add_member": get("jl_upper", "cluster", hidden="zs_upper"),
    "clusters:end_membership": get("jl_upper", "cluster", "membership", hidden="zs_upper"),
    "clusters:correct_recognition": get("jl_upper", "cluster", "recognition", hidden="zs_upper"),
    "clusters:correct_membership": get("jl_upper", "cluster", "membership", hidden="zs_upper"),
    "clusters:strike": get("jl_upper", "cluster", hidden="zs_upper"),
    "clusters:restore": get("jl_upper", "cluster", hidden="zs_upper"),
    "projects:list": get(STAFF),
    "projects:sheet": get(STAFF),
    "projects:new": get(KEEPERS),
    "desk:project": get(f"{JL} jl_applicant", "project", hidden=f"{JL_AWAY} {ZS} {ZS_AWAY} {NOT_MINE}"),
    "projects:edit": get("jl_upper", "project", hidden="zs_upper"),
    "projects:year": get("jl_upper", "project", hidden="zs_upper"),
    "projects:partner": get("jl_upper", "project", hidden="zs_upper"),
    "projects:asset": get("jl_upper", "project", hidden="zs_upper"),
    "projects:invoice": get("jl_upper", "project", hidden="zs_upper"),
    "projects:funding": get("jl_upper", "project", hidden="zs_upper"),
    "projects:correct_partner": get("jl_upper", "project", "partner", hidden="zs_upper"),
    "projects:correct_asset": get("jl_upper", "project", "asset", hidden="zs_upper"),
    "projects:correct_invoice": get("jl_upper", "project", "invoice", hidden="zs_upper"),
    "projects:correct_funding": get("jl_upper", "project", "funding", hidden="zs_upper"),
    "projects:strike_funding": get("jl_upper", "project", "funding", hidden="zs_upper"),
    "projects:measure": get("zs_upper", "zs_project", hidden="jl_upper"),
    "projects:approve_measured": get("zs_upper", "zs_project", "measured", hidden="jl_upper"),
    "projects:strike": get("jl_upper", "project", hidden="zs_upper"),
    "projects:restore": get("jl_upper", "project", hidden="zs_upper"),
    "imports:start": get(KEEPERS, "=enterprises"),
    "imports:template": get(KEEPERS, "=enterprises"),
    "imports:one": get("jl_upper", "own_import", hidden="zs_upper"),
    "imports:accept": post("jl_upper", "own_import", hidden="zs_upper"),
    "imports:wrong_rows": get("jl_upper", "own_import", hidden="zs_upper"),
    # calls
    "calls:list": get("jl_upper jl_issuer zs_upper zs_issuer"),
    "calls:choose": get("jl_upper zs_upper"),
    "calls:create": get("jl_upper", "=jilin", hidden="zs_upper"),
    "calls:detail": get("jl_upper jl_issuer", "draft_call", hidden="zs_upper zs_issuer"),
    "calls:edit": get("jl_upper", "draft_call", hidden="zs_upper"),
    "calls:materials": get("jl_upper", "draft_call", hidden="zs_upper"),
    "calls:scorecard": get("jl_upper", "draft_call", hidden="zs_upper"),
    "calls:copy": get("jl_upper", "jilin_call", hidden="zs_upper"),
    "calls:checks": get("jl_upper jl_issuer", "draft_call", hidden="zs_upper zs_issuer"),
    "calls:replace": get("jl_upper", "jilin_call", hidden="zs_upper"),
    "cases:migrated": get("jl_upper jl_issuer", "replacement", hidden="zs_upper zs_issuer"),
    "cases:preview_call": get("jl_upper jl_issuer", "draft_call", hidden="zs_upper zs_issuer"),
    "calls:publish": get("jl_issuer", "draft_call", hidden="zs_issuer"),
    "calls:void": get("jl_issuer", "jilin_call", hidden="zs_issuer"),
    # the applicant's own
    "cases:mine": get(FIRMS),
    "cases:start": get(FIRMS, "jilin_call"),
    "cases:overview": mine("jl_case"),
    "cases:tasks": mine("jl_draft"),
    "cases:step": mine("jl_draft", "=applicant"),
    "cases:autosave": my_act("jl_draft", "=applicant", version="99"),
    "cases:project_add": mine("jl_draft"),
    "cases:project_new": mine("jl_draft"),
    "cases:project": mine("jl_draft", "jl_row"),
    "cases:project_remove": my_act("jl_draft", "jl_row"),
    "cases:project_restore": my_act("jl_draft", "jl_row"),
    "cases:line_add": mine("jl_draft", "jl_row"),
    "cases:line": mine("jl_draft", "jl_line"),
    "cases:line_remove": my_act("jl_draft", "jl_line"),
    "cases:upload": my_act("jl_draft", "=audit"),
    "cases:slot_paper": mine("jl_draft", "=targets"),
    "cases:file": get("jl_applicant", "jl_draft", "jl_file", hidden=f"{STAFF} {NOT_MINE}"),
    "cases:file_remove": my_act("jl_draft", "jl_file"),
    "cases:ceiling": mine("jl_draft"),
    "cases:check": mine("jl_draft"),
    "cases:draft_paper": mine("jl_draft"),
    "cases:submitted": mine("jl_case"),
    "cases:take_back": my_act("jl_case"),
    "cases:withdraw": mine("jl_draft"),
    "cases:paper": mine("jl_first", "=receipt"),
    "cases:correction": get("zs_applicant", "zs_correcting", hidden=NOT_ZS_MINE),
    "cases:correction_paper": get("zs_applicant", "zs_correcting", "zs_correction", hidden=NOT_ZS_MINE),
    "funding:payee": mine("money_case"),
    # credit and bars
    "credit:lists": get(STAFF),
    "credit:list_new": get(KEEPERS),
    "credit:import_new": get(KEEPERS),
    "credit:template": get(KEEPERS),
    "credit:look_up": get(LOOKERS),
    "credit:listed_sheet": get(STAFF),
    "credit:import": get(STAFF, "list_import"),
    "credit:import_sheet": get(STAFF, "list_import"),
    "credit:import_document": get(STAFF, "list_import"),
    "credit:record": post("jl_upper", "draft_import", hidden=OTHER_LOOKERS),
    "credit:discard": post("jl_upper", "draft_import", hidden=OTHER_LOOKERS),
    "credit:enterprise": get(JL, "head", hidden=f"{JL_AWAY} {ZS} {ZS_AWAY}"),
    "credit:enterprise_sheet": get(JL, "head", hidden=f"{JL_AWAY} {ZS} {ZS_AWAY}"),
    "credit:own": get(FIRMS),
    "credit:bars": get(STAFF),
    "credit:bars_sheet": get(STAFF),
    "credit:bar_new": get(KEEPERS),
    "credit:bar": get(BAR_READERS, "bar", hidden=BAR_AWAY),
    "credit:bar_lift": get("jl_upper", "bar", hidden="zs_upper"),
    "credit:bar_document": get(f"{BAR_READERS} jl_stranger", "bar", hidden=f"{BAR_AWAY} {OTHER_FIRMS}"),
    "desk:holds": get("jl_local jl_other_local jl_upper zs_local zs_other_local zs_upper"),
    "desk:holds_sheet": get("jl_local jl_other_local jl_upper zs_local zs_other_local zs_upper"),
    "desk:hold": get("jl_local jl_upper", "hold", hidden="jl_other_local zs_local zs_other_local zs_upper"),
    # experts
    "panels:list": get("jl_upper zs_upper"),
    "panels:make": get("jl_upper", "jilin_call", hidden="zs_upper"),
    "panels:panel": of_panel(),
    "panels:change": of_panel("draft_panel"),
    "panels:open": of_panel("draft_panel"),
    "panels:close": of_panel(method=post),
    "panels:void": of_panel(method=post),
    "panels:extend": of_panel(method=post),
    "panels:remind": of_panel(method=post),
    "panels:add_expert": of_panel(method=post),
    "panels:release": of_panel("panel", "letter", method=post),
    "panels:unlock": of_panel("panel", "letter", method=post),
    "panels:ranking": of_panel(),
    "panels:cut": of_panel(method=post),
    "panels:move": of_panel("panel", "code", method=post),
    "panels:tie": of_panel(method=post),
    "panels:results": of_panel(),
    "panels:deliberate": of_panel(method=post),
    "panels:fix": of_panel(method=post),
    "panels:late": of_panel(method=post),
    "panels:mine": get("expert1 expert5"),
    "panels:expert_panel": of_expert(),
    "panels:declare": of_expert(),
    "panels:submit": of_expert(method=post),
    "panels:own_sheet": of_expert(),
    "panels:score": of_expert("code"),
    "panels:save": of_expert("code", method=post),
    "panels:recuse": of_expert("code"),
    "panels:document": of_expert("code", "=1"),
    # publicity
    "notices:manage": get("jl_upper jl_issuer zs_upper zs_issuer"),
    "notices:new": get("jl_upper", "jilin_call", hidden="zs_upper"),
    "notices:detail": get("jl_upper jl_issuer", "draft_notice", hidden="zs_upper zs_issuer"),
    "notices:paper": get("jl_upper jl_issuer", "draft_notice", hidden="zs_upper zs_issuer"),
    "notices:edit": get("jl_upper", "draft_notice", hidden="zs_upper"),
    "notices:ask_signature": post("jl_upper", "draft_notice", hidden="zs_upper"),
    "notices:publish": get("jl_issuer", "draft_notice", hidden="zs_issuer"),
    "notices:send_back": get("jl_issuer", "draft_notice", hidden="zs_issuer"),
    "notices:close": post("jl_upper", "notice", hidden="zs_upper"),
    "notices:objections": get("jl_upper zs_upper"),
    "notices:objection": get("jl_upper", "objection", hidden="zs_upper"),
    # money
    "funding:plans": get(PLANNERS),
    "funding:quotas": get(PLANNERS),
    "funding:plan_new": get("jl_upper", "jilin_call", hidden="zs_upper"),
    "funding:plan": get(OF_PLAN, "plan", hidden=f"jl_local {NOT_JL}"),
    "funding:line": post(
        "jl_upper", "draft_plan", "draft_plan_line", hidden=f"{UNSEEN_DRAFT} {NOT_JL}", amount="1000", reason="调整"
    ),
    "funding:finalise": get("jl_upper", "draft_plan", hidden="zs_upper"),
    "funding:approval": get(
        "jl_upper jl_issuer jl_upper_finance", "final_plan", "=industry", hidden="zs_upper zs_issuer zs_upper_finance"
    ),
    "funding:plan_pdf": get(OF_PLAN, "plan", hidden=f"jl_local {NOT_JL}"),
    "funding:plan_sheet": get(OF_PLAN, "plan", hidden=f"jl_local {NOT_JL}"),
    "funding:issue": get("jl_upper_finance", "unissued_plan", "county", hidden="zs_upper_finance"),
    "funding:batch_new": get("jl_pay_maker", "plan", hidden="zs_pay_maker"),
    "funding:issues": get("jl_upper jl_upper_finance jl_pay_maker zs_upper zs_upper_finance zs_pay_maker"),
    "funding:batches": get(f"{JL_BATCH} {ZS_BATCH}"),
    "funding:batch": get(JL_BATCH, "batch", hidden=ZS_BATCH),
    "funding:batch_move": post("jl_pay_maker", "batch", "=ask_check", hidden=ZS_BATCH),
    "funding:batch_reason": post("jl_pay_maker", "batch", "=cancel", hidden=ZS_BATCH, reason="有误", version="1"),
    "funding:export": post("jl_pay_maker", "batch", hidden="zs_pay_maker"),
    "funding:batch_pdf": get("zs_pay_maker zs_pay_checker", "zs_batch", hidden=f"{JL_BATCH} zs_upper zs_upper_finance"),
    "funding:batch_sheet": get(
        "zs_pay_maker zs_pay_checker", "zs_batch", hidden=f"{JL_BATCH} zs_upper zs_upper_finance"
    ),
    "funding:results": get("zs_pay_maker", "zs_batch", hidden="jl_pay_maker"),
    "funding:drop": post("jl_pay_maker", "batch", "payment", hidden="zs_pay_maker"),
    "funding:bounce": get("zs_pay_maker", "zs_batch", "zs_payment", hidden="jl_pay_maker"),
    # audit
    "ops:history": get("auditor"),
    "ops:history_sheet": get("auditor"),
    "ops:extract": get("auditor", "=calls.call", "jilin_call"),
    "ops:access": get("auditor"),
    "ops:access_sheet": get("auditor"),
    "ops:seals": get("auditor"),
    # administration
    "calendar:now": of_administrator(),
    "calendar:template": of_administrator(),
    "calendar:year": of_administrator("=2026"),
    "calendar:enter": of_administrator("=2027"),
    "calendar:day": of_administrator("=2026-06-22"),
    "calendar:document": of_administrator("=2022", "calendar_entry"),
    "inbox:texts": of_administrator(),
    "inbox:text": of_administrator("=cases.declined"),
    "inbox:text_standard": of_administrator("=cases.declined"),
    "desk:people": of_administrator(),
    "desk:person_new": of_administrator(),
    "desk:person": of_administrator("person"),
    "desk:person_edit": of_administrator("person"),
    "desk:person_link": of_administrator("person"),
    "desk:person_lock": of_administrator("person"),
    "desk:person_unlock": of_administrator("person"),
    "desk:person_end": of_administrator("person"),
    "desk:person_restore": of_administrator("person"),
    "desk:post_new": of_administrator("person"),
    "desk:post_end": of_administrator("person", "post"),
    "desk:jurisdictions": of_administrator(),
    "desk:jurisdiction_new": of_administrator(),
    "desk:leaves": get(SIGNED_IN),
    "desk:leave_new": get("jl_local admin", "post", hidden=NOT_ON_LEAVE),
    "desk:leave_end": get("jl_local admin", "leave", hidden=NOT_ON_LEAVE),
    "admin:index": of_administrator(),
    "admin:jsi18n": of_administrator(),
    "admin:app_list": of_administrator("=accounts"),
    **{
        f"admin:{model}_{page}": of_administrator(*arguments)
        for model in ADMINISTERED
        for page, arguments in (("changelist", ()), ("add", ()), ("history", ("=1",)), ("change", ("=1",)))
    },
}


# --- who ----------------------------------------------------------------------


def test_the_twins_are_in_the_same_posts(stations: Stations) -> None:
    for one, other in TWINS.items():
        assert actor(one).seats == actor(other).seats
    assert {*SIGNED_IN.split(), *TWINS} == {*PEOPLE, *APPLICANTS}


def test_every_address_is_in_the_table_and_every_row_is_an_address() -> None:
    assert {name for name, _route, _mark in views()} == set(TABLE)


def test_everybody_in_a_row_is_known() -> None:
    for name, row in TABLE.items():
        opens, hidden = set(row.opens.split()), set(row.hidden.split())
        assert opens | hidden <= {*SIGNED_IN.split(), "visitor"}, name
        assert not opens & hidden, name


@pytest.mark.parametrize("name", list(TABLE))
def test_everybody_gets_the_answer_of_the_table(stations: Stations, name: str) -> None:
    row = TABLE[name]
    wrong: dict[str, tuple[str, str]] = {}
    traces: dict[str, int] = {}
    # tests/accounts asks everybody for the administration pages.
    asking = ADMIN_ASKED if name.startswith("admin:") else [*SIGNED_IN.split(), "visitor"]
    for who in asking:
        answer, refusals = asked(stations, row, name, who)
        if (found := kind_of(answer)) != (expected := expected_of(row, who)):
            wrong[who] = (found, f"instead of {expected}")
        # Row 52: whoever is signed in leaves exactly one trace of a refusal, and of nothing else.
        if who != "visitor" and refusals != (answer.status_code in {403, 404}):
            traces[who] = refusals
    assert (wrong, traces) == ({}, {})


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row.hidden])
def test_what_is_anothers_is_answered_like_what_does_not_exist(stations: Stations, name: str) -> None:
    row = TABLE[name]
    who = row.hidden.split()[-1]
    foreign, _refusals = asked(stations, row, name, who)
    missing, _refusals = asked(stations, row, name, who, missing=True)
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert plain(foreign) == plain(missing)


def expected_of(row: Row, who: str) -> str:
    if who in row.opens.split():
        return "through"
    if who in row.hidden.split():
        return "404"
    return row.visitor if who == "visitor" else "403"


def kind_of(answer: Any) -> str:
    """What an answer means: through (whatever the form or the state then says), 403, 404, login."""
    if answer.status_code in {302, 303} and answer["Location"].startswith("/login/"):
        return "login"
    if answer.status_code in {403, 404}:
        return str(answer.status_code)
    return "through" if answer.status_code in {200, 204, 302, 303, 400, 409, 422} else f"{answer.status_code}"


def address(stations: Stations, row: Row, name: str, *, missing: bool = False) -> str:
    values = [one[1:] if one.startswith("=") else stations[one] for one in row.arguments]
    if missing:
        values[0] = 99999 if isinstance(values[0], int) else "JL-2026-99999"
    return reverse(name, args=values)


def asked(stations: Stations, row: Row, name: str, who: str, *, missing: bool = False) -> tuple[Any, int]:
    """What a person is answered, and how many refusals that wrote down; whatever it did is undone."""
    browser = stations.browser("" if who == "visitor" else who)
    path = address(stations, row, name, missing=missing)
    before = Access.objects.filter(kind__in=["refused", "not_found"]).count()
    with transaction.atomic():
        cookies = browser.cookies.copy()
        answer = browser.get(path) if row.post is None else browser.post(path, sent(stations, row.post))
        answer.content if not answer.streaming else answer.getvalue()
        refusals = Access.objects.filter(kind__in=["refused", "not_found"]).count() - before
        transaction.set_rollback(True)
    browser.cookies = cookies
    return answer, refusals


def sent(stations: Stations, data: Mapping[str, str]) -> dict[str, Any]:
    return {key: stations[value[1:]] if value.startswith("$") else value for key, value in data.items()}


def plain(answer: Any) -> str:
    """A page without its own address and the token of each request."""
    page = re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())
    return page.replace(answer.wsgi_request.path, "")
