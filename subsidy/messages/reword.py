"""Word a message text anew from a day on, or go back to the standard one. Versions stay."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.messages.models import TextVersion
from subsidy.messages.texts import Text, Wording
from workflow import clock
from workflow.perform import Conflict, NotAllowed, Refused


def newest(text: Text) -> int:
    """The number of the last version; 0 while only the standard text was ever in use."""
    last = TextVersion.objects.filter(key=text.key).order_by("-number").values_list("number", flat=True).first()
    return last or 0


def reword(
    actor: Actor, text: Text, wording: Wording | None, *, valid_from: date, reason: str, version: int
) -> TextVersion:
    """A new version; ``wording`` None: the standard text. ``version`` is the number of the last one that was seen.

    Raises NotAllowed, Conflict, or Refused for a wording that breaks the rules, a past day, or without a reason.
    """
    if not actor.has(Right.ADMINISTER):
        raise NotAllowed(_("您的岗位不能办理此步骤。如需协助请联系系统管理员。"))
    problem = next(text.problems(wording), None) if wording else None
    if problem:
        raise Refused(problem[1])
    if valid_from < clock.today() or not reason.strip():
        raise Refused(_("启用日期不能早于今天，并须填写修改理由。"))
    last = newest(text)
    if last != version:
        raise Conflict(_("此文本已有第 %(n)s 版，请先查看最新内容。") % {"n": last}, last)
    words = {"standard": True} if wording is None else {"title": wording.title, "body": wording.body}
    try:
        with transaction.atomic():
            return TextVersion.objects.create(
                key=text.key, number=last + 1, valid_from=valid_from, reason=reason, made_by_id=actor.person_id, **words
            )
    except IntegrityError as lost:
        raise Conflict(_("此文本刚刚有了新的版本，请先查看最新内容。"), newest(text)) from lost
