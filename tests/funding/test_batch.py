"""Batches: what may join, who may check, what is sent, and what the papers say."""

import io
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from subsidy.cases.models import Case, Hold
from subsidy.enterprises.models import CreditCheck
from subsidy.funding import batch as module
from subsidy.funding.batch import (
    ask_check,
    cancel,
    check,
    export,
    export_again,
    gone_stale,
    make,
    send_back,
    take_out,
    waiting,
)
from subsidy.funding.examine import due
from subsidy.funding.models import Approval, Payment, PaymentBatch
from subsidy.funding.payee import confirm_account, width_note
from subsidy.journal.selectors import balances_of_cases
from subsidy.papers import files, pdf
from tests.funding import factory
from tests.world import World, actor
from workflow import clock
from workflow.perform import Conflict, NotAllowed, Refused, allowed
from workflow.states import State

ONE = ["3000000.00"]
TWO = ["3000000.00", "1000000.00"]


def rows(world: World, plan: object, measure: str = "jilin") -> list:
    return due(plan, [world.agencies[factory.PAYER[measure]].pk])  # type: ignore[arg-type]


def test_only_confirmed_accounts_can_be_paid(world: World) -> None:
    cases = factory.reserved(world, "jilin", TWO)
    factory.quota(world, "jilin", "4000000.00")
    plan = factory.issued(world, factory.approved(factory.final(world, "jilin", cases, "4000000.00"), "jilin"))
    factory.confirmed(cases[:1])
    first, second = rows(world, plan)
    assert first.payable
    assert second.words == "待确认收款账户：企业尚未确认"
    with pytest.raises(Refused, match="待确认收款账户"):
        make(plan, world.agencies["222401-czj"], actor("jl_pay_maker"), keys=[second.key], purpose="x")


def test_an_open_hold_keeps_a_row_out_and_the_others_go_on(world: World) -> None:
    plan, cases = factory.payable(world, "jilin", TWO)
    Hold.objects.create(
        case=cases[0], kind="objection", reason="异议核查", source="公示", set_by="甲", set_at=clock.now()
    )
    first, second = rows(world, plan)
    assert (first.payable, first.words) == (False, "异议暂缓：异议核查")
    assert second.payable


def test_a_listed_enterprise_is_not_paid(world: World) -> None:
    plan, cases = factory.payable(world, "jilin", ONE)
    CreditCheck.objects.create(
        enterprise=cases[0].enterprise, list="dishonest_debtor", listed=True, source="信用中国", checked_at=clock.now()
    )
    (row,) = rows(world, plan)
    assert (row.payable, row.words) == (False, "信用异常：失信被执行人")


def test_brackets_of_another_width_are_shown_but_do_not_stop(world: World) -> None:
    plan, cases = factory.payable(world, "jilin", ONE)
    holder = cases[0].enterprise.name.replace("（", "(").replace("）", ")")
    confirm_account(
        cases[0],
        cases[0].enterprise,
        factory.filer_of(cases[0]),
        holder=holder,
        number="6222 0000 9999 8888",
        bank="工行",
    )
    (row,) = rows(world, plan)
    assert row.payable
    assert row.words == f"括号或全角、半角不同：{holder}；账户曾变更 1 次，请回拨核实"
    assert holder in width_note(holder, cases[0].enterprise.name)


@pytest.mark.parametrize(
    ("holder", "number", "message"),
    [
        ("别家有限公司", "6222000012345678", "户名须与单位名称一致"),
        (None, "1234567", "8 至 30 位"),
        (None, "6222x00012345678", "8 至 30 位"),
    ],
)
def test_an_account_of_another_name_or_without_a_number_is_refused(
    world: World, holder: str | None, number: str, message: str
) -> None:
    _plan, cases = factory.payable(world, "jilin", ONE)
    firm = cases[0].enterprise
    with pytest.raises(Refused, match=message):
        confirm_account(
            cases[0], firm, factory.filer_of(cases[0]), holder=holder or firm.name, number=number, bank="工行"
        )


