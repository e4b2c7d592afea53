"""Jobs that follow a commit: written in its transaction, sent after it, sent again by a sweep when lost."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from workflow import clock
from workflow.crash import crash_point
from workflow.models import Job

log = logging.getLogger(__name__)

Handler = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]
LEASE = timedelta(minutes=10)
TRIES = 5

_handlers: dict[str, Handler] = {}
_left_out: set[str] = set()


def handler(name: str) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of this name. It must be able to run twice."""

    def add(function: Handler) -> Handler:
        _handlers[name] = function
        return function

    return add


@contextmanager
def leaving_out(*names: str) -> Iterator[None]:
    """Write no jobs of these names meanwhile: for loading many subjects whose papers are made when first asked for."""
    added = set(names) - _left_out
    _left_out.update(added)
    try:
        yield
    finally:
        _left_out.difference_update(added)


def enqueue(name: str, arguments: Mapping[str, Any], *, key: str | None = None, asked_by: int | None = None) -> Job:
    """Write a job into the running transaction; it is sent once that has committed.

    With a ``key`` there is one job for it, whoever asks again.
    """
    values = {
        "name": name, "arguments": dict(arguments), "asked_by": asked_by, "created_at": clock.real_now(),
    }  # fmt: skip
    if name in _left_out:
        return Job(key=key, **values)
    if key is None:
        job = Job.objects.create(**values)
    else:
        job, _ = Job.objects.get_or_create(key=key, defaults=values)
    transaction.on_commit(lambda: send(job.pk), robust=True)
    return job


def send(job_id: int) -> None:
    """Hand a job to the broker; when it does not answer the sweep tries again."""
    from workflow.tasks import run_job

    crash_point("before send")
    try:
        if settings.CELERY_TASK_ALWAYS_EAGER:
            run(job_id)
        else:
            run_job.apply_async(args=[job_id], retry=False)
        Job.objects.filter(pk=job_id).update(sent_at=clock.real_now())
    except Exception:
        log.warning("job %s could not be sent and waits for the sweep", job_id, exc_info=True)


def run(job_id: int) -> None:
    """Do a job at most once at a time; done jobs are left alone however often they are delivered."""
    if not _lease(job_id):
        return
    job = Job.objects.get(pk=job_id)
    try:
        result = _handlers[job.name](job.arguments)
    except Exception as error:
        state = Job.State.DEAD if job.tries >= TRIES else Job.State.WAITING
        Job.objects.filter(pk=job_id).update(state=state, error=repr(error)[:2000], leased_until=None)
        log.exception("job %s (%s) failed, try %s", job_id, job.name, job.tries)
        return
    Job.objects.filter(pk=job_id, tries=job.tries).update(
        state=Job.State.DONE, result=dict(result or {}), finished_at=clock.real_now(), error="", leased_until=None
    )


def _lease(job_id: int) -> bool:
    now = clock.real_now()
    with transaction.atomic():
        free = Q(state=Job.State.WAITING) | Q(state=Job.State.RUNNING, leased_until__lt=now)
        job = Job.objects.select_for_update(skip_locked=True).filter(free, pk=job_id).first()
        if job is None:
            return False
        Job.objects.filter(pk=job_id).update(state=Job.State.RUNNING, tries=job.tries + 1, leased_until=now + LEASE)
    return True


def sweep() -> int:
    """Send again what waits for longer than a minute or whose lease ran out; returns how many."""
    now = clock.real_now()
    lost = Q(state=Job.State.WAITING, created_at__lt=now - timedelta(minutes=1)) | Q(
        state=Job.State.RUNNING, leased_until__lt=now
    )
    ids = list(Job.objects.filter(lost).order_by("created_at").values_list("pk", flat=True)[:500])
    for job_id in ids:
        send(job_id)
    return len(ids)
