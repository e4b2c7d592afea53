"""The one place that says what time it is (architecture.md, single doors).

Business time is what deadlines and documents use; in the demo it runs on a clock of its own, shifted by the
seconds in ``settings.CLOCK_OFFSET``, which production refuses. Real time is what the history adds to it.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

SHANGHAI = ZoneInfo("Asia/Shanghai")

_shift = timedelta(0)


def real_now() -> datetime:
    """The machine's time, aware, in UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """Business time, aware, in Asia/Shanghai."""
    return (real_now() + timedelta(seconds=settings.CLOCK_OFFSET) + _shift).astimezone(SHANGHAI)


def on_business_clock(moment: datetime) -> datetime:
    """A moment of the machine's clock as the business clock had it: the demo shows one clock, its own, everywhere."""
    return (moment + timedelta(seconds=settings.CLOCK_OFFSET)).astimezone(SHANGHAI)


def on_machine_clock(moment: datetime) -> datetime:
    """The other way round: when a moment of the business clock was, for asking what is stored in real time."""
    return moment - timedelta(seconds=settings.CLOCK_OFFSET)


def today() -> date:
    """The business day in Asia/Shanghai."""
    return now().date()


def travel_to(moment: datetime) -> None:
    """Move this process's business clock to ``moment``; for loading the demo and for tests only.

    Raises RuntimeError in production.
    """
    global _shift
    if settings.SUBSIDY_MODE == "production":
        raise RuntimeError("the business clock cannot be moved in production")
    _shift = moment - real_now() - timedelta(seconds=settings.CLOCK_OFFSET)


def travel_back() -> None:
    """Return to the configured business clock."""
    global _shift
    _shift = timedelta(0)


def is_before(moment: datetime | None) -> bool:
    """Whether a half-open deadline still stands: the last instant accepted is just before ``moment``."""
    return moment is None or now() < moment
