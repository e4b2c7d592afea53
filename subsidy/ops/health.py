"""Two pages for whoever watches the machine; they name nothing but what answers."""

from __future__ import annotations

from collections.abc import Callable

import redis
from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from subsidy.accounts.access import public

ANSWER_SECONDS = 2


@public
@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """The process takes requests."""
    return HttpResponse("ok", content_type="text/plain")


@public
@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Database and broker answer: 200, else 503; the body says which one does not."""
    answers = {name: check() for name, check in CHECKS.items()}
    return JsonResponse(answers, status=200 if all(answers.values()) else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def _broker_answers() -> bool:
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=ANSWER_SECONDS, socket_timeout=ANSWER_SECONDS
        ) as client:
            client.ping()
    except redis.RedisError:
        return False
    return True


CHECKS: dict[str, Callable[[], bool]] = {"database": _database_answers, "broker": _broker_answers}
