"""Answers are stored as exactly the JSON type of their question, and looked at again when a case is submitted.

Row 28 of trust.md: what a form stores always fits; whatever else finds its way into the column does not get filed.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.kit import facts as kit
from policies.kit.facts import FactsError
from policies.kit.findings import Source, SourceKind
from policies.kit.parameters import load_yaml
from policies.kit.policy import Choice, Question, QuestionKind, Subject
from subsidy.cases.answers import is_of_kind
from subsidy.cases.applicant.question_form import PREFIX, QuestionForm
from subsidy.cases.assess import preview
from subsidy.cases.models import Case, CaseProject, Submission
from subsidy.cases.submit import declaration_of, submit
from tests.policies.sheets import plain
from tests.world import World, actor, fresh, jilin_draft, zhongshan_draft
from workflow.perform import Refused

CHOICES = (Choice("a", "甲"), Choice("b", "乙"))
SOURCE = Source(SourceKind.ARTICLE, "jilin", "art_3", "细则第三条")


def question(kind: QuestionKind) -> Question:
    return Question("asked", kind, "问题", "说明", SOURCE, choices=CHOICES)


GOOD: dict[QuestionKind, list[Any]] = {
    QuestionKind.TEXT: ["见材料", "𠮷"], QuestionKind.LONG_TEXT: ["一\n二", "长" * 4000],
    QuestionKind.YES_NO: [True, False], QuestionKind.CHOICE: ["a", "b"], QuestionKind.CHOICES: [[], ["a"], ["b", "a"]],
    QuestionKind.MONEY: ["0", "0.50", "1000.00", "1000000000000.00"], QuestionKind.NUMBER: [0, 7, 10**9],
    QuestionKind.DATE: ["2026-05-01", "2024-02-29"],
}  # fmt: skip
HOSTILE: list[Any] = [
    "", "true", "yes", 1, 0, -1, 1.0, 1e400, float("nan"), True, False, [], {}, [[]], {"a": 1}, [1], [True], [None],
    ["a", "a"], ["c"], "c", "1.0e3", "1e3", "-0", "-1.00", "+5", "1_000", "1,000.00", "٣٤", "１２３", "1.005", "NaN",
    "2026-02-30", "20260501", "2026-5-1", "99999-01-01", " 见材料", "a\u202eb", "a\u200bb", "a\0b", "e\u0301",
    "两\n行", "长" * 201, "长" * 4001, 10**9 + 1, 10**30, [["a"]], "\ud800",
]  # fmt: skip
"""What is JSON (or Python's reading of it) and is an answer to few questions or none."""
TAKEN: dict[QuestionKind, list[Any]] = {
    QuestionKind.TEXT: [
        "true", "yes", "c", "1.0e3", "1e3", "-0", "-1.00", "+5", "1_000", "1,000.00", "٣٤", "１２３", "1.005", "NaN",
        "2026-02-30", "20260501", "2026-5-1", "99999-01-01",
    ],
    QuestionKind.LONG_TEXT: [
        "true", "yes", "c", "1.0e3", "1e3", "-0", "-1.00", "+5", "1_000", "1,000.00", "٣٤", "１２３", "1.005", "NaN",
        "2026-02-30", "20260501", "2026-5-1", "99999-01-01", "两\n行", "长" * 201,
    ],
    QuestionKind.YES_NO: [True, False], QuestionKind.CHOICE: [], QuestionKind.CHOICES: [[]],
    QuestionKind.MONEY: ["20260501"], QuestionKind.NUMBER: [1, 0, -1], QuestionKind.DATE: [],
}  # fmt: skip
"""Which of the hostile values are answers after all, by hand: any plain words are a text."""


@pytest.mark.parametrize("kind", QuestionKind)
def test_each_kind_of_question_takes_its_own_type_and_nothing_else(kind: QuestionKind) -> None:
    asked = question(kind)
    assert [value for value in GOOD[kind] if not is_of_kind(asked, value)] == []
    # By their JSON: True and 1, 1 and 1.0 are equal in Python.
    taken = {json.dumps(value) for value in HOSTILE if is_of_kind(asked, value)}
    assert taken == {json.dumps(value) for value in TAKEN[kind]}
    assert is_of_kind(asked, None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["a", "b", "true", "1.00"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
TYPES = {
    QuestionKind.TEXT: str, QuestionKind.LONG_TEXT: str, QuestionKind.YES_NO: bool, QuestionKind.CHOICE: str,
    QuestionKind.CHOICES: list, QuestionKind.MONEY: str, QuestionKind.NUMBER: int, QuestionKind.DATE: str,
}  # fmt: skip


@given(st.sampled_from(QuestionKind), JSON)
@settings(max_examples=400, deadline=None)
def test_whatever_fits_has_exactly_the_type_of_its_kind(kind: QuestionKind, value: Any) -> None:
    if is_of_kind(question(kind), value) and value is not None:
        assert type(value) is TYPES[kind]
        assert json.loads(json.dumps(value, allow_nan=False)) == value


@given(st.sampled_from(QuestionKind), st.lists(st.text(max_size=30) | st.sampled_from(["a", "yes", "12", "1e3"])))
@settings(max_examples=400, deadline=None)
def test_whatever_a_form_takes_is_stored_as_a_fitting_answer(kind: QuestionKind, typed: list[str]) -> None:
    asked = question(kind)
    data = QueryDict(mutable=True)
    data.setlist(PREFIX + asked.key, typed)
    data["q_never_asked"] = "x"
    form = QuestionForm(data, questions=[asked], lenient=True)
    form.is_valid()
    if PREFIX + asked.key not in form.errors:
        assert set(form.answers()) == {asked.key}
        assert is_of_kind(asked, form.answers()[asked.key]), form.answers()


# --- the file that the rules read without a database --------------------------


@pytest.mark.parametrize(
    "answers",
    [
        '{"a": 1, "a": 2}', '{"a": .nan}', '{"a": .inf}', '{"a": 1.0}', '{"a": 1.0e+400}', '{"a": {}}',
        '{"a": [[]]}', '{"a": [1]}', '{"a": [true]}', '{1: "a"}', "[]", '"a"', '{"a": ' + "[" * 6 + "]" * 6 + "}",
    ],
)  # fmt: skip
def test_facts_take_no_answer_of_another_shape(answers: str) -> None:
    """A key twice, what is no number, floats, nesting: refused before any rule sees them."""
    facts = json.loads(json.dumps(plain("jilin"), default=str)) | {"answers": "here"}
    text = json.dumps(facts, ensure_ascii=False)
    kit.from_json(load_yaml(text.replace('"here"', '{"a": "b", "c": ["d"], "e": true, "f": 1, "g": null}')))
    with pytest.raises((FactsError, yaml.YAMLError), match=r"answers|given twice"):
        kit.from_json(load_yaml(text.replace('"here"', answers)))


# --- submitting ---------------------------------------------------------------


BAD_FOR = {
    "text": ["true\u200b", 1.0, [], {}], "long_text": [1, True, ["一"], {"a": "b"}], "yes_no": ["true", 1, [], {}],
    "choice": ["no such choice", True, ["completed"], {}], "choices": ["a", [True], {}, ["no such choice"]],
    "money": ["1e3", 1.0, True, []], "number": ["1", 1.0, True, []], "date": ["2026-02-30", 20260501, [], {}],
}  # fmt: skip


@pytest.mark.parametrize("measure", ["jilin", "zhongshan"])
def test_a_stored_answer_of_another_type_is_not_submitted(world: World, measure: str) -> None:
    case = {"jilin": jilin_draft, "zhongshan": zhongshan_draft}[measure](world)
    result = preview(case)
    row = case.projects.all()[0]
    tried = set()
    for asked in result.policy.questions(result.facts):
        model, holder = (Case, case) if asked.about is Subject.CASE else (CaseProject, row)
        for value in BAD_FOR[asked.kind]:
            said = submitted_with(case, model, holder.pk, holder.answers | {asked.key: value})
            assert f"请重新填写“{asked.label}”" in said, (asked.key, value, said)
            tried.add((asked.kind, json.dumps(value)))
    assert len(tried) >= 16
    said = submitted_with(case, Case, case.pk, case.answers | {"never_asked": "x"})
    assert "没有的问题（never_asked）" in said
    assert submitted_with(case, Case, case.pk, case.answers) == ""


def submitted_with(case: Case, model: type[Any], pk: int, answers: dict[str, Any]) -> str:
    """What submitting says with these answers in the column, put there past every form; empty when it is filed."""
    kept = model.objects.values_list("answers", flat=True).get(pk=pk)
    model.objects.filter(pk=pk).update(answers=answers)
    stands = fresh(case)
    try:
        submit(stands, actor(stands.created_by.username), declaration=declaration_of(stands))
    except Refused as refused:
        assert not Submission.objects.exists()
        model.objects.filter(pk=pk).update(answers=kept)
        return str(refused)
    return ""


def test_what_another_track_asked_may_stay_behind(world: World) -> None:
    """Changing the track of a draft leaves its answers; they are known to the edition and asked of nobody now."""
    case = zhongshan_draft(world)
    assert submitted_with(case, Case, case.pk, case.answers | {"city_consent": "中府函〔2026〕1号"}) == ""
