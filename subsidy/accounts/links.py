"""Links that are mailed to one person for one purpose: random, used once, dead after half an hour (trust.md row 7).

A link lets its person set a password and nothing more: who then signs in is asked for the code like everybody. It is
made by the job that mails it, so its text lies nowhere but in the letter, and asking takes equally long for a person
who exists and for one who does not.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from subsidy.accounts.models import Link, User
from workflow import clock, outbox

LIFE = timedelta(minutes=30)
ASKED, STARTED = "accounts.forgotten", "accounts.link"
PAGES = {Link.Purpose.RESET: "login_reset", Link.Purpose.WELCOME: "login_welcome"}


class Gone(Exception):
    """The link was real and counts no more: used, too old, or made void by a newer one."""


def ask(username: str, email: str) -> None:
    """Somebody at the login page has forgotten the password; the job finds out whether there is such a person."""
    outbox.enqueue(ASKED, {"username": username, "email": email})


def start(user: User, *, asked_by: int) -> None:
    """An administrator starts a reset, or the first password of a new person. Raises ValueError without an address."""
    if not user.email:
        raise ValueError("nobody can be written to without an address")
    purpose = Link.Purpose.RESET if user.has_usable_password() else Link.Purpose.WELCOME
    outbox.enqueue(STARTED, {"user": user.pk, "purpose": purpose.value}, asked_by=asked_by)


@outbox.handler(ASKED)
def mail_if_known(arguments: Mapping[str, Any]) -> None:
    """Mail a link if user name and address belong together."""
    user = User.objects.filter(username=arguments["username"], is_active=True).first()
    if user and user.email and user.email.casefold() == str(arguments["email"]).casefold():
        mail(user, Link.Purpose.RESET if user.has_usable_password() else Link.Purpose.WELCOME)


@outbox.handler(STARTED)
def mail_started(arguments: Mapping[str, Any]) -> None:
    """Mail the link that an administrator started."""
    user = User.objects.filter(pk=arguments["user"], is_active=True).first()
    if user and user.email:
        mail(user, Link.Purpose(arguments["purpose"]))


def mail(user: User, purpose: Link.Purpose) -> None:
    """Make a link and mail it; done twice, the second link makes the first one void."""
    address = settings.PUBLIC_ADDRESS + reverse(PAGES[purpose], args=[make(user, purpose)])
    titles = {Link.Purpose.RESET: _("重置登录密码"), Link.Purpose.WELCOME: _("启用账号并设置密码")}
    text = _(
        "%(name)s，您好：\n\n用户名：%(username)s\n"
        "请在 30 分钟内打开下面的链接设置密码，链接只能使用一次：\n%(address)s\n\n"
        "登录时仍须输入动态口令。如果不是您本人或管理员为您申请的，请不要打开，并告知本单位管理员。"
    ) % {"name": user.name, "username": user.username, "address": address}
    send_mail(titles[purpose], text, None, [user.email])


def make(user: User, purpose: Link.Purpose) -> str:
    """A new link's secret; earlier ones of the same purpose are void."""
    token, now = secrets.token_urlsafe(32), clock.real_now()
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        Link.objects.filter(user=user, purpose=purpose, closed_at__isnull=True).update(closed_at=now)
        Link.objects.create(user=user, purpose=purpose, digest=_digest(token), made_at=now, expires_at=now + LIFE)
    return token


def find(token: str, purpose: Link.Purpose) -> Link | None:
    """The link with this secret and purpose, or nothing. Raises Gone when it counts no more."""
    link = Link.objects.select_related("user").filter(digest=_digest(token), purpose=purpose).first()
    if link is None:
        return None
    if link.closed_at is not None or clock.real_now() >= link.expires_at or not link.user.is_active:
        raise Gone
    return link


def use(link: Link) -> None:
    """Close a link inside the transaction that acts on it. Raises Gone when somebody was quicker."""
    if not Link.objects.filter(pk=link.pk, closed_at__isnull=True).update(closed_at=clock.real_now()):
        raise Gone


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
