"""Values that lie encrypted in the database: bank accounts, telephones, identity numbers.

`settings.FIELD_KEYS` lists keys as `id:64 hex digits`, separated by commas. The first writes; all of them read, so
that a key can be changed without touching old rows. `settings.FIELD_DIGEST_KEY` (hex) keys the digests by which an
encrypted value can be found again; it stays when the field keys change.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
from functools import cache
from typing import Any, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import models
from django.db.models.lookups import IsNull

from subsidy.reference.text import fold

MARK = "enc1"
NONCE_BYTES = 12
KEY_ID = re.compile(r"[a-z0-9-]{1,20}")
KEY_HEX = re.compile(r"[0-9a-f]{64}")


class CannotDecrypt(ValueError):
    """The stored text was altered, moved to another column, or its key is gone."""


def encrypt(plain: str, purpose: str) -> str:
    """`enc1$key id$base64(nonce + ciphertext)`; `purpose` is bound in, so a value moved elsewhere does not open."""
    keys = _keys(settings.FIELD_KEYS)
    key_id = next(iter(keys))
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(keys[key_id]).encrypt(nonce, plain.encode(), _bound(key_id, purpose))
    return "$".join([MARK, key_id, base64.b64encode(nonce + sealed).decode()])


def decrypt(stored: str, purpose: str) -> str:
    """The plain text of what `encrypt` made; raises CannotDecrypt."""
    mark, _dollar, rest = stored.partition("$")
    key_id, separator, body = rest.partition("$")
    keys = _keys(settings.FIELD_KEYS)
    if mark != MARK or not separator or key_id not in keys:
        raise CannotDecrypt(f"{purpose}: unknown key or form")
    try:
        raw = base64.b64decode(body, validate=True)
        return AESGCM(keys[key_id]).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound(key_id, purpose)).decode()
    except (InvalidTag, ValueError) as fault:
        raise CannotDecrypt(f"{purpose}: altered") from fault


def lookup_digest(value: str, purpose: str) -> str:
    """Keyed digest (64 hex characters) of the folded value, to find or compare an encrypted value by equality."""
    key = bytes.fromhex(settings.FIELD_DIGEST_KEY)
    message = purpose.encode() + b"\0" + fold(value).encode()
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def masked(value: str, shown: int = 4) -> str:
    """All but the last characters as stars: `**** 1234`; short values vanish altogether."""
    compact = "".join(value.split())
    return "****" if len(compact) <= shown else f"**** {compact[-shown:]}"


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """A text that is encrypted on its way to the database. It cannot be searched: keep a `lookup_digest` beside it."""

    def get_prep_value(self, value: Any) -> str | None:
        if value is None:
            return None
        return encrypt(str(value), self._purpose())

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        return None if value is None else decrypt(value, self._purpose())

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            self._refuse(lookup_name)
        return IsNull

    def get_transform(self, lookup_name: str) -> Any:
        self._refuse(lookup_name)

    def _refuse(self, lookup_name: str) -> NoReturn:
        raise FieldError(f"{self._purpose()} is encrypted and cannot be looked up by {lookup_name}")

    def _purpose(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"


@cache
def _keys(setting: str) -> dict[str, bytes]:
    keys = {}
    for item in setting.split(","):
        key_id, _colon, digits = item.strip().partition(":")
        if not KEY_ID.fullmatch(key_id) or not KEY_HEX.fullmatch(digits):
            raise ImproperlyConfigured("FIELD_KEYS must be a list of id:64 hex digits")
        keys[key_id] = bytes.fromhex(digits)
    return keys


def _bound(key_id: str, purpose: str) -> bytes:
    return f"{MARK}|{key_id}|{purpose}".encode()
