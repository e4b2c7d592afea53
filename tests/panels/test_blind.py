"""A case that was really filed, as an expert sees it."""

from dataclasses import asdict

import pytest

from policies.kit.facts import from_json
from subsidy.cases.models import Case, Submission
from subsidy.panels import blind
from subsidy.panels.blind import Names
from subsidy.panels.models import PanelCase
from tests.world import World, jilin_submitted, zhongshan_submitted

pytestmark = pytest.mark.django_db


def seen(case: Case) -> tuple[blind.Sight, str, Submission]:
    one = PanelCase(code="07", case=case)
    submission = blind.newest(one)
    sight = blind.sight(one, submission)
    return sight, str({key: value for key, value in asdict(sight).items() if key != "materials"}), submission


@pytest.mark.parametrize("filed", [jilin_submitted, zhongshan_submitted], ids=["jilin", "zhongshan"])
def test_no_name_of_a_firm_a_person_or_a_file_is_left(world: World, filed: object) -> None:
    case: Case = filed(world)  # type: ignore[operator]
    sight, text, submission = seen(case)
    facts = from_json(submission.facts)

    hidden = [firm.name for firm in facts.enterprises] + [firm.code for firm in facts.enterprises]
    hidden += [partner.name for project in facts.projects for partner in project.partners]
    hidden += [filing.number for project in facts.projects for filing in project.filings]
    hidden += [case.number, case.contact_name, case.contact_phone, case.enterprise.legal_person]
    hidden += [row["name"] for row in submission.documents]
    hidden += [row["supplier"] for row in submission.content["lines"]] + [facts.cluster.name if facts.cluster else ""]
    names = text + "".join(f"{one.name}{one.label}{one.about}" for one in sight.materials)
    for word in filter(None, hidden):
        assert word not in names, word


def test_content_and_amounts_are_there(world: World) -> None:
    case = jilin_submitted(world)
    sight, _text, submission = seen(case)

    assert len(sight.projects) == len(submission.content["projects"]) >= 3
    assert [f"{line.claimed:f}" for line in sight.lines] == [row["claimed"] for row in submission.content["lines"]]
    assert len(sight.materials) == len(submission.documents)
    assert [one.name[:6] for one in sight.materials] == [f"07-{n:02d}." for n in range(1, len(sight.materials) + 1)]
    assert sight.sections


def test_longer_names_are_taken_out_before_the_shorter_ones_in_them() -> None:
    names = Names({"北方精工": "申报单位", "北方精工装备": "成员单位"})

    assert names.out_of("北方精工装备与北方精工联合，电话13900001111。") == "成员单位与申报单位联合，电话（号码略）。"


@pytest.mark.parametrize("text", ["投资 13345678901.00 元", "2026-05-20", "面积 1200 平方米", "24222000000012345678"])
def test_amounts_days_and_invoice_numbers_are_no_telephone_numbers(text: str) -> None:
    assert Names({}).out_of(text) == text


@pytest.mark.parametrize("text", ["13900001111", "0431-88901234", "043188901234", "0760-8881234"])
def test_telephone_numbers_are_taken_out(text: str) -> None:
    assert Names({}).out_of(f"电话{text}。") == "电话（号码略）。"
