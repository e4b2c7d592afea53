"""Materials that the platform prints for a firm to stamp: the declared targets, and the promise with its articles.

They follow from the case as it stands: the same case gives the same paper, a changed one its next version.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from django.conf import settings
from django.utils import translation

from policies.kit.policy import Form, RequiredDocument, Subject
from policies.kit.text import article_of
from subsidy.cases.answers import asked, in_words, written
from subsidy.cases.assess import Result
from subsidy.cases.materials import Slot
from subsidy.cases.models import Case, CaseProject
from subsidy.enterprises.models import Enterprise
from subsidy.papers import issue
from subsidy.papers.contents import Answer, Grid, Heading, Material, Section
from subsidy.papers.models import Paper
from subsidy.reference import formats

SUBJECT = "cases.case"
TARGETS_STEP, PROMISE_STEP = "targets", "declarations"
OPENING: Mapping[Form, str] = {
    Form.TARGETS: "现将申报项目的绩效目标填报如下，本单位对内容的真实性、准确性负责，并按此接受绩效监控和评价。",
    Form.PROMISE: "本单位已阅读申报通知和政策全文，就申报“{title}”作出以下声明，并承诺遵守所列条款。",
}


def printed(result: Result) -> Mapping[str, RequiredDocument]:
    """The materials of the case that the platform prints, by the key of their requirement."""
    return {one.key: one for one in result.policy.documents(result.facts) if one.form is not None}


def paper(case: Case, result: Result, slot: Slot, position: int) -> Paper:
    """The paper for this place of the list of materials; `position` is that of its requirement in the call's list.

    Raises KeyError for a material that the platform does not print.
    """
    document = printed(result)[slot.requirement]
    firm = case.enterprise if slot.project is None else slot.project.project.enterprise
    # What stands on a paper does not depend on the language of whoever asks for it.
    with translation.override(settings.LANGUAGE_CODE):
        return issue.issue(_header(case, slot, firm, position), _content(case, result, document, firm))


def _header(case: Case, slot: Slot, firm: Enterprise, position: int) -> issue.Header:
    number = f"{case.number}-C{position:02d}" + (f"-{firm.credit_code}" if slot.project else "")
    agency = case.local_agency
    return issue.Header(
        Paper.Kind.MATERIAL, number, slot.label, agency.name, SUBJECT, str(case.pk), agency_code=agency.code
    )


def _content(case: Case, result: Result, document: RequiredDocument, firm: Enterprise) -> Material:
    form = Form(document.form or "")
    title = case.title or formats.NONE
    quoted = (result.policy.articles[article_of(source.ref)].text for source in document.quotes)
    return Material(
        case_number=case.number,
        call=f"{case.call.title}（{case.call.number}）",
        measure=result.policy.title,
        enterprise=firm.name,
        credit_code=firm.credit_code,
        title=title,
        receiver=case.local_agency.name,
        opening=OPENING[form].format(title=title),
        sections=SECTIONS[form](case, result),
        quotes=tuple(line.strip() for text in quoted for line in text.split("\n") if line.strip()),
    )


def _targets(case: Case, result: Result) -> tuple[Section, ...]:
    money = [q for q in result.policy.questions(result.facts) if q.key == "requested"]
    funds = Section("资金", tuple(Answer(q.label, in_words(q, case.answers)) for q in money))
    declared = asked(result.policy, result.facts, TARGETS_STEP, Subject.CASE)
    targets = Section("绩效目标", tuple(Answer(*row) for row in written(declared, case.answers)))
    return (Section("项目", grid=_projects(case)), *((funds,) if money else ()), targets)


def _promise(case: Case, result: Result) -> tuple[Section, ...]:
    said = asked(result.policy, result.facts, PROMISE_STEP, Subject.CASE)
    return (Section("声明事项", tuple(Answer(*row) for row in written(said, case.answers))),)


def _projects(case: Case) -> Grid:
    headings = (
        Heading("序号", 8, "center"), Heading("项目", 36), Heading("实施单位", 28), Heading("立项总投资", 14, "right"),
        Heading("申报投资", 14, "right"),
    )  # fmt: skip
    rows = list(
        case.projects.filter(status=CaseProject.Status.IN)
        .select_related("project__enterprise").prefetch_related("lines").order_by("position", "pk")
    )  # fmt: skip
    claimed = [sum((line.claimed for line in row.lines.all()), Decimal("0.00")) for row in rows]
    return Grid(
        headings,
        tuple(
            (
                str(place), row.project.name, row.project.enterprise.name, formats.yuan(row.project.total_investment),
                formats.yuan(amount),
            )
            for place, (row, amount) in enumerate(zip(rows, claimed, strict=True), start=1)
        ),
        ("合计", "", "", formats.yuan(sum((row.project.total_investment for row in rows), Decimal("0.00"))),
         formats.yuan(sum(claimed, Decimal("0.00")))),
        "单位：元",
    )  # fmt: skip


SECTIONS: Mapping[Form, Callable[[Case, Result], tuple[Section, ...]]] = {
    Form.TARGETS: _targets, Form.PROMISE: _promise,
}  # fmt: skip
