"""Moves of a cluster in the register."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.accounts.register_row import KEEPER
from subsidy.accounts.rights import Right
from subsidy.clusters.models import Cluster
from workflow import moves

moves.register(Cluster, "strike", right=Right.KEEP_REGISTERS, stage=KEEPER, label=_("撤销集群"))
moves.register(Cluster, "restore", right=Right.KEEP_REGISTERS, stage=KEEPER, label=_("恢复集群"))
