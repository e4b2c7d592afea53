"""A whole list as a workbook, however long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from subsidy.accounts import access_log
from subsidy.papers import sheets
from subsidy.papers.columns import Column
from subsidy.papers.serve import serve_spooled
from subsidy.reference import formats
from workflow import clock

ROWS_AT_ONCE = 2000


def export(
    request: HttpRequest, title: str, columns: Sequence[Column], rows: QuerySet[Any], words: Sequence[str]
) -> HttpResponseBase:
    """The rows of a queryset, read and written piece by piece; `words` are the filters. The export is noted."""
    notes = [
        _("筛选：%(text)s") % {"text": "；".join(words) or _("无")},
        _("数据截至：%(time)s") % {"time": formats.minute(clock.now())},
    ]
    file = sheets.spool(title, columns, rows.iterator(chunk_size=ROWS_AT_ONCE), notes=notes)
    access_log.write(request, access_log.EXPORTED, notes[0])
    return serve_spooled(file, f"{title}_{clock.today():%Y%m%d}.xlsx")
