"""How often somebody may try: slower after a few failures, not at all for a while after ten (trust.md row 3).

Counted by account *and* address, so that nobody can lock another out from elsewhere; and, far more widely, by address
alone, against one machine that tries many accounts. A try counts as failed from its beginning until it has succeeded:
a hundred at once are a hundred. In PostgreSQL and not in Redis, since a limit must not open when Redis is away.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
from datetime import datetime, timedelta

from django.db import connection, transaction

from subsidy.accounts.credentials import Attempt
from subsidy.reference.text import fold
from workflow import clock

WINDOW = timedelta(minutes=15)
KEPT = timedelta(days=1)
FREE, LIMIT, LIMIT_OF_ADDRESS = 4, 10, 200
SIGN_IN, FORGOTTEN = "sign in", "forgotten"
IPV6_NETWORK = 64


class TooMany(Exception):
    """No try is taken now; `seconds` until the next one would be; `of_network`: for whatever account."""

    def __init__(self, seconds: int, of_network: bool = False) -> None:
        super().__init__(f"wait for {seconds} seconds")
        self.seconds, self.of_network = seconds, of_network

    @property
    def minutes(self) -> int:
        """The whole minutes to wait, at least one."""
        return max(1, math.ceil(self.seconds / 60))


def claim(purpose: str, account: str, address: str) -> None:
    """Take one try for an account as it was typed, from an address. Raises TooMany."""
    key, address_key = _keys(purpose, account, address)
    with transaction.atomic():
        for one in sorted((key, address_key)):
            _lock(one)
        now = clock.real_now()
        _refuse(key, address_key, now)
        Attempt.objects.create(key=key, address_key=address_key, at=now)


def forgive(purpose: str, account: str, address: str) -> None:
    """Forget the tries for an account from an address: the person got in."""
    Attempt.objects.filter(key=_keys(purpose, account, address)[0]).delete()


def forget_old() -> int:
    """Remove tries that count no more; how many they were."""
    return Attempt.objects.filter(at__lte=clock.real_now() - KEPT).delete()[0]


def _refuse(key: str, address_key: str, now: datetime) -> None:
    times = list(Attempt.objects.filter(key=key).order_by("at").values_list("at", flat=True))
    if times and times[-1] <= now - WINDOW:
        # Quiet for long enough: all is forgotten at once, so that a lock does not crumble try by try.
        Attempt.objects.filter(key=key).delete()
        times = []
    until = times[-1] + _pause(len(times)) if times else now
    of_network = False
    if Attempt.objects.filter(address_key=address_key, at__gt=now - WINDOW).count() >= LIMIT_OF_ADDRESS:
        of_network = until <= now
        until = max(until, now + timedelta(minutes=1))
    if until > now:
        raise TooMany(math.ceil((until - now).total_seconds()), of_network)


def _pause(failures: int) -> timedelta:
    """2, 4, 8 … seconds after the fifth failure and on; a quarter of an hour after the tenth."""
    if failures >= LIMIT:
        return WINDOW
    return timedelta(seconds=2 ** (failures - FREE)) if failures > FREE else timedelta(0)


def _lock(key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _keys(purpose: str, account: str, address: str) -> tuple[str, str]:
    place = _network(address)
    return _digest(purpose, fold(account), place), _digest(purpose, place)


def _network(address: str) -> str:
    """One household's or machine's worth of addresses: of IPv6 the first 64 bits."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, IPV6_NETWORK), strict=False))
    return str(found)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
