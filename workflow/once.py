"""One effect for several equal requests: a double click, a retry, the back button (trust.md row 65)."""

from collections.abc import Callable

from django.db import connection, transaction

from workflow import clock
from workflow.models import Answer
from workflow.protocols import Actor


def once(key: str, actor: Actor, act: Callable[[], str]) -> str:
    """Run ``act`` for the first request with this key and give every later one the same answer.

    ``act`` returns the address to go to. If it raises, the key is free again. Requests that run at the same time
    wait for the first. An empty key is a request of its own.
    """
    if not key:
        return act()
    # What somebody wrote into the hidden field instead; the database takes no NUL.
    key = f"{actor.id or 0}:{key}".replace("\0", "")[:64]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO workflow_answer (key, actor_id, location, at) VALUES (%s, %s, '', %s)"
                " ON CONFLICT (key) DO NOTHING",
                [key, actor.id, clock.real_now()],
            )
            first = cursor.rowcount == 1
        if not first:
            return Answer.objects.get(key=key).location
        location = act()
        Answer.objects.filter(key=key).update(location=location)
        return location
