"""Moves of a person's account: an administrator's, never about himself (`User.competence`)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.accounts.models import PEOPLE, User
from subsidy.accounts.rights import Right
from workflow import moves

moves.register(User, "lock", right=Right.ADMINISTER, stage=PEOPLE, label=_("锁定账号"))
moves.register(User, "unlock", right=Right.ADMINISTER, stage=PEOPLE, label=_("解除锁定"))
moves.register(User, "end", right=Right.ADMINISTER, stage=PEOPLE, label=_("停用账号"))
moves.register(User, "restore", right=Right.ADMINISTER, stage=PEOPLE, label=_("恢复账号"))
