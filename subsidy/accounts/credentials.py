"""What people prove themselves with, and the traces of their trying: factors, old passwords, links, sessions."""

from __future__ import annotations

import base64
import re
import unicodedata
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device
from django_otp.oath import TOTP

from subsidy.reference.secret import EncryptedTextField, lookup_digest
from workflow import clock

__all__ = ["Attempt", "Authenticator", "Link", "OldPassword", "RecoveryCodes", "Session"]

BROWSERS = (
    ("MicroMessenger", _("微信")), ("Edg", "Edge"), ("QQBrowser", _("QQ 浏览器")), ("OPR", "Opera"),
    ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"), ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"),
    ("iPad", "iPad"), ("Mac OS", "macOS"), ("Linux", "Linux"),
)  # fmt: skip
"""Marks in what browsers call themselves; the first that fits."""
STEP_SECONDS = 30
TOLERANCE = 1
"""Steps before and after the present one: a phone's clock may be that wrong."""
SIX_DIGITS = re.compile(r"\d{6}", re.ASCII)
RECOVERY_LETTERS = 24
"""120 bits in base 32: nobody guesses them, so a keyed digest is enough (ASVS 5.0.0, 6.5.2)."""


class Devices(models.Manager[Any]):
    """What django-otp asks of a manager."""

    def devices_for_user(self, user: Any, confirmed: bool | None = None) -> models.QuerySet[Any]:
        """The devices of one person."""
        found = self.filter(user=user)
        return found if confirmed is None else found.filter(confirmed=confirmed)


class Authenticator(Device):  # type: ignore[misc]
    """A generator of codes on somebody's phone (RFC 6238: SHA-1, six digits, 30 seconds)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="authenticators")
    secret = EncryptedTextField(help_text="base 32 without padding")
    last_step = models.BigIntegerField(default=-1, help_text="the step of the last code taken: none counts twice")
    made_at = models.DateTimeField(default=clock.real_now)

    objects = Devices()

    class Meta:
        verbose_name = _("动态口令")
        verbose_name_plural = _("动态口令")

    def verify_token(self, token: str) -> bool:
        """Whether this is a code of now that was not taken before; it then is. Called under a lock, by django-otp."""
        if not SIX_DIGITS.fullmatch(token):
            return False
        generator = self.generator()
        if not generator.verify(int(token), tolerance=TOLERANCE, min_t=self.last_step + 1):
            return False
        self.last_step = generator.t()
        self.save(update_fields=["last_step"])
        return True

    def generator(self) -> TOTP:
        """The generator of codes, standing at this moment."""
        made = TOTP(base64.b32decode(self.secret + "=" * (-len(self.secret) % 8)), step=STEP_SECONDS)
        made.time = clock.real_now().timestamp()
        return made


class RecoveryCodes(Device):  # type: ignore[misc]
    """The codes on a sheet of paper, for the day the phone is lost. Each counts once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="recovery_codes")
    digests = ArrayField(models.CharField(max_length=64), help_text="of the codes that are left")
    made_at = models.DateTimeField(default=clock.real_now)

    objects = Devices()

    class Meta:
        verbose_name = _("恢复码")
        verbose_name_plural = _("恢复码")
        constraints = [models.UniqueConstraint(fields=["user"], name="one_sheet_of_recovery_codes")]

    def verify_token(self, token: str) -> bool:
        """Whether it is one of those left; it then is not left any more. Called under a lock, by django-otp."""
        letters = re.sub(r"[\s\-]", "", token).upper()
        digest = self.digest(self.user_id, letters)
        if len(letters) != RECOVERY_LETTERS or digest not in self.digests:
            return False
        self.digests = [one for one in self.digests if one != digest]
        self.save(update_fields=["digests"])
        return True

    @staticmethod
    def digest(user_id: int, letters: str) -> str:
        """What is kept of a code."""
        return lookup_digest(letters, f"accounts.recovery:{user_id}")


class OldPassword(models.Model):
    """A password somebody had, hashed as it was, so that it is not chosen again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="old_passwords")
    encoded = models.CharField(max_length=128)
    until = models.DateTimeField(default=clock.real_now)

    class Meta:
        verbose_name = _("曾用密码")
        verbose_name_plural = _("曾用密码")
        ordering = ["-until", "-pk"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.until:%Y-%m-%d}"


class Attempt(models.Model):
    """One try to get in that has not succeeded (yet)."""

    key = models.CharField(max_length=64, help_text="digest of purpose, account as typed, and address")
    address_key = models.CharField(max_length=64, help_text="digest of purpose and address")
    at = models.DateTimeField(default=clock.real_now)

    class Meta:
        verbose_name = _("登录尝试")
        verbose_name_plural = _("登录尝试")
        indexes = [
            models.Index(fields=["key", "at"], name="attempt_by_key"),
            models.Index(fields=["address_key", "at"], name="attempt_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.at}"


class Link(models.Model):
    """A link that was mailed: for one person, one purpose, one use, for half an hour. Only its digest is kept."""

    class Purpose(models.TextChoices):
        RESET = "reset", _("重置密码")
        WELCOME = "welcome", _("启用账号")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="links")
    purpose = models.CharField(max_length=8, choices=Purpose)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=clock.real_now)
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, help_text="when it was used, or made void by another or a new password")

    class Meta:
        verbose_name = _("邮件链接")
        verbose_name_plural = _("邮件链接")
        constraints = [
            models.CheckConstraint(name="link_ends_after_it_is_made", condition=Q(expires_at__gt=F("made_at"))),
            models.UniqueConstraint(
                fields=["user", "purpose"], condition=Q(closed_at__isnull=True), name="one_open_link_a_purpose"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.purpose}"


class Session(AbstractBaseSession):
    """A session as the database keeps it: under the digest of its key, with who, from where, since when."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="sessions")
    address = models.CharField(max_length=64, blank=True)
    agent = models.CharField(max_length=200, blank=True)
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(default=clock.real_now)

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        verbose_name = _("登录会话")  # type: ignore[assignment]
        verbose_name_plural = _("登录会话")  # type: ignore[assignment]
        indexes = [models.Index(fields=["user", "-seen_at"], name="session_by_user")]

    @property
    def device(self) -> str:
        """The browser and system in two words where we know them, else what the browser calls itself."""
        known = [next((str(name) for mark, name in names if mark in self.agent), "") for names in (BROWSERS, SYSTEMS)]
        return " · ".join(known) if all(known) else self.agent

    @classmethod
    def get_session_store_class(cls) -> Any:
        from subsidy.accounts.sessions import SessionStore

        return SessionStore


def typed(code: str) -> str:
    """A code as people type it: full-width digits, blanks between."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", code))
