"""Which passwords are taken, for how long, and what a new one ends.

Two profiles, since the two standards contradict each other: 等保 (D 1) asks for kinds of characters, change after some
time and no return to old ones; OWASP ASVS 5.0.0 (6.2.5, 6.2.10) forbids all three. Staff, experts and administrators
have `dengbao`, a deviation from ASVS written down in docs/sign-in.md; enterprises have `asvs`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from subsidy.accounts import sessions
from subsidy.accounts.actor import Actor
from subsidy.accounts.models import OldPassword, User
from subsidy.accounts.tell import tell
from workflow import clock

LONGEST = 256
KINDS: tuple[Callable[[str], bool], ...] = (
    lambda letter: letter.isascii() and letter.islower(),
    lambda letter: letter.isascii() and letter.isupper(),
    lambda letter: letter.isascii() and letter.isdigit(),
    lambda letter: not (letter.isascii() and letter.isalnum()),
)


@dataclass(frozen=True, slots=True)
class Profile:
    """What is asked of a password. `days` and `barred` are 0 where it is neither changed by time nor compared."""

    shortest: int
    kinds: int
    days: int
    barred: int

    @property
    def sentence(self) -> str:
        """What to tell somebody who chooses one."""
        told = [_("至少 %s 个字符，最长 %s 个，可粘贴") % (self.shortest, LONGEST)]
        if self.kinds > 1:
            told.append(_("须含大写字母、小写字母、数字、符号中的至少 %s 种") % self.kinds)
        if self.barred:
            told.append(_("不得与最近 %s 次使用的密码相同") % self.barred)
        if self.days:
            told.append(_("每 %s 天更换一次") % self.days)
        return _("；").join(told) + _("。")


PROFILES = {
    "dengbao": Profile(shortest=12, kinds=3, days=90, barred=5),
    "asvs": Profile(shortest=10, kinds=1, days=0, barred=0),
}


def profile_of(user: User | None) -> Profile:
    """The profile for a person; for somebody not known yet, the one of staff."""
    if user is None or user.pk is None or Actor.of(user).needs_factor:
        return PROFILES[settings.PASSWORD_PROFILE_OF_STAFF]
    return PROFILES[settings.PASSWORD_PROFILE_OF_OTHERS]


class InProfile:
    """Django's validator of the profile: length, kinds of characters, the last ones barred."""

    def validate(self, password: str, user: User | None = None) -> None:
        profile = profile_of(user)
        if len(password) < profile.shortest:
            raise ValidationError(
                _("密码至少 %(least)s 个字符，现为 %(now)s 个。") % {"least": profile.shortest, "now": len(password)}
            )
        if len(password) > LONGEST:
            told = _("密码最长 %(most)s 个字符，现为 %(now)s 个。")
            raise ValidationError(told % {"most": LONGEST, "now": len(password)})
        if sum(any(is_kind(letter) for letter in password) for is_kind in KINDS) < profile.kinds:
            raise ValidationError(_("密码须含大写字母、小写字母、数字、符号中的至少 %s 种。") % profile.kinds)
        if user is not None and user.pk and profile.barred and _had_before(user, password, profile.barred):
            raise ValidationError(_("不得使用最近 %s 次用过的密码，请另设一个。") % profile.barred)

    def get_help_text(self) -> str:
        return profile_of(None).sentence


class Breached(CommonPasswordValidator):
    """Refuses what is on the lists of known passwords although it has the asked form (breached.txt)."""

    def __init__(self) -> None:
        super().__init__(Path(__file__).with_name("breached.txt"))


def _had_before(user: User, password: str, count: int) -> bool:
    old = OldPassword.objects.filter(user=user).values_list("encoded", flat=True)[: count - 1]
    return any(check_password(password, encoded) for encoded in [user.password, *old])


def is_due(user: User) -> bool:
    """Whether the password is older than the profile allows; those of demo people, known to everybody, never are."""
    days = profile_of(user).days
    return bool(days) and not user.is_demo and clock.real_now() - user.password_since >= timedelta(days=days)


def change(user: User, password: str, *, keep: str = "") -> None:
    """Give a person a new password that was validated before.

    Ends every session save the one with the key `keep`, and every open link; the person is told.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        if user.has_usable_password():
            OldPassword.objects.create(user=user, encoded=user.password, until=clock.real_now())
        user.set_password(password)
        user.password_since = clock.real_now()
        user.save(update_fields=["password", "password_since"])
        user.links.filter(closed_at__isnull=True).update(closed_at=clock.real_now())
        sessions.end_all_of(user.pk, but=keep)
        tell(user, _("登录密码已修改"), _("您的登录密码刚刚修改，其他设备上的登录已全部退出。"))


def matches(user: User, password: Any) -> bool:
    """Whether this is the person's password."""
    return isinstance(password, str) and user.check_password(password)
