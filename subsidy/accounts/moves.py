"""Moves of people's accounts and of jurisdictions: an administrator's, never about himself (`User.competence`)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.accounts.models import JURISDICTIONS, PEOPLE, Jurisdiction, User
from subsidy.accounts.rights import Right
from workflow import moves

moves.register(User, "lock", right=Right.ADMINISTER, stage=PEOPLE, label=_("锁定账号"))
moves.register(User, "unlock", right=Right.ADMINISTER, stage=PEOPLE, label=_("解除锁定"))
moves.register(User, "end", right=Right.ADMINISTER, stage=PEOPLE, label=_("停用账号"))
moves.register(User, "restore", right=Right.ADMINISTER, stage=PEOPLE, label=_("恢复账号"))
moves.register(Jurisdiction, "end", right=Right.ADMINISTER, stage=JURISDICTIONS, label=_("移交管辖"))
