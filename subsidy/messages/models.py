"""The inbox: short messages to people, and what became of them on other channels."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from workflow import clock


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
