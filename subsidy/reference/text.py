"""The one way texts are taken in (`clean`) and compared (`fold`)."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Drawn as nothing although Unicode calls them letters, marks or symbols.
UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffc\ufffd")
VARIATION_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
# Python's table may be older than the newest ideographs, and people bear them in their names.
IDEOGRAPHIC_PLANES = range(0x20000, 0x3FFFE)
BLANKS = re.compile(r"\s+")
BRACKETS = str.maketrans("〔〕【】〖〗［］[]｛｝{}（）〈〉《》", "()()()()()()()()<><>")
NAMES: dict[str, Promise] = {
    "Cc": _("控制字符"),
    "Cf": _("不可见字符或文字方向控制符"),
    "Co": _("私用区字符"),
    "Cn": _("未编码字符"),
    "Cs": _("不完整字符"),
    "Zl": _("行分隔符"),
    "Zp": _("段分隔符"),
}
UNSEEN_NAME = _("不可见字符")


def clean(text: str, multiline: bool = False) -> str:
    """The text in NFC without blanks at its ends; line breaks only if `multiline`, then as a plain newline.

    Raises ValidationError with a sentence that names the character and its position when the text holds
    zero-width, bidirectional, control or private-use characters.
    """
    if multiline:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.strip(" \u3000\u00a0\n\r\t")
    for position, character in enumerate(text, start=1):
        fault = None if multiline and character == "\n" else _fault(character)
        if fault:
            raise ValidationError(
                _("第 %(position)s 个字符是%(fault)s（U+%(code)s），请删除后重新输入。"),
                code="unseen_character",
                params={"position": position, "fault": fault, "code": f"{ord(character):04X}"},
            )
    return unicodedata.normalize("NFC", text)


def seen(text: str) -> str:
    """The text without what cannot be seen, line breaks included: for what is kept without asking again."""
    return "".join(character for character in text if not _fault(character))


def fold(text: str) -> str:
    """The form in which names, invoice, project and account numbers are compared; never shown or stored as the text.

    NFKC, case folded, all brackets of one kind, no blanks, nothing unseen. `甲（公司）` equals ` 甲 〔公司〕`.
    """
    flat = unicodedata.normalize("NFKC", text).casefold().translate(BRACKETS)
    return unicodedata.normalize("NFKC", BLANKS.sub("", seen(flat)).casefold())


def same(one: str, other: str) -> bool:
    """Whether two texts are the same when folded."""
    return fold(one) == fold(other)


def differs_in_width_only(one: str, other: str) -> bool:
    """Whether two names are the same folded, yet not as written: width or kind of brackets, letter case, blanks.

    The classic reason for which a bank returns a payment.
    """
    return one != other and same(one, other)


def mixed_scripts(text: str) -> bool:
    """Whether Latin letters stand beside Cyrillic or Greek ones that look the same; asked of account and user names."""
    scripts = {unicodedata.name(character, "").split(" ")[0] for character in text if character.isalpha()}
    return len(scripts & {"LATIN", "CYRILLIC", "GREEK"}) > 1


def _fault(character: str) -> Promise | None:
    code = ord(character)
    if character in UNSEEN or any(code in selectors for selectors in VARIATION_SELECTORS):
        return UNSEEN_NAME
    category = unicodedata.category(character)
    if category == "Cn" and code in IDEOGRAPHIC_PLANES:
        return None
    return NAMES.get(category)
