"""Moves of a project in the register."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.accounts.register_row import KEEPER
from subsidy.accounts.rights import Right
from subsidy.projects.models import Project
from workflow import moves

moves.register(Project, "strike", right=Right.KEEP_REGISTERS, stage=KEEPER, label=_("作废项目"))
moves.register(Project, "restore", right=Right.KEEP_REGISTERS, stage=KEEPER, label=_("恢复项目"))
