"""Tell people what happened to their account: through the inbox, and by mail where there is an address.

The inbox lies above this app and adds itself to `tellers` at start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.mail import send_mail
from django.urls import reverse
from django.utils.translation import gettext as _

from subsidy.accounts.models import User
from workflow import outbox

Teller = Callable[[list[User], str, str, str], object]
"""Takes people, title, text and the path of a page of this site."""

tellers: list[Teller] = []
MAIL = "accounts.mail"


def tell(user: User, title: str, text: str) -> None:
    """Tell one person; the message is written with whatever else the transaction writes."""
    whole = _("%s如非本人操作，请立即修改密码并联系安全管理员。") % text
    for teller in tellers:
        teller([user], title, whole, reverse("accounts:own"))
    if user.email:
        outbox.enqueue(MAIL, {"to": user.email, "subject": title, "text": whole})


@outbox.handler(MAIL)
def send(arguments: Mapping[str, Any]) -> None:
    """Send one letter; sent twice when the worker dies between sending and saying so."""
    send_mail(arguments["subject"], arguments["text"], None, [arguments["to"]])
