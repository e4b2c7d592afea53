"""Moves of an enterprise in the register; those of lists and bars stand in `credit.moves`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.accounts.register_row import KEEPER
from subsidy.accounts.rights import Right
from subsidy.enterprises.credit import moves as credit_moves
from subsidy.enterprises.models import HEIR, Enterprise, SuccessionProposal
from workflow import moves

moves.register(Enterprise, "strike", right=Right.KEEP_REGISTERS, stage=KEEPER, label=_("登记注销"))
moves.register(Enterprise, "restore", right=Right.KEEP_REGISTERS, stage=KEEPER, label=_("恢复登记"))
moves.register(Enterprise, "succeed", right=Right.KEEP_REGISTERS, stage=KEEPER, label=_("登记承继"))
moves.register(Enterprise, "pass_on", right=Right.KEEP_REGISTERS, stage=HEIR, label=_("经确认由外地单位承继"))
moves.register(SuccessionProposal, "confirm", right=Right.KEEP_REGISTERS, stage=HEIR, label=_("确认承继"))
moves.register(SuccessionProposal, "decline", right=Right.KEEP_REGISTERS, stage=HEIR, label=_("不予确认"))
moves.register(SuccessionProposal, "withdraw", right=Right.KEEP_REGISTERS, stage=KEEPER, label=_("撤回提请"))

__all__ = ["credit_moves"]
