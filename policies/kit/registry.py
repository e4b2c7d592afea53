"""The measures in use: loaded by name, found by measure and day, or by edition code."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from datetime import date

from policies.kit.policy import Policy


class RegistryError(ValueError):
    """A list of measures that cannot be used; the text says which entry and why."""


class NotInForce(LookupError):
    """No edition of a measure is in force on a day; the Chinese text names the article."""

    def __init__(self, measure: str, day: date, message: str, clause: str = "") -> None:
        super().__init__(message)
        self.measure = measure
        self.day = day
        self.clause = clause
        self.message = message


class NotYetInForce(NotInForce):
    """The day is before the first edition."""


class Expired(NotInForce):
    """The day is after the last edition."""


class Registry:
    """All editions, by measure and by code."""

    def __init__(self, editions: Iterable[Policy]) -> None:
        self._by_code: dict[str, Policy] = {}
        self._by_measure: dict[str, list[Policy]] = {}
        for policy in editions:
            self._add(policy)

    @property
    def measures(self) -> tuple[str, ...]:
        """Keys of the measures, in the order they were loaded."""
        return tuple(self._by_measure)

    @property
    def editions(self) -> tuple[Policy, ...]:
        """All editions."""
        return tuple(self._by_code.values())

    def of(self, measure: str) -> tuple[Policy, ...]:
        """The editions of one measure by date. Raises RegistryError for an unknown measure."""
        try:
            return tuple(self._by_measure[measure])
        except KeyError:
            raise RegistryError(f"没有名为 {measure} 的政策") from None

    def on(self, measure: str, day: date) -> Policy:
        """The edition in force on a day. Raises Expired or NotYetInForce naming the article."""
        editions = self.of(measure)
        for policy in editions:
            if policy.valid_from <= day <= policy.valid_to:
                return policy
        if day < editions[0].valid_from:
            first = editions[0]
            text = f"《{first.title}》自 {first.valid_from} 起施行，{day} 尚未生效（{first.validity.clause}）。"
            raise NotYetInForce(measure, day, text, first.validity.clause)
        last = max((p for p in editions if p.valid_to < day), key=lambda p: p.valid_to)
        text = f"《{last.title}》有效期至 {last.valid_to}，已过期，不能开放新的申报通知（{last.validity.clause}）。"
        raise Expired(measure, day, text, last.validity.clause)

    def edition(self, code: str) -> Policy:
        """The edition with a code, in force or not. Raises RegistryError if there is none."""
        try:
            return self._by_code[code]
        except KeyError:
            raise RegistryError(f"没有代码为 {code} 的政策版本") from None

    def _add(self, policy: Policy) -> None:
        if policy.valid_to < policy.valid_from:
            raise RegistryError(f"{policy.edition}: ends before it begins")
        if policy.edition in self._by_code:
            raise RegistryError(f"{policy.edition}: this edition is loaded twice")
        others = self._by_measure.setdefault(policy.measure, [])
        for other in others:
            if policy.valid_from <= other.valid_to and other.valid_from <= policy.valid_to:
                day = max(policy.valid_from, other.valid_from)
                raise RegistryError(f"{policy.edition} and {other.edition} are both in force on {day}")
        others.append(policy)
        others.sort(key=lambda p: p.valid_from)
        self._by_code[policy.edition] = policy


def load(names: Iterable[str]) -> Registry:
    """The registry of a list such as ["policies.jilin:EDITIONS"].

    Raises RegistryError for a name that cannot be imported, for anything that is no Policy, and
    for two editions of one measure in force on one day.
    """
    return Registry(policy for name in names for policy in editions(name))


def editions(name: str) -> tuple[Policy, ...]:
    """The editions under one name of the form `module:ATTRIBUTE`."""
    module_name, colon, attribute = name.partition(":")
    if not colon or not module_name or not attribute:
        raise RegistryError(f"{name}: write it as module:NAME")
    try:
        found = getattr(importlib.import_module(module_name), attribute)
    except (ImportError, AttributeError) as error:
        raise RegistryError(f"{name}: {error}") from error
    if isinstance(found, (str, Mapping)) or not isinstance(found, Iterable):
        raise RegistryError(f"{name}: not a list of editions")
    return tuple(_checked(name, policy) for policy in found)


def _checked(name: str, policy: object) -> Policy:
    if isinstance(policy, type) or not isinstance(policy, Policy):
        raise RegistryError(f"{name}: {policy!r} is no Policy")
    return policy
