"""Objections from anybody: filed with a name, each holds its own rows, settled with a reason."""

import hmac
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Post
from subsidy.accounts.rights import RIGHTS, Right
from subsidy.cases.holds import hold, release
from subsidy.cases.models import Case, Hold
from subsidy.messages.notify import notify
from subsidy.notices import selectors, texts
from subsidy.notices.close import reserve_free
from subsidy.notices.models import Notice, NoticeRow, Objection
from subsidy.reference.number import next_number
from subsidy.reference.secret import lookup_digest
from workflow import clock
from workflow.perform import Refused, created, perform, perform_many
from workflow.protocols import SYSTEM
from workflow.states import State

PURPOSE = "notices.objection.query"


def file_objection(notice: Notice, rows: Sequence[NoticeRow], values: Mapping[str, Any]) -> tuple[Objection, str]:
    """Take an objection; returns it with the code by which the objector looks it up.

    ``values``: party, name, contact, address, facts, evidence. Each row's case is held. The period is read inside
    the transaction: raises Refused from the first instant after its last day.
    """
    code = secrets.token_hex(5).upper()
    with transaction.atomic():
        notice = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
        if not selectors.takes_objections(notice):
            raise Refused(_("公示已于 %(day)s 24:00 结束，仍可通过监督电话反映") % {"day": notice.ends_on})
        number = next_number("YY", clock.today().year)
        objection = Objection.objects.create(
            notice=notice, number=number, query_digest=lookup_digest(code, PURPOSE), received_at=clock.now(), **values
        )
        objection.rows.set(rows)
        created(objection, SYSTEM, evidence={"rows": [row.position for row in rows]})
        hold(
            [row.case_id for row in rows], Hold.Kind.OBJECTION, SYSTEM, source=notice.title,
            reason=_("公示期内收到异议 %(number)s") % {"number": number}, row=("notices.objection", objection.pk),
        )  # fmt: skip
        notify(_handlers(notice), *texts.OBJECTION.said(number=number), link="/notices/objections/")
    return objection, code


def find(number: str, code: str) -> Objection | None:
    """The objection with this number and query code, or None: wrong code and unknown number look alike."""
    objection = Objection.objects.filter(number=number).select_related("notice").first()
    given = lookup_digest(code.strip().upper(), PURPOSE)
    known = objection.query_digest if objection else "0" * 64
    return objection if hmac.compare_digest(given, known) else None


def take_up(objection: Objection, actor: Actor, *, version: int) -> Objection:
    """Begin to look into an objection; whoever does is its handler."""
    return perform(objection, "take_up", actor, version=version, changes={"handler": actor.id})


def refuse(objection: Objection, actor: Actor, *, conclusion: str, version: int) -> Objection:
    """Not an objection (anonymous, nothing to check): keep it as a lead and release its rows."""
    return _end(objection, actor, "refuse", conclusion, version)


def settle(objection: Objection, actor: Actor, *, upheld: bool, conclusion: str, version: int) -> Objection:
    """Settle an objection with a reason. Upheld, its cases are declined; dismissed, they go on.

    Cases whose notice has closed meanwhile go to the reserve in the same act.
    """
    with transaction.atomic():
        objection = _end(objection, actor, "uphold" if upheld else "dismiss", conclusion, version)
        if upheld:
            ids = list(objection.rows.filter(case__state=State.PUBLIC_NOTICE).values_list("case_id", flat=True))
            changes = {"ended_reason": conclusion, "ended_source": _("公示异议 %(n)s") % {"n": objection.number}}
            perform_many(Case, ids, "decline_by_objection", actor, note=conclusion, changes=changes)
        elif objection.notice.state == Notice.State.CLOSED:
            reserve_free(objection.notice, actor)
    return objection


def _end(objection: Objection, actor: Actor, move: str, conclusion: str, version: int) -> Objection:
    now = clock.now()
    with transaction.atomic():
        objection = perform(
            objection, move, actor, note=conclusion, version=version,
            changes={"conclusion": conclusion, "concluded_at": now, "handler": actor.id},
        )  # fmt: skip
        release(("notices.objection", objection.pk), actor, note=conclusion)
    return objection


def _handlers(notice: Notice) -> list[Any]:
    roles = [role for role, rights in RIGHTS.items() if Right.HANDLE_OBJECTION in rights]
    posts = Post.objects.on(clock.today()).filter(agency=notice.agency_id, role__in=roles)
    return [post.user for post in posts.select_related("user")]
