"""The second factor: a code of a phone, or one from the sheet of recovery codes (trust.md rows 4, 5 and 8)."""

from __future__ import annotations

import base64
import secrets
from contextlib import suppress
from urllib.parse import quote, urlencode

import segno
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.utils.translation import gettext as _
from django_otp import match_token, verify_token

from subsidy.accounts.credentials import RECOVERY_LETTERS, STEP_SECONDS, typed
from subsidy.accounts.models import Authenticator, RecoveryCodes, User
from subsidy.accounts.tell import tell
from subsidy.reference.secret import decrypt, encrypt
from workflow import clock

SECRET_BYTES = 20
RECOVERY_COUNT = 8
GROUP = 4
ISSUER = "Subsidy"
CANDIDATE = "accounts.candidate"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


class _Wrong(Exception):
    """The first code is not one of the new phone."""


def has_factor(user: User) -> bool:
    """Whether the person has a phone that gives codes."""
    return bool(Authenticator.objects.filter(user=user, confirmed=True).exists())


def accepts(user: User, code: str) -> bool:
    """Whether this is a code of the person that counts now. It counts once, also when it comes twice at a time."""
    found = match_token(user, typed(code))
    if isinstance(found, RecoveryCodes):
        tell(user, _("恢复码已使用"), _("刚刚有人用恢复码登录您的账号，还剩 %s 个。") % len(found.digests))
    return found is not None


def candidate(session: SessionBase) -> str:
    """The secret of the phone that this browser is about to bind; encrypted in the session until its first code."""
    if CANDIDATE not in session:
        session[CANDIDATE] = encrypt(
            base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode().rstrip("="), CANDIDATE
        )
    return decrypt(session[CANDIDATE], CANDIDATE)


def enrol(user: User, session: SessionBase, code: str, name: str) -> list[str]:
    """Bind the phone by its first code. Gives fresh recovery codes, or nothing when the code is wrong."""
    with transaction.atomic(), suppress(_Wrong):
        with transaction.atomic():
            made = Authenticator.objects.create(user=user, secret=candidate(session), name=name)
            if verify_token(user, made.persistent_id, typed(code)) is None:
                raise _Wrong
        del session[CANDIDATE]
        tell(user, _("已绑定动态口令"), _("您的账号刚刚绑定了动态口令“%s”。") % name)
        return new_recovery_codes(user)
    return []


def new_recovery_codes(user: User) -> list[str]:
    """Fresh codes in place of all earlier ones; they are shown now and never again."""
    codes = ["".join(secrets.choice(ALPHABET) for _place in range(RECOVERY_LETTERS)) for _code in range(RECOVERY_COUNT)]
    digests = [RecoveryCodes.digest(user.pk, code) for code in codes]
    RecoveryCodes.objects.update_or_create(
        user=user, defaults={"digests": digests, "made_at": clock.real_now(), "name": "", "confirmed": True}
    )
    return ["-".join(code[place : place + GROUP] for place in range(0, len(code), GROUP)) for code in codes]


def remove(user: User, authenticator: Authenticator) -> None:
    """Take a phone away; with the last one go the recovery codes."""
    with transaction.atomic():
        authenticator.delete()
        if not has_factor(user):
            RecoveryCodes.objects.filter(user=user).delete()
        tell(user, _("已解除动态口令"), _("您的账号刚刚解除了动态口令“%s”。") % authenticator.name)


def remove_all(user: User) -> None:
    """Take all factors away, after the security officer has made sure who asks: the next sign-in begins anew."""
    with transaction.atomic():
        Authenticator.objects.filter(user=user).delete()
        RecoveryCodes.objects.filter(user=user).delete()
        tell(user, _("动态口令已重置"), _("安全管理员已重置您的动态口令，下次登录时须重新绑定。"))


def address_of(user: User, secret: str) -> str:
    """What the picture says to the phone (otpauth)."""
    label = quote(f"{ISSUER}:{user.username}")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': ISSUER})}"


def picture_of(user: User, secret: str) -> str:
    """The picture as a data address."""
    return str(segno.make(address_of(user, secret), error="m").svg_data_uri(scale=5, border=4))


def spaced(secret: str) -> str:
    """A secret in groups, for typing it."""
    return " ".join(secret[place : place + GROUP] for place in range(0, len(secret), GROUP))


def demo_code(user: User) -> str:
    """For people of the demo and in the demo only: a code that counts now; empty when the next must be waited for."""
    if settings.SUBSIDY_MODE != "demo" or not user.is_demo:
        return ""
    found = Authenticator.objects.filter(user=user, confirmed=True).order_by("pk").first()
    return next_code(found) if found else ""


def next_code(authenticator: Authenticator) -> str:
    """The code of this step, or of the next one when it was taken already, or nothing."""
    generator = authenticator.generator()
    now = generator.t()
    for step in (now, now + 1):
        if step > authenticator.last_step:
            generator.time = step * STEP_SECONDS
            return f"{generator.token():06d}"
    return ""
