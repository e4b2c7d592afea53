"""Papers that were issued: what was printed, its bytes by digest, and the code by which anybody can check it."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from subsidy.reference.secret import EncryptedTextField
from workflow.machine import append_only


class Paper(models.Model):
    """One issued edition of one official document.

    The snapshot is what was printed, as canonical JSON; it is encrypted because it may hold account numbers.
    The bytes lie under their digest in the media folder. Rows are never changed: new data make a new version.
    """

    append_only = True

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("受理回执")
        APPLICATION = "application", _("申报书")
        CORRECTION = "correction", _("补正通知书")
        NOTICE = "notice", _("公示")
        PLAN = "plan", _("资金分配方案")
        DISBURSEMENT = "disbursement", _("拨付汇总表")
        LETTER = "letter", _("公文")
        MATERIAL = "material", _("待盖章材料")

    kind = models.CharField(_("类别"), max_length=20, choices=Kind)
    number = models.CharField(_("编号"), max_length=60)
    version = models.PositiveSmallIntegerField(_("版本"), default=1)
    title = models.CharField(_("标题"), max_length=200)
    agency_code = models.CharField(_("制发单位代码"), max_length=40, blank=True)
    agency_name = models.CharField(_("制发单位"), max_length=120)
    subject_kind = models.CharField(_("所属业务"), max_length=40)
    subject_id = models.CharField(_("所属业务编号"), max_length=40)
    snapshot = EncryptedTextField(_("打印内容"))
    snapshot_digest = models.CharField(_("打印内容摘要"), max_length=64)
    digest = models.CharField(_("文件摘要"), max_length=64, db_index=True)
    check_code = models.CharField(_("校验码"), max_length=12, unique=True)
    size = models.PositiveIntegerField(_("字节数"))
    pages = models.PositiveSmallIntegerField(_("页数"))
    made_at = models.DateTimeField(_("制发时间"))

    class Meta:
        verbose_name = _("文书")
        verbose_name_plural = _("文书")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="paper_version_once", fields=["kind", "number", "version"]),
            models.CheckConstraint(name="paper_has_pages", condition=models.Q(pages__gte=1, version__gte=1)),
        ]
        indexes = [models.Index(name="paper_subject", fields=["subject_kind", "subject_id"])]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def printed(self) -> dict[str, Any]:
        """What was printed: amounts and dates as the strings they were written as."""
        printed: dict[str, Any] = json.loads(self.snapshot)
        return printed
