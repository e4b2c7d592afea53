"""Put a message into people's inboxes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.utils.http import url_has_allowed_host_and_scheme

from subsidy.messages.models import Message
from workflow import clock


class Letter(NamedTuple):
    """What one message says and to whom; `link` as `notify` takes it."""

    users: Sequence[Any]
    title: str
    body: str = ""
    link: str = ""


def notify(users: Iterable[Any], title: str, body: str = "", link: str = "") -> list[Message]:
    """One message to each of the users, in one INSERT; the same person twice gets one message.

    `link` is a path of this site (`/cases/12/`) or empty. Raises ValueError for any other address.
    """
    return notify_each([Letter(list(users), title, body, link)])


def notify_each(letters: Iterable[Letter]) -> list[Message]:
    """Different messages to different people, in one INSERT for all of them."""
    now, length = clock.now(), Message._meta.get_field("title").max_length
    rows: list[Message] = []
    for letter in letters:
        link = letter.link
        if link and not (link.startswith("/") and url_has_allowed_host_and_scheme(link, allowed_hosts=None)):
            raise ValueError("a message may only link to a path of this site")
        rows += [
            Message(recipient_id=key, title=letter.title[:length], body=letter.body, link=link, created=now)
            for key in dict.fromkeys(user.pk for user in letter.users)
        ]
    return Message.objects.bulk_create(rows)
