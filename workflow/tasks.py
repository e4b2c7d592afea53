from celery import shared_task

from workflow import outbox, seals


@shared_task(name="workflow.run_job", acks_late=True)
def run_job(job_id: int) -> None:
    """Do one job of the outbox."""
    outbox.run(job_id)


@shared_task(name="workflow.sweep")
def sweep() -> int:
    """Send lost jobs again; runs every minute."""
    return outbox.sweep()


@shared_task(name="workflow.seal")
def seal() -> int | None:
    """Seal the history; runs every few minutes. The number of the new seal, or None when there was nothing to seal."""
    made = seals.take()
    return made.number if made else None
