"""Publish a notice: a second person, an unchangeable content with its digest, and all its cases in one act."""

import hashlib
import json
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.cases.models import Case
from subsidy.notices import selectors, words
from subsidy.notices.build import refuse_faulty
from subsidy.notices.models import Notice
from workflow import clock
from workflow.perform import Refused, perform, perform_many


def content_of(notice: Notice) -> dict[str, Any]:
    """Everything a reader sees, as it will be kept."""
    rows = [{"position": row.position, **row.values} for row in selectors.rows_of(notice)]
    return {
        "batch": notice.batch, "what": words.what_is_listed(notice.call), "number": notice.number,
        "title": notice.title, "basis": notice.basis, "procedure": notice.procedure,
        "agency": notice.agency.name, "starts_on": str(notice.starts_on), "ends_on": str(notice.ends_on),
        "counted": notice.counted, "contact": notice.contact, "rows": rows,
        "total": str(sum((Decimal(row["cap"]) for row in rows), Decimal("0.00"))),
    }  # fmt: skip


def digest_of(content: dict[str, Any]) -> str:
    """SHA-256 over the content as canonical JSON."""
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def publish(notice: Notice, actor: Actor, *, projects: int, version: int) -> Notice:
    """Publish a notice and move its cases to public notice.

    ``projects`` is the number of projects the publisher typed. Raises Refused when it is another, when the publisher
    built the notice, or when a check fails.
    """
    content = content_of(notice)
    if projects != len(content["rows"]):
        raise Refused(_("名单共有 %(n)s 个项目，与您输入的不一致，请核对后重新输入") % {"n": len(content["rows"])})
    if notice.built_by_id in actor.one_with:
        raise Refused(_("公示应由拟稿人以外的人员签发"))
    refuse_faulty(notice)
    digest = digest_of(content)
    with transaction.atomic():
        notice = perform(
            notice, "publish", actor, version=version, evidence={"digest": digest, "rows": len(content["rows"])},
            changes={
                "content": content, "digest": digest, "published_by": actor.id, "published_at": clock.now(),
            },
        )  # fmt: skip
        ids = list(notice.rows.values_list("case_id", flat=True))
        perform_many(Case, ids, "publish", actor, evidence={"notice": notice.pk, "digest": digest})
    return notice
