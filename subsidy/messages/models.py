"""The inbox: short messages to people, and what became of them on other channels."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from workflow import clock
from workflow.machine import append_only


class Message(models.Model):
    """A message to one person. `link` is a path of this site; `created` is business time."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="inbox_messages", verbose_name=_("收件人")
    )
    title = models.CharField(_("标题"), max_length=120)
    body = models.TextField(_("内容"), blank=True)
    link = models.CharField(_("链接"), max_length=300, blank=True)
    created = models.DateTimeField(_("时间"), default=clock.now)
    read_at = models.DateTimeField(_("阅读时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("消息")
        verbose_name_plural = _("消息")
        ordering = ["-created", "-pk"]
        indexes = [
            models.Index(name="message_recipient_created", fields=["recipient", "-created"]),
            models.Index(name="message_unread", fields=["recipient"], condition=models.Q(read_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                name="message_link_is_own_path",
                condition=models.Q(link="") | models.Q(link__startswith="/") & ~models.Q(link__startswith="//"),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Delivery(models.Model):
    """One try to bring a message to somebody outside the site: mail or SMS."""

    class Channel(models.TextChoices):
        MAIL = "mail", _("电子邮件")
        SMS = "sms", _("短信")

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("待发送")
        SENT = "sent", _("已发送")
        FAILED = "failed", _("发送失败")

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="deliveries", verbose_name=_("消息"))
    channel = models.CharField(_("渠道"), max_length=4, choices=Channel)
    outcome = models.CharField(_("结果"), max_length=8, choices=Outcome, default=Outcome.WAITING)
    tried_at = models.DateTimeField(_("发送时间"), null=True, blank=True)
    fault = models.CharField(_("失败原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("外发记录")
        verbose_name_plural = _("外发记录")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="delivery_once_per_channel", fields=["message", "channel"])]

    def __str__(self) -> str:
        return f"{self.message_id} {self.channel}"


class TextVersion(models.Model):
    """A wording of a message text from a day on; the latest that has begun holds. `standard`: the code's own words."""

    append_only = True

    key = models.CharField(max_length=60)
    number = models.PositiveSmallIntegerField(_("版本"))
    title = models.CharField(_("标题"), max_length=120, blank=True)
    body = models.TextField(_("内容"), blank=True)
    standard = models.BooleanField(_("标准文本"), default=False)
    valid_from = models.DateField(_("启用日期"))
    reason = models.CharField(_("修改理由"), max_length=200)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("消息文本版本")
        ordering = ["key", "number"]
        constraints = [
            models.UniqueConstraint(name="text_version_numbered", fields=["key", "number"]),
            models.CheckConstraint(
                name="a_wording_has_its_title",
                condition=models.Q(standard=True, title="", body="") | models.Q(standard=False) & ~models.Q(title=""),
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.key} {self.number}"

    @classmethod
    def in_force(cls, day: date) -> models.QuerySet[TextVersion]:
        """Versions that have begun, the one that holds first."""
        return cls._default_manager.filter(valid_from__lte=day).order_by("-valid_from", "-number")
