"""What both measures promise: sources that exist, texts that are whole, steps in order, names for everything."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from policies.kit.evidence import count, recognised
from policies.kit.facts import BaseRule, CallFacts, CallKind, LineFacts, from_json
from policies.kit.findings import Source, SourceKind
from policies.kit.policy import Criterion, Desk, Policy, Scorecard, Stage, setting
from policies.kit.text import article, article_of, chinese, number
from tests.policies.sheets import HERE, PLACES, REGISTRY, altered, plain

MEASURES = [REGISTRY.of(place)[0] for place in PLACES]
TRACKS = [("jilin", "group"), ("zhongshan", "universal"), ("zhongshan", "major"), ("zhongshan", "special")]


@pytest.fixture(params=MEASURES, ids=PLACES)
def policy(request: pytest.FixtureRequest) -> Policy:
    measure: Policy = request.param
    return measure


def sources(policy: Policy) -> Iterator[Source]:
    """Every source a measure cites anywhere."""
    yield policy.validity
    yield policy.payment.source
    for group in (policy.settings, policy.approvals, policy.categories):
        for item in group:
            yield item.source
    for kind in policy.call_kinds:
        yield from (stage.source for stage in policy.stages(kind))
        card = policy.scorecard(kind)
        if card:
            yield card.source
        for place, track in TRACKS:
            if place == policy.measure:
                facts = from_json(altered(plain(place), {"track": track, "call.kind": kind.value}))
                yield from (question.source for question in policy.questions(facts))
                yield from (document.source for document in policy.documents(facts))
                yield from (finding.source for finding in policy.eligibility(facts))
                yield from (line.source for line in policy.entitlement(facts).lines)


def test_every_cited_article_is_in_the_text(policy: Policy) -> None:
    for source in sources(policy):
        if source.kind is SourceKind.ARTICLE:
            assert article_of(source.ref) in policy.articles, source
            assert source.clause.startswith("细则" + policy.articles[article_of(source.ref)].label)


def test_every_cited_instrument_is_registered(policy: Policy) -> None:
    cited = {source.ref for source in sources(policy) if source.kind is SourceKind.INSTRUMENT}
    assert cited
    assert cited <= set(policy.instruments)


def test_every_source_is_of_the_measure(policy: Policy) -> None:
    assert {source.measure for source in sources(policy)} == {policy.measure}


@pytest.mark.parametrize(("place", "last"), [("jilin", 19), ("zhongshan", 18)])
def test_the_text_has_every_article_in_order(place: str, last: int) -> None:
    assert list(REGISTRY.of(place)[0].articles) == [f"art_{n}" for n in range(1, last + 1)]


def test_the_text_is_verbatim_and_mended() -> None:
    jilin, zhongshan = (policy.articles for policy in MEASURES)
    assert jilin["art_18"].text == (
        "第十八条 本实施细则自 2024 年 12 月 5 日起施行，有效期至 2026 年 6 月 30 日。"
        "2024 年、2025 年项目申报、储备、下达时间等事项，按照申报指南执行。"
    )
    assert "及时核实处理" in jilin["art_10"].text
    assert "绩效运行监控和绩效自评" in jilin["art_15"].text
    assert "相关预算管理规定" in jilin["art_12"].text
    assert zhongshan["art_18"].text == "第十八条 本实施细则自发布之日起施行，有效期5年。"
    assert "测算项目遴选上报" in zhongshan["art_4"].text
    assert "进行初审" in zhongshan["art_11"].text
    assert zhongshan["art_9"].text.endswith("可采取“一事一议”方式给予资助。")


@pytest.mark.parametrize("place", PLACES)
def test_contact_persons_and_telephones_stay_out(place: str) -> None:
    text = (HERE.parents[1] / "policies" / place / "measure.md").read_text(encoding="utf-8")
    body = text.split("-->")[1]
    assert "联系人" not in body
    assert "电话" not in body
    assert "規" not in body
    assert text.startswith("<!--\n文本说明")


@pytest.mark.parametrize(
    ("words", "value"), [("一", 1), ("九", 9), ("十", 10), ("十八", 18), ("二十", 20), ("三十五", 35)]
)
def test_chinese_ordinals(words: str, value: int) -> None:
    assert number(words) == value
    assert chinese(value) == words


def test_a_source_reads_as_people_cite_it() -> None:
    assert article("jilin", 6, "第（二）项", "2") == Source(
        SourceKind.ARTICLE, "jilin", "art_6_2", "细则第六条第（二）项"
    )


def test_stages_come_after_stages_that_exist(policy: Policy) -> None:
    for kind in policy.call_kinds:
        seen: set[str] = set()
        for stage in policy.stages(kind):
            assert set(stage.after) <= seen
            assert stage.state in policy.route(kind)
            assert not stage.days_setting or setting(policy, call(policy), stage.days_setting).isdigit()
            seen.add(stage.key)


def call(policy: Policy) -> CallFacts:
    return from_json(plain(policy.measure)).call


def signers(stages: tuple[Stage, ...]) -> list[Desk]:
    return [stage.desk for stage in stages if stage.signature]


def test_jilin_needs_both_county_signatures_before_the_joint_submission() -> None:
    stages = MEASURES[0].stages(CallKind.SUPPORT)
    assert [stage.key for stage in stages] == ["local", "local_finance", "joint_submission", "upper", "experts"]
    assert signers(stages) == [Desk.LOCAL, Desk.LOCAL_FINANCE]
    assert stages[2].after == ("local", "local_finance")


@pytest.mark.parametrize("kind", list(CallKind))
def test_zhongshan_goes_from_town_to_city_to_experts_to_province(kind: CallKind) -> None:
    stages = MEASURES[1].stages(kind)
    assert [stage.key for stage in stages] == ["town", "city", "experts", "province_report"]
    assert signers(stages) == [Desk.LOCAL]


def test_a_measuring_case_ends_reported_and_closed() -> None:
    assert MEASURES[1].route(CallKind.MEASURING)[-3:] == ("expert_review", "reported", "closed")
    assert "reported" not in MEASURES[1].route(CallKind.SUPPORT)
    assert MEASURES[0].call_kinds == (CallKind.SUPPORT,)


def test_approvals_before_money_in_jilin() -> None:
    approvals = MEASURES[0].approvals
    assert [approval.key for approval in approvals] == ["industry", "finance", "government", "budget", "issue"]
    assert [approval.desk for approval in approvals] == [
        Desk.UPPER,
        Desk.UPPER_FINANCE,
        Desk.GOVERNMENT,
        Desk.CONGRESS,
        Desk.UPPER_FINANCE,
    ]


def test_approvals_before_money_in_zhongshan() -> None:
    approvals = MEASURES[1].approvals
    assert [(approval.key, approval.of) for approval in approvals] == [
        ("province_report", "list"),
        ("quota", "quota"),
        ("plan", "plan"),
        ("government", "plan"),
    ]


def test_who_prepares_and_checks_payments() -> None:
    jilin, zhongshan = (policy.payment for policy in MEASURES)
    assert (jilin.prepares, jilin.checks, jilin.issue_first) == (Desk.LOCAL_FINANCE, Desk.LOCAL_FINANCE, True)
    assert (zhongshan.prepares, zhongshan.checks, zhongshan.issue_first) == (Desk.UPPER, Desk.UPPER_FINANCE, False)


def test_labels_name_states_of_the_route(policy: Policy) -> None:
    states = {state for kind in policy.call_kinds for state in policy.route(kind)}
    assert set(policy.labels.states) <= states
    for label in policy.labels.states.values():
        assert label.staff
        assert label.applicant
        assert label.public


@pytest.mark.parametrize(("place", "track"), TRACKS)
def test_questions_have_distinct_keys_known_steps_and_conditions(place: str, track: str) -> None:
    policy = REGISTRY.of(place)[0]
    for kind in policy.call_kinds:
        facts = from_json(altered(plain(place), {"track": track, "call.kind": kind.value}))
        questions, documents = policy.questions(facts), policy.documents(facts)
        keys = [question.key for question in questions]
        assert len(keys) == len(set(keys))
        assert {question.step for question in questions} <= {step.key for step in policy.steps}
        assert {q.when.key for q in questions if q.when} <= set(keys)
        assert all(bool(q.choices) is q.kind.value.startswith("choice") for q in questions)
        assert len({document.key for document in documents}) == len(documents)


def test_only_a_support_case_is_asked_for_an_amount() -> None:
    policy = REGISTRY.of("zhongshan")[0]
    measuring = from_json(altered(plain("zhongshan"), {"call.kind": "measuring"}))
    assert "requested" not in {question.key for question in policy.questions(measuring)}
    assert "measured" not in {document.key for document in policy.documents(measuring)}


def test_settings_have_a_default_that_is_one_of_the_choices(policy: Policy) -> None:
    for known in policy.settings:
        if known.choices:
            assert known.default in {choice.key for choice in known.choices}, known.key
        assert known.why


def test_a_call_setting_wins_over_the_default(policy: Policy) -> None:
    facts = from_json(plain(policy.measure))
    assert setting(policy, facts.call, "notice_days") == "7"
    changed = from_json(altered(plain(policy.measure), {"call.settings": {"notice_days": "5"}}))
    assert setting(policy, changed.call, "notice_days") == "5"
    with pytest.raises(KeyError, match="colour"):
        setting(policy, facts.call, "colour")


def test_a_scorecard_makes_a_hundred_points(policy: Policy) -> None:
    for kind in policy.call_kinds:
        card = policy.scorecard(kind)
        assert card is not None
        assert sum(criterion.points for criterion in card.criteria) == 100


def test_a_scorecard_that_does_not_make_a_hundred_is_refused() -> None:
    with pytest.raises(ValueError, match="100"):
        Scorecard("a", "甲", (Criterion("x", "乙", Decimal(99), ""),), MEASURES[0].validity)


def test_excluded_categories_never_count() -> None:
    jilin, zhongshan = ({c.key for c in policy.categories if not c.counts} for policy in MEASURES)
    assert jilin == {"civil", "plant", "other"}
    assert zhongshan == {"land", "vehicle", "tax", "other"}


def line(**changes: object) -> LineFacts:
    first = from_json(plain("jilin")).projects[0].lines[0]
    return first._replace(**changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "rule", "amount"),
    [
        ({}, BaseRule.LOWER, "2000000.00"),
        ({"claimed": Decimal(-5)}, BaseRule.LOWER, "0.00"),
        ({"paid": Decimal("0.00")}, BaseRule.LOWER, "0.00"),
        ({"paid": Decimal("0.00")}, BaseRule.INVOICE, "2000000.00"),
        ({"invoiced": Decimal("0.00")}, BaseRule.PAYMENT, "2000000.00"),
        ({"recognised": Decimal("1.50")}, BaseRule.LOWER, "1.50"),
    ],
)
def test_a_line_counts_as_its_evidence_and_decision_say(
    changes: dict[str, object], rule: BaseRule, amount: str
) -> None:
    assert recognised(line(**changes), rule) == Decimal(amount)


def test_what_is_left_out_says_why() -> None:
    facts = from_json(plain("jilin"))
    lines = [
        line(number="1", category="civil"),
        line(number="2", dated=None),
        line(number="3", dated=facts.call.window_from.replace(year=2020)),
        line(number="4", provincial_money=True),
        line(number="5", category="nonsense"),
        line(number="6"),
    ]
    counted = count(lines, {"equipment": True, "civil": False}, facts.call, without_provincial_money=True)
    assert [(out.number, out.reason) for out in counted.left_out] == [
        ("1", "category"),
        ("2", "undated"),
        ("3", "window"),
        ("4", "provincial_money"),
        ("5", "category"),
    ]
    assert counted.total == Decimal("2000000.00")
    assert counted.left_out_total == Decimal("10000000.00")


def test_finding_codes_are_stable_words(policy: Policy) -> None:
    codes = {finding.code for finding in policy.eligibility(from_json(plain(policy.measure)))}
    assert all(code.replace("_", "").isalpha() and code.islower() for code in codes)


def test_messages_are_chinese_and_formal(policy: Policy) -> None:
    for finding in policy.eligibility(from_json(plain(policy.measure))):
        assert any("\u4e00" <= letter <= "\u9fff" for letter in finding.message)
        assert "！" not in finding.message
        assert "你" not in finding.message
