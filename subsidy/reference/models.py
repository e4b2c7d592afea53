"""Reference data that every other app leans on: places, trades, days off, numbers of documents."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from workflow import clock


class AreaCode(models.Model):
    """A place with its code of GB/T 2260, of the statistics bureau (9 digits for towns), or of our own.

    In use from `valid_from` until, not including, `valid_to`; empty means open. A retired code names its
    `successor`, so that old papers find today's place.
    """

    class Kind(models.TextChoices):
        PROVINCE = "province", _("省")
        PREFECTURE = "prefecture", _("市（州）")
        COUNTY = "county", _("县（市、区）")
        TOWN = "town", _("镇街")
        ZONE = "zone", _("功能区")

    code = models.CharField(_("代码"), max_length=12, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    kind = models.CharField(_("类别"), max_length=12, choices=Kind)
    parent_code = models.CharField(_("上级代码"), max_length=12, blank=True, db_index=True)
    valid_from = models.DateField(_("启用日期"), null=True, blank=True)
    valid_to = models.DateField(_("停用日期"), null=True, blank=True)
    successor = models.CharField(_("现行代码"), max_length=12, blank=True)

    class Meta:
        verbose_name = _("行政区划")
        verbose_name_plural = _("行政区划")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="area_valid_from_before_to",
                condition=models.Q(valid_from__isnull=True)
                | models.Q(valid_to__isnull=True)
                | models.Q(valid_from__lt=models.F("valid_to")),
            ),
            models.CheckConstraint(
                name="area_successor_only_when_retired",
                condition=models.Q(successor="") | models.Q(valid_to__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Industry(models.Model):
    """A section (letter) or division (two digits) of GB/T 4754-2017; manufacturing is section C, divisions 13–43."""

    code = models.CharField(_("代码"), max_length=4, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    section = models.CharField(_("门类"), max_length=1, db_index=True)

    class Meta:
        verbose_name = _("国民经济行业")
        verbose_name_plural = _("国民经济行业")
        ordering = ["section", "code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Holiday(models.Model):
    """A day on which the State Council's yearly notice departs from the plain week.

    `off`: nobody works, whatever the weekday. `work`: a weekend day that is worked to make up for one off.
    """

    class Kind(models.TextChoices):
        OFF = "off", _("放假")
        WORK = "work", _("调休上班")

    day = models.DateField(_("日期"), unique=True)
    kind = models.CharField(_("类别"), max_length=4, choices=Kind)
    name = models.CharField(_("名称"), max_length=30)
    source = models.CharField(_("依据"), max_length=120)

    class Meta:
        verbose_name = _("节假日")
        verbose_name_plural = _("节假日")
        ordering = ["day"]
        constraints = [models.CheckConstraint(name="holiday_kind", condition=models.Q(kind__in=["off", "work"]))]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.name}"


class NumberSeries(models.Model):
    """The counter of one series of numbers: agency, year and series; its row is what `next_number` locks."""

    agency_code = models.CharField(_("单位代码"), max_length=40, blank=True)
    series = models.CharField(_("字号"), max_length=30)
    year = models.PositiveSmallIntegerField(_("年度"))
    last = models.PositiveIntegerField(_("已用到"), default=0)

    class Meta:
        verbose_name = _("编号序列")
        verbose_name_plural = _("编号序列")
        ordering = ["agency_code", "series", "year"]
        constraints = [models.UniqueConstraint(name="number_series_once", fields=["agency_code", "series", "year"])]

    def __str__(self) -> str:
        return f"{self.series} {self.year}"


class DocumentNumber(models.Model):
    """One number that was given out. A voided one stays, with its reason: no gap goes unexplained."""

    agency_code = models.CharField(_("单位代码"), max_length=40, blank=True)
    series = models.CharField(_("字号"), max_length=30)
    year = models.PositiveSmallIntegerField(_("年度"))
    serial = models.PositiveIntegerField(_("序号"))
    text = models.CharField(_("编号"), max_length=60, db_index=True)
    issued_at = models.DateTimeField(_("取号时间"), default=clock.now)
    voided_at = models.DateTimeField(_("作废时间"), null=True, blank=True)
    void_reason = models.CharField(_("作废原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("编号")
        verbose_name_plural = _("编号")
        ordering = ["agency_code", "series", "year", "serial"]
        constraints = [
            models.UniqueConstraint(name="document_number_once", fields=["agency_code", "series", "year", "serial"]),
            models.CheckConstraint(
                name="document_number_void_has_reason",
                condition=models.Q(voided_at__isnull=True, void_reason="")
                | models.Q(voided_at__isnull=False) & ~models.Q(void_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.text
