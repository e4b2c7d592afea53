"""Days by which something is due: counted in working days, until the last second of the last one."""

from datetime import date, datetime, time

from policies.kit.calendar import CalendarNotLoaded, WorkCalendar
from subsidy.reference.workcalendar import work_calendar
from workflow import clock
from workflow.clock import SHANGHAI
from workflow.perform import Refused

LAST_SECOND = time(23, 59, 59)


def end_of(day: date) -> datetime:
    """The last second of a day."""
    return datetime.combine(day, LAST_SECOND, SHANGHAI)


def day_of(due_at: datetime) -> date:
    """The last day on which something due at this moment is still in time."""
    return due_at.astimezone(SHANGHAI).date()


def in_workdays(days: int) -> datetime:
    """The end of the ``days``-th working day after today. Raises Refused for a year without its days off."""
    try:
        return end_of(work_calendar().add_workdays(clock.today(), days))
    except CalendarNotLoaded as missing:
        raise Refused(str(missing)) from missing


def workdays_left(due_at: datetime, calendar: WorkCalendar) -> int | None:
    """Working days from today until the last day in time; negative when overdue, None outside the loaded years."""
    try:
        return calendar.workdays_between(clock.today(), day_of(due_at))
    except CalendarNotLoaded:
        return None
