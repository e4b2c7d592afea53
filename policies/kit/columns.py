"""Many values of one kind read at once: what costs a call for each of them costs one for all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

AMOUNT = re.compile(r"(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,10})?")
_EACH = re.compile(r"^(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,10})?$", re.MULTILINE)


def texts(values: Sequence[str]) -> Sequence[str]:
    """The values, all of which are texts. Raises TypeError otherwise."""
    "".join(values)
    return values


def amounts(values: Sequence[str]) -> Iterable[Decimal]:
    """Amounts written plainly, 0 or more. Raises ValueError, or TypeError for what is no text."""
    if _EACH.findall("\n".join(values)) != list(values):
        raise ValueError("not all of them are amounts")
    return map(Decimal, values)
