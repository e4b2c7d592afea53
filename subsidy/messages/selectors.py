"""A person's messages. Nobody sees another's."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from subsidy.messages.models import Message


def inbox(user: Any) -> QuerySet[Message]:
    """All messages to a person, newest first."""
    return Message.objects.filter(recipient_id=user.pk)


def unread(user: Any) -> QuerySet[Message]:
    """Those not read yet."""
    return inbox(user).filter(read_at__isnull=True)
