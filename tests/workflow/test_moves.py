"""Which move leaves which state: every machine's moves × every state, against tables written by hand."""

import pytest
from django.apps import apps
from django.db import connection
from django_fsm import TransitionNotAllowed

from workflow import moves
from workflow.machine import Machine

EXPECTED: dict[str, dict[str, set[str]]] = {
    "cases.case": {
        "draft": {"submit", "withdraw"},
        "local_review": {"take_back", "withdraw", "ask_correction", "endorse", "decline_local"},
        "correcting": {"withdraw", "correct", "correct_upper"},
        "endorsed": {"send_up"},
        "upper_review": {
            "ask_correction_upper", "return_to_local", "decline_upper", "send_to_experts", "shortlist_without_experts",
        },
        "expert_review": {"shortlist", "decline_by_ranking", "report_to_province"},
        "shortlisted": {"publish"},
        "public_notice": {"reserve", "decline_by_objection"},
        "reserved": {"allocate"},
        "allocated": {"refuse_plan", "approve"},
        "approved": {"start_payment", "stop"},
        "disbursing": {"first_paid", "stop"},
        "tracking": {"payment_returned", "close", "stop", "start_recovery"},
        "reported": {"close_reported"},
        "closed": {"start_recovery"},
        "declined": set(),
        "withdrawn": set(),
        "stopped": {"start_recovery"},
        "recovering": {"end_recovery"},
        "recovered": set(),
    },
    "accounts.user": {"active": {"lock", "end"}, "locked": {"unlock", "end"}, "ended": {"restore"}},
    "accounts.jurisdiction": {"in_force": {"end"}, "ended": set()},
    "enterprises.enterprise": {
        "listed": {"strike", "succeed", "pass_on"}, "struck": {"restore"}, "succeeded": set(),
    },
    "enterprises.successionproposal": {
        "proposed": {"confirm", "decline", "withdraw"}, "confirmed": set(), "declined": set(), "withdrawn": set(),
    },
    "calendar.year": {"empty": {"enter"}, "entered": set()},
    "clusters.cluster": {"listed": {"strike"}, "struck": {"restore"}},
    "projects.project": {"listed": {"strike"}, "struck": {"restore"}},
    "enterprises.bar": {"draft": {"impose"}, "in_force": {"lift"}, "lifted": set()},
    "enterprises.listimport": {"draft": {"record", "discard"}, "recorded": set(), "discarded": set()},
    "calls.call": {"draft": {"publish"}, "published": {"void"}, "void": set()},
    "cases.jointsubmission": {"draft": {"send"}, "sent": {"release"}, "released": set()},
    "cases.provincereport": {"draft": {"send"}, "sent": {"answer"}, "answered": set()},
    "panels.panel": {
        "draft": {"open"}, "scoring": {"close", "void"}, "ranked": {"fix", "void"}, "fixed": set(), "void": set(),
    },
    "notices.notice": {
        "draft": {"ask_signature"}, "signing": {"send_back", "publish"}, "published": {"close"}, "closed": set(),
    },
    "notices.objection": {
        "received": {"take_up", "refuse"}, "handling": {"uphold", "dismiss"},
        "upheld": set(), "dismissed": set(), "lead": set(),
    },
    "funding.plan": {
        "draft": {"finalise"}, "final": {"approve", "refuse"}, "approved": set(), "refused": set(),
    },
    "funding.instalment": {
        "planned": {"approve", "lapse", "stop"}, "approved": {"issue", "release", "lapse", "stop"},
        "payable": {"settle", "lapse", "stop"}, "paid": {"reopen"}, "lapsed": set(), "stopped": set(),
    },
    "funding.paymentbatch": {
        "draft": {"ask_check", "cancel"}, "checking": {"send_back", "confirm"}, "checked": {"send_back", "export"},
        "exported": {"settle"}, "settled": set(), "cancelled": set(),
    },
    "funding.payment": {
        "queued": {"send", "drop"}, "sent": {"pay", "refuse"}, "paid": {"bounce"},
        "returned": set(), "dropped": set(),
    },
}  # fmt: skip
"""Machine → state → the moves that leave it, from product.md and architecture.md §4."""

MACHINES = [model for model in apps.get_models() if issubclass(model, Machine)]
MOVES_AND_STATES = [
    (model, code, str(state))
    for model in MACHINES
    for code in model.MOVES
    for state, _ in model._meta.get_field("state").choices
]


def test_every_machine_stands_in_the_table() -> None:
    assert {model.subject_kind() for model in MACHINES} == set(EXPECTED)


@pytest.mark.parametrize("model", MACHINES, ids=lambda m: m.subject_kind())
def test_every_state_stands_in_the_table(model: type[Machine]) -> None:
    assert {str(value) for value, _ in model._meta.get_field("state").choices} == set(EXPECTED[model.subject_kind()])


@pytest.mark.parametrize(("model", "code", "state"), MOVES_AND_STATES, ids=str)
def test_a_move_leaves_only_the_states_of_the_table(model: type[Machine], code: str, state: str) -> None:
    subject = model(state=state)
    if code in EXPECTED[model.subject_kind()][state]:
        getattr(subject, code)()
        assert subject.state == model.MOVES[code][1]
    else:
        with pytest.raises(TransitionNotAllowed):
            getattr(subject, code)()
        assert subject.state == state


@pytest.mark.parametrize("model", MACHINES, ids=lambda m: m.subject_kind())
def test_nobody_assigns_a_state(model: type[Machine]) -> None:
    subject = model()
    with pytest.raises(AttributeError):
        subject.state = "paid"


@pytest.mark.parametrize("model", MACHINES, ids=lambda m: m.subject_kind())
def test_every_move_has_one_owner(model: type[Machine]) -> None:
    assert {move.code for move in moves.of_machine(model.subject_kind())} == set(model.MOVES)


@pytest.mark.django_db
@pytest.mark.parametrize("model", MACHINES, ids=lambda m: m.subject_kind())
def test_the_database_knows_the_same_moves(model: type[Machine]) -> None:
    """The trigger's own text lists exactly the pairs of the table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_functiondef(t.tgfoid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE c.relname = %s AND t.tgname LIKE 'pgtrigger_moves_only_%%'",
            [model._meta.db_table],
        )
        ((text,),) = cursor.fetchall()
    pairs = {
        f"{state}:{model.MOVES[code][1]}" for state, codes in EXPECTED[model.subject_kind()].items() for code in codes
    }
    listed = text.split("'{")[1].split("}'")[0]
    assert set(listed.split(",")) == pairs
