"""The one move of a calendar year; corrections are entries in its history."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.accounts.rights import Right
from subsidy.calendar.models import ADMINISTRATOR, Year
from workflow import moves

moves.register(Year, "enter", right=Right.ADMINISTER, stage=ADMINISTRATOR, label=_("录入年度安排"))
