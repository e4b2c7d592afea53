"""How money and dates are written on every page, paper and list.

Money comes in as `Decimal` 元 and goes out as text; nothing here is calculated with afterwards.
`–` stands for "no value", `0.00` for zero.
"""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils.timezone import is_aware, localtime

NONE = "–"
YUAN_PER_WAN = Decimal(10_000)
CENT = Decimal("0.01")


def yuan(amount: Decimal | None) -> str:
    """Amount in 元 with thousands separators and two decimals: `1,234,567.89`."""
    return NONE if amount is None else f"{amount:,.2f}"


def wan(amount: Decimal | None) -> str:
    """Amount given in 元, written in 万元 with two decimals, halves up: `123.46`."""
    if amount is None:
        return NONE
    return f"{(amount / YUAN_PER_WAN).quantize(CENT, ROUND_HALF_UP):,.2f}"


def count(value: int | Decimal | None) -> str:
    """A plain number with thousands separators: `1,240`."""
    return NONE if value is None else f"{value:,}"


def day(value: date | datetime | None) -> str:
    """A date for tables and fields: `2026-05-20`."""
    if value is None:
        return NONE
    return f"{_date(value):%Y-%m-%d}"


def day_cn(value: date | datetime | None) -> str:
    """A date for documents and sentences: `2026年5月20日`."""
    if value is None:
        return NONE
    written = _date(value)
    return f"{written.year}年{written.month}月{written.day}日"


def minute(value: datetime | None) -> str:
    """A moment for tables: `2026-05-20 14:05`, Shanghai time."""
    return NONE if value is None else f"{_local(value):%Y-%m-%d %H:%M}"


def minute_cn(value: datetime | None) -> str:
    """A moment for sentences: `2026年5月20日 14:05`, Shanghai time."""
    return NONE if value is None else f"{day_cn(value)} {_local(value):%H:%M}"


def period_cn(first: date, last: date) -> str:
    """A period whose first and last day count: `5月21日至5月27日（7天）`."""
    days = (last - first).days + 1
    return f"{first.month}月{first.day}日至{last.month}月{last.day}日（{days}天）"


def _local(value: datetime) -> datetime:
    return localtime(value) if is_aware(value) else value


def _date(value: date | datetime) -> date:
    return _local(value).date() if isinstance(value, datetime) else value
