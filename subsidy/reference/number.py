"""Give out and void numbers. A number is held by a row lock until the transaction ends, so a rollback leaves no gap."""

from __future__ import annotations

from django.db import transaction

from subsidy.reference import document_no
from subsidy.reference.models import DocumentNumber, NumberSeries
from workflow import clock


def next_number(series: str, year: int, agency_code: str = "") -> str:
    """The next number of a series: `JL`, 2026 → JL-2026-00017; `吉工信办联规`, 2026 → 吉工信办联规〔2026〕3号.

    Race-free: call it inside the transaction that uses the number; others wait for that transaction's end.
    """
    with transaction.atomic():
        NumberSeries.objects.get_or_create(agency_code=agency_code, series=series, year=year)
        counter = NumberSeries.objects.select_for_update().get(agency_code=agency_code, series=series, year=year)
        counter.last += 1
        counter.save(update_fields=["last"])
        text = written(series, year, counter.last)
        DocumentNumber.objects.create(
            agency_code=agency_code, series=series, year=year, serial=counter.last, text=text, issued_at=clock.now()
        )
    return text


def void_number(text: str, reason: str, agency_code: str = "") -> DocumentNumber:
    """Mark a number as not used, with the reason; it is never given out again. Raises DoesNotExist or ValueError."""
    if not reason.strip():
        raise ValueError("a voided number needs its reason")
    with transaction.atomic():
        number = DocumentNumber.objects.select_for_update().get(agency_code=agency_code, text=text)
        if number.voided_at is not None:
            raise ValueError(f"{text} is voided already")
        number.voided_at, number.void_reason = clock.now(), reason.strip()
        number.save(update_fields=["voided_at", "void_reason"])
    return number


def written(series: str, year: int, serial: int) -> str:
    """Series in Latin letters are our own numbers (JL-2026-00017); others are 文号 with hexagonal brackets."""
    if series.isascii():
        return f"{series}-{year}-{serial:05d}"
    return document_no.format_no(series, year, serial)