def test_nobody_confirms_the_account_of_another_enterprise(world: World) -> None:
    _plan, cases = factory.payable(world, "jilin", ONE)
    firm = cases[0].enterprise
    for stranger in ("jl_stranger", "jl_pay_maker", "jl_upper"):
        with pytest.raises(NotAllowed):
            confirm_account(cases[0], firm, actor(stranger), holder=firm.name, number="6222000012345678", bank="工行")


def test_an_account_number_is_encrypted_where_it_lies(world: World) -> None:
    factory.payable(world, "jilin", ONE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM enterprises_bankaccount")
        assert all("6222" not in number for (number,) in cursor.fetchall())


def test_a_row_is_in_one_batch_only(world: World) -> None:
    plan, _cases = factory.payable(world, "jilin", ONE)
    keys = [row.key for row in rows(world, plan)]
    factory.batch_of(world, plan, "jilin")
    with pytest.raises(Conflict, match="已在其他批次"):
        make(plan, world.agencies["222401-czj"], actor("jl_pay_maker"), keys=keys, purpose="x")


def test_the_database_refuses_a_second_payment_of_the_same_money(world: World) -> None:
    plan, _cases = factory.payable(world, "jilin", ONE)
    batch = factory.batch_of(world, plan, "jilin")
    row = batch.payments.get()
    with pytest.raises(IntegrityError, match="paid_once"), transaction.atomic():
        Payment.objects.create(
            batch=batch, instalment=row.instalment, payee=row.payee, account=row.account, position=2, amount=row.amount
        )


def test_only_the_paying_agency_makes_its_batch(world: World) -> None:
    plan, _cases = factory.payable(world, "jilin", ONE)
    keys = [row.key for row in rows(world, plan)]
    for stranger in ("jl_pay_checker", "jl_upper", "zs_pay_maker", "jl_finance"):
        with pytest.raises(NotAllowed):
            make(plan, world.agencies["222401-czj"], actor(stranger), keys=keys, purpose="x")


def test_whoever_made_a_batch_does_not_check_it(world: World) -> None:
    plan, _cases = factory.payable(world, "jilin", ONE)
    batch = factory.batch_of(world, plan, "jilin")
    batch = ask_check(batch, actor("jl_pay_maker"), version=batch.version)
    with pytest.raises(NotAllowed):
        check(batch, actor("jl_pay_maker"), version=batch.version)
    PaymentBatch.objects.filter(pk=batch.pk).update(made_by=actor("jl_pay_checker").id)
    batch.refresh_from_db()
    assert str(allowed(batch, actor("jl_pay_checker"))["confirm"]) == "此批次由您经办，须由另一名工作人员复核。"
    with pytest.raises(Refused, match="须由另一名工作人员复核"):
        check(batch, actor("jl_pay_checker"), version=batch.version)


def test_the_database_knows_that_checker_is_not_maker(world: World) -> None:
    plan, _cases = factory.payable(world, "jilin", ONE)
    batch = factory.batch_of(world, plan, "jilin")
    with pytest.raises(IntegrityError, match="checker_is_not_maker"), transaction.atomic():
        PaymentBatch.objects.filter(pk=batch.pk).update(checked_by=batch.made_by)


def test_whoever_approved_the_plan_does_not_check_its_payment(world: World) -> None:
    plan, _cases = factory.payable(world, "jilin", ONE)
    batch = factory.batch_of(world, plan, "jilin")
    batch = ask_check(batch, actor("jl_pay_maker"), version=batch.version)
    Approval.objects.create(
        plan=plan, step="extra", label="会签", document="x", dated=factory.DAY,
        recorded_by_id=actor("jl_pay_checker").person_id, recorded_at=clock.now(),
    )  # fmt: skip
    with pytest.raises(Refused, match="您办理过此资金方案的审批"):
        check(batch, actor("jl_pay_checker"), version=batch.version)


def test_a_batch_is_not_sent_before_it_is_checked(world: World) -> None:
    plan, _cases = factory.payable(world, "jilin", ONE)
    batch = factory.batch_of(world, plan, "jilin")
    with pytest.raises(Conflict):
        export(batch, actor("jl_pay_maker"), version=batch.version)


def test_a_batch_sent_back_can_be_mended_and_given_up(world: World) -> None:
    plan, _cases = factory.payable(world, "jilin", TWO)
    batch = factory.batch_of(world, plan, "jilin")
    batch = ask_check(batch, actor("jl_pay_maker"), version=batch.version)
    with pytest.raises(Refused, match="理由"):
        send_back(batch, actor("jl_pay_checker"), reason=" ", version=batch.version)
    batch = send_back(batch, actor("jl_pay_checker"), reason="户名待核", version=batch.version)
    batch = take_out(batch, actor("jl_pay_maker"), payment_id=waiting(batch)[0].pk, version=batch.version)
    assert len(waiting(batch)) == 1
    batch = cancel(batch, actor("jl_pay_maker"), reason="重做", version=batch.version)
    assert batch.state == PaymentBatch.State.CANCELLED
    assert len(rows(world, plan)) == 2


def test_sending_moves_rows_cases_and_money(world: World) -> None:
    plan, cases = factory.payable(world, "jilin", TWO)
    batch = factory.sent(world, plan, "jilin")
    assert set(batch.payments.values_list("state", flat=True)) == {"sent"}
    assert set(Case.objects.filter(pk__in=[c.pk for c in cases]).values_list("state", flat=True)) == {State.DISBURSING}
    held = balances_of_cases([cases[0].pk])[cases[0].pk]
    assert (held["sent"], held["payable"]) == (Decimal("3000000.00"), Decimal("0.00"))


def test_an_account_that_changed_since_drops_its_row_out_of_what_is_sent(world: World) -> None:
    plan, cases = factory.payable(world, "jilin", TWO)
    batch = factory.checked(factory.batch_of(world, plan, "jilin"), "jilin")
    firm = cases[0].enterprise
    confirm_account(
        cases[0], firm, factory.filer_of(cases[0]), holder=firm.name, number="6222000099998888", bank="工行"
    )
    batch = export(batch, actor("jl_pay_maker"), version=batch.version)
    assert list(batch.payments.order_by("position").values_list("state", flat=True)) == ["dropped", "sent"]
    cases[0].refresh_from_db()
    assert cases[0].state == State.APPROVED
    (row,) = rows(world, plan)
    assert row.confirmation.account.number == "6222000099998888"


def test_a_batch_with_a_stale_row_is_not_checked(world: World) -> None:
    plan, cases = factory.payable(world, "jilin", TWO)
    batch = factory.batch_of(world, plan, "jilin")
    batch = ask_check(batch, actor("jl_pay_maker"), version=batch.version)
    Hold.objects.create(case=cases[1], kind="freeze", reason="账户冻结", source="法院", set_by="甲", set_at=clock.now())
    with pytest.raises(Refused, match="第 2 行：冻结暂缓：账户冻结，请退回经办"):
        check(batch, actor("jl_pay_checker"), version=batch.version)


def text_of(batch: PaymentBatch) -> str:
    assert batch.paper is not None
    with files.open_kept(batch.paper.digest) as file:
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(file.read())).pages).replace("\n", "")


