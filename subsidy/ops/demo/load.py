"""Load the demo: all of it in one transaction, so that it is there whole or not at all."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from subsidy.accounts.models import Agency, User
from subsidy.cases import receipts
from subsidy.enterprises.credit import imports
from subsidy.ops.demo import credit, jilin, people, registers, tickets, zhongshan
from subsidy.ops.demo.demo import Demo
from subsidy.ops.demo.invent import Invention
from workflow import clock, outbox, seals

SEED = 20260520


def is_loaded() -> bool:
    """Whether demo people are there already."""
    return User.objects.filter(is_demo=True).exists()


def load(say: Callable[[str], None], scale: float = 1) -> Demo:
    """Load everything; `scale` 1 is the whole demo, 0 the smallest that reaches every station.

    The business clock travels meanwhile and is put back. Raises RuntimeError in production.
    """
    if settings.SUBSIDY_MODE == "production":
        raise RuntimeError("the demo is invented and its passwords are known: not in production")
    demo = Demo(scale, say, Invention(SEED))
    try:
        # Receipts and applications are printed when somebody opens them: hundreds now would keep the worker busy.
        # Credit lists are read at once.
        with transaction.atomic(), outbox.leaving_out(receipts.JOB, imports.JOB):
            _take_time()
            _registers(demo)
            zhongshan.paid_round(demo)
            jilin.finished_round(demo)
            zhongshan.notice_round(demo)
            zhongshan.measuring_round(demo)
            jilin.open_round(demo)
            credit.news(demo)
    finally:
        clock.travel_back()
    seals.take()
    return demo


def _take_time() -> None:
    """Let a statement of this transaction run longer than one of a page may: the planner knows nothing of new rows."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '5min'")


def _registers(demo: Demo) -> None:
    call_command("load_reference", verbosity=0)
    demo.agencies = {agency.code: agency for agency in Agency.objects.all()}
    registers.enterprises(demo)
    people.staff(demo)
    registers.clusters(demo)
    credit.lists(demo)
    tickets.write(demo)
    registers.entered(demo)
    people.applicants(demo)
    credit.wrinkles(demo)
    demo.say(f"people: {len(demo.named)}")
