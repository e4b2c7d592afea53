"""Workbooks that somebody had imported: what was found in each, who confirmed it, when it took effect."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from workflow.machine import never_deleted


class Import(models.Model):
    """One workbook: kept under its digest, read by a job, shown, confirmed, applied as a whole; or refused."""

    kind = models.CharField(_("类别"), max_length=32)
    file = models.CharField(_("文件名"), max_length=200)
    digest = models.CharField(max_length=64)
    agency = models.ForeignKey("accounts.Agency", models.PROTECT, related_name="+", verbose_name=_("单位"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("上传人"))
    asked_at = models.DateTimeField(_("上传时间"))
    address = models.CharField(max_length=64, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    refusal = models.CharField(max_length=500, blank=True, help_text="why the workbook as a whole was not taken")
    new = models.PositiveIntegerField(_("新增"), default=0)
    changed = models.PositiveIntegerField(_("更新"), default=0)
    same = models.PositiveIntegerField(_("无变化"), default=0)
    wrong = models.PositiveIntegerField(_("需修改"), default=0)
    problems = models.JSONField(default=list, help_text="the first of them: [{row, column, value, reason}]")
    wrong_rows = models.CharField(max_length=64, blank=True, help_text="digest of the workbook of wrong rows")
    shown = models.CharField(max_length=64, blank=True, help_text="digest of what the preview showed as importable")
    notice = models.CharField(max_length=300, blank=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("导入")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["kind", "agency", "-id"], name="import_by_kind")]
        constraints = [
            models.CheckConstraint(
                name="applied_only_when_confirmed",
                condition=Q(applied_at__isnull=True) | Q(confirmed_at__isnull=False, checked_at__isnull=False),
            ),
        ]
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return self.file

    @property
    def good(self) -> int:
        """How many lines change something."""
        return self.new + self.changed

    @property
    def total(self) -> int:
        """How many lines the workbook has."""
        return self.good + self.same + self.wrong

    @property
    def is_waiting(self) -> bool:
        """Whether a job is at it."""
        return not self.refusal and (self.checked_at is None or (self.confirmed_at is not None and not self.applied_at))
