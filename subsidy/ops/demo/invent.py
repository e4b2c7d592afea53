"""Names, codes and amounts that nobody has: the same every time for the same seed."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

from stdnum.cn import uscc

from subsidy.ops.demo.fixtures import read

WAN = Decimal(10_000)
CENT = Decimal("0.01")


class Invention:
    """A source of invented names that gives none twice."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)  # noqa: S311  data of a demo
        self.given = read("names")
        words = [head + tail for head in self.given["heads"] for tail in self.given["tails"]]
        self.chance.shuffle(words)
        self._brands = iter(words)
        self._serial = 0

    def brand(self) -> str:
        """Two characters that no other enterprise of the demo has. Raises StopIteration after 576."""
        return str(next(self._brands))

    def person(self) -> str:
        """A person's name."""
        return f"{self.pick(self.given['surnames'])}{self.pick(self.given['given'])}"

    def credit_code(self, area: str) -> str:
        """A credit code of an enterprise of the area with a right check digit."""
        self._serial += 1
        digits = area[:6].replace("X", "0")
        stem = f"91{digits}MA{self._serial:06d}D"
        return f"{stem}{uscc.calc_check_digit(stem)}"

    def phone(self) -> str:
        """A mobile number of a block nobody has."""
        return f"1390000{self.chance.randrange(10_000):04d}"

    def supplier(self) -> str:
        """Somebody who sold something."""
        return f"{self.pick(self.given['suppliers'])}有限公司"

    def account(self) -> str:
        """An account number."""
        return f"622200{self.chance.randrange(10**13):013d}"

    def wan(self, least: int, most: int) -> Decimal:
        """An amount in 元, whole 万元, between two numbers of 万元."""
        return (self.chance.randint(least, most) * WAN).quantize(CENT)

    def pick(self, choices: Any) -> Any:
        """One of the choices."""
        return self.chance.choice(choices)

    def industry(self, measure: str, code: str = "") -> dict[str, Any]:
        """A trade of the measure's, or the one with this code."""
        rows = self.given["industries"][measure]
        found: dict[str, Any] | None = next((row for row in rows if row["code"] == code), None)
        return found or dict(self.pick(rows))
