"""A year of the working calendar: its document and its history. The days themselves are `reference.Holiday`."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.models import Post
from subsidy.accounts.rights import Role
from workflow import clock
from workflow.machine import Competence, Machine, MoveTable, StateField, never_deleted, state_trigger

YEAR_MOVES: MoveTable = {"enter": (("empty",), "entered")}
ADMINISTRATOR = "administrator"


class Year(Machine):
    """A year and where its days come from; the row is made by the first act that concerns the year."""

    MOVES = YEAR_MOVES

    class State(models.TextChoices):
        EMPTY = "empty", _("未录入")
        ENTERED = "entered", _("已录入")

    state = StateField(choices=State, default=State.EMPTY)
    year = models.PositiveSmallIntegerField(_("年度"), unique=True)
    source = models.CharField(_("依据"), max_length=120, blank=True)
    evidence = models.CharField(max_length=64, blank=True, help_text="digest of the document")
    evidence_name = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("工作日历年度")
        ordering = ["year"]
        triggers = [state_trigger(YEAR_MOVES), never_deleted()]

    def __str__(self) -> str:
        return str(self.year)

    def competence(self, stage: str) -> Competence:
        """The system administrators of today, by name: they have no agency."""
        posts = Post.objects.on(clock.today()).filter(role=Role.ADMINISTRATOR)
        return Competence(stage=stage, people=frozenset(posts.values_list("user_id", flat=True)))