def test_the_paper_has_the_sum_in_figures_and_words_and_a_check_code(world: World) -> None:
    plan, _cases = factory.payable(world, "jilin", ["16409.02", "20000.00"])
    batch = factory.sent(world, plan, "jilin")
    text = text_of(batch)
    assert "16,400.00" in text
    assert "人民币叁万陆仟肆佰元整" in text.replace(" ", "")
    assert batch.number in text
    assert batch.paper is not None
    assert len(batch.paper.check_code) == 12


def test_a_second_export_says_so_and_keeps_the_first(world: World) -> None:
    plan, _cases = factory.payable(world, "jilin", ONE)
    batch = factory.sent(world, plan, "jilin")
    first = batch.paper
    assert "次导出" not in text_of(batch)
    again = export_again(batch, actor("jl_pay_maker"), version=batch.version)
    assert again.exports == 2
    assert "第 2 次导出" in text_of(again)
    assert first is not None
    assert first.pk != again.paper_id
    assert files.is_intact(first.digest)


def test_the_paper_is_printed_before_anything_is_locked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    plan, _cases = factory.payable(world, "jilin", TWO)
    batch = factory.checked(factory.batch_of(world, plan, "jilin"), "jilin")
    locked: list[bool] = []
    start = pdf.render

    def watched(html: str) -> pdf.Rendered:
        texts = [query["sql"] for query in captured.captured_queries]
        locked.append(any("FOR UPDATE" in text or text.startswith(("UPDATE", "INSERT")) for text in texts))
        return start(html)

    monkeypatch.setattr(pdf, "render", watched)
    with CaptureQueriesContext(connection) as captured:
        batch = export(batch, actor("jl_pay_maker"), version=batch.version)
    with CaptureQueriesContext(connection) as captured:
        export_again(batch, actor("jl_pay_maker"), version=batch.version)
    assert locked == [False, False]


