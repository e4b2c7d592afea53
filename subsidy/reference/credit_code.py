"""Unified social credit codes (GB 32100-2015): 18 characters without I, O, S, V, Z, the last a check digit.

Codes that were really issued fail the check digit, so that only warns; a wrong length or letter is refused.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from stdnum.cn import uscc

LENGTH = 18
LETTERS = frozenset("0123456789ABCDEFGHJKLMNPQRTUWXY")
DIGITS = frozenset("0123456789")
AREA_POSITIONS = range(2, 8)
SEPARATORS = str.maketrans("", "", "-‐‑–—－_.·")


@dataclass(frozen=True)
class CreditCode:
    """A code as it is stored, and what to warn about (None: nothing)."""

    text: str
    warning: Promise | None


def normalise(typed: str) -> str:
    """Full-width to ASCII, upper case, without blanks and hyphens; nothing is checked."""
    flat = unicodedata.normalize("NFKC", typed).upper().translate(SEPARATORS)
    return "".join(flat.split())


def parse(typed: str) -> CreditCode:
    """The code that was typed. Raises ValidationError naming the count or the position that is wrong."""
    text = normalise(typed)
    if len(text) != LENGTH:
        raise ValidationError(
            _("统一社会信用代码应为 18 位，您输入了 %(count)s 位。"), code="length", params={"count": len(text)}
        )
    for position, letter in enumerate(text, start=1):
        if letter not in LETTERS:
            raise ValidationError(
                _("统一社会信用代码第 %(position)s 位“%(letter)s”不是允许的字符（不使用 I、O、S、V、Z）。"),
                code="letter",
                params={"position": position, "letter": letter},
            )
    # The check is arithmetic, so python-stdnum is only asked for that; its own format check adds the area digits.
    warning = None if _check_digit_holds(text) else _("校验位不符，请核对营业执照；如证照确为此代码，请说明理由。")
    return CreditCode(text, warning)


def _check_digit_holds(text: str) -> bool:
    if not all(text[index] in DIGITS for index in AREA_POSITIONS):
        return False
    return bool(text[-1] == uscc.calc_check_digit(text[:-1]))
