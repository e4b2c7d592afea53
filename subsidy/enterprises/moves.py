"""Moves of an enterprise in the register; those of lists and bars stand in `credit.moves`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.accounts.register_row import KEEPER
from subsidy.accounts.rights import Right
from subsidy.enterprises.credit import moves as credit_moves
from subsidy.enterprises.models import Enterprise
from workflow import moves

moves.register(Enterprise, "strike", right=Right.KEEP_REGISTERS, stage=KEEPER, label=_("登记注销"))
moves.register(Enterprise, "restore", right=Right.KEEP_REGISTERS, stage=KEEPER, label=_("恢复登记"))
moves.register(Enterprise, "succeed", right=Right.KEEP_REGISTERS, stage=KEEPER, label=_("登记承继"))

__all__ = ["credit_moves"]