def test_what_was_printed_ahead_and_is_no_longer_true_is_printed_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, cases = factory.payable(world, "jilin", TWO)
    batch = factory.checked(factory.batch_of(world, plan, "jilin"), "jilin")
    ahead = module._first_export_ahead(batch, actor("jl_pay_maker"), batch.version, clock.now())
    monkeypatch.setattr(module, "_first_export_ahead", lambda *_rest: ahead)
    Hold.objects.create(case=cases[1], kind="freeze", reason="账户冻结", source="法院", set_by="甲", set_at=clock.now())
    sent = export(batch, actor("jl_pay_maker"), version=batch.version)
    assert cases[0].number in text_of(sent)
    assert cases[1].number not in text_of(sent)


def test_a_name_that_cannot_be_printed_keeps_the_batch_from_being_sent(world: World) -> None:
    plan, _cases = factory.payable(world, "jilin", ONE)
    batch = factory.checked(factory.batch_of(world, plan, "jilin"), "jilin")
    PaymentBatch.objects.filter(pk=batch.pk).update(purpose="한")
    batch = PaymentBatch.objects.get(pk=batch.pk)
    with pytest.raises(pdf.MissingGlyph):
        export(batch, actor("jl_pay_maker"), version=batch.version)
    assert PaymentBatch.objects.get(pk=batch.pk).state == "checked"


def test_a_second_click_prints_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    plan, _cases = factory.payable(world, "jilin", ONE)
    batch = factory.checked(factory.batch_of(world, plan, "jilin"), "jilin")
    export(batch, actor("jl_pay_maker"), version=batch.version)
    monkeypatch.setattr(pdf, "render", lambda html: pytest.fail("printed"))
    with pytest.raises(Conflict):
        export(PaymentBatch.objects.get(pk=batch.pk), actor("jl_pay_maker"), version=batch.version)


def test_making_and_sending_fifty_takes_as_many_statements_as_five(world: World) -> None:
    counts = []
    for start, count in ((1, 1), (10, 5), (100, 50)):
        cases = factory.reserved(world, "jilin", ["1000000.00"] * count, start=start)
        factory.quota(world, "jilin", f"{count}000000.00", document=f"吉财预〔2026〕{start}号")
        plan = factory.issued(
            world, factory.approved(factory.final(world, "jilin", cases, f"{count}000000.00"), "jilin")
        )
        factory.confirmed(cases)
        with CaptureQueriesContext(connection) as captured:
            factory.sent(world, plan, "jilin")
        counts.append(len(captured))
    assert counts[1] == counts[2]
    assert not gone_stale([])
