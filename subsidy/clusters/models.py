"""Clusters, their recognition and their members, dated (Jilin Art. 2–3)."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.register_row import Entry
from workflow.machine import MoveTable, StateField, never_deleted, state_trigger


class ClusterState(models.TextChoices):
    """Where a cluster stands in the register."""

    LISTED = "listed", _("在册")
    STRUCK = "struck", _("已撤销")


CLUSTER_MOVES: MoveTable = {
    "strike": ((ClusterState.LISTED,), ClusterState.STRUCK),
    "restore": ((ClusterState.STRUCK,), ClusterState.LISTED),
}


def in_force(day: date) -> Q:
    """Rows with a validity that hold on ``day``: half-open, from the first day until the day after the last."""
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))


class Cluster(Entry):
    """An advanced manufacturing cluster, kept by the upper agency of its area (a province's six digits, mostly)."""

    MOVES = CLUSTER_MOVES
    State = ClusterState

    state = StateField(_("登记状态"), choices=ClusterState, default=ClusterState.LISTED)
    code = models.CharField(_("集群编号"), max_length=32, unique=True)
    area = models.CharField(_("所在地区"), max_length=12, default="")
    name = models.CharField(_("集群名称"), max_length=100)
    organisation = models.ForeignKey(
        "enterprises.Enterprise",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("集群发展促进组织"),
    )

    class Meta:
        verbose_name = _("产业集群")
        triggers = [state_trigger(CLUSTER_MOVES), never_deleted()]

    def __str__(self) -> str:
        return self.name

    @property
    def chain_number(self) -> str:
        """What its history begins with."""
        return f"{self.code} {self.name}"

    def places(self) -> tuple[str, ...]:
        """The area that it was entered for."""
        return (self.area,) if self.area else ()


class Recognition(models.Model):
    """A level, recognised by a document from a day until (not including) a day."""

    class Level(models.TextChoices):
        WORLD = "world", _("世界级")
        NATIONAL = "national", _("国家级")
        PROVINCIAL = "provincial", _("省级")

    cluster = models.ForeignKey(Cluster, models.PROTECT, related_name="recognitions")
    level = models.CharField(_("级别"), max_length=12, choices=Level)
    document = models.CharField(_("认定文件"), max_length=120)
    valid_from = models.DateField(_("认定日期"))
    valid_to = models.DateField(_("终止日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("集群认定")
        constraints = [
            models.UniqueConstraint(fields=["cluster", "level", "valid_from"], name="recognition_once"),
            models.CheckConstraint(
                name="recognition_ends_after_start",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
            ),
        ]
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return f"{self.cluster} {self.get_level_display()}"


class Membership(models.Model):
    """An enterprise in a cluster, as head or member, dated."""

    cluster = models.ForeignKey(Cluster, models.PROTECT, related_name="memberships")
    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="memberships")
    is_head = models.BooleanField(_("头部企业"), default=False)
    valid_from = models.DateField(_("加入日期"))
    valid_to = models.DateField(_("退出日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("集群成员")
        constraints = [
            models.UniqueConstraint(fields=["cluster", "enterprise", "valid_from"], name="membership_once"),
            models.CheckConstraint(
                name="membership_ends_after_start", condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from"))
            ),
        ]
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return f"{self.cluster} {self.enterprise}"
