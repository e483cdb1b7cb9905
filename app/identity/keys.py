"""API keys: `tp_<id>_<secret>`, with a checksum at the end by which scanners of code can find lost ones.

Of the secret, 256 random bits, only the SHA-256 is kept. A slow hash is for what people think up.
"""

import base64
import hashlib
import hmac
import re
import secrets
import zlib
from dataclasses import dataclass
from datetime import datetime

from app.identity.principal import Principal, PrincipalKind
from app.identity.scopes import AccessScope

PREFIX = "tp_"
_FORM = re.compile(r"tp_([a-z2-7]{13})_([a-z2-7]{52})([a-z2-7]{7})")
_ID_BYTES, _SECRET_BYTES = 8, 32


@dataclass(frozen=True, slots=True, repr=False)
class ApiKey:
    """A key as its holder has it; its `repr` would be its secret."""

    id: str
    secret: str

    @property
    def text(self) -> str:
        """What is shown once and sent with every request."""
        return f"{PREFIX}{self.id}_{self.secret}{_checksum(self.id, self.secret)}"

    @property
    def digest(self) -> bytes:
        """SHA-256 of the secret."""
        return hashlib.sha256(self.secret.encode()).digest()


def new_key() -> ApiKey:
    """A key that nobody has."""
    return ApiKey(_base32(secrets.token_bytes(_ID_BYTES)), _base32(secrets.token_bytes(_SECRET_BYTES)))


def read_key(text: str) -> ApiKey | None:
    """The key that a text is; None where it is none, or one letter of it is wrong."""
    form = _FORM.fullmatch(text)
    if form is None or _checksum(form[1], form[2]) != form[3]:
        return None
    return ApiKey(form[1], form[2])


@dataclass(frozen=True, slots=True)
class StoredKey:
    """What is kept of a key. Times are in UTC; None where it never expires, was not revoked, was not used."""

    id: str
    tenant: str
    name: str
    kind: PrincipalKind
    digest: bytes
    scopes: frozenset[AccessScope]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def opens_for(self, key: ApiKey, now: datetime) -> bool:
        """Whether the key is this one, compared in constant time, and good at this time."""
        is_same = hmac.compare_digest(self.digest, key.digest)
        return is_same and self.is_good(now)

    def is_good(self, now: datetime) -> bool:
        """Whether it is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    @property
    def principal(self) -> Principal:
        return Principal(self.name, self.kind, self.tenant, self.scopes, "key")


def _base32(content: bytes) -> str:
    return base64.b32encode(content).decode().rstrip("=").lower()


def _checksum(key_id: str, secret: str) -> str:
    return _base32(zlib.crc32(f"{key_id}_{secret}".encode()).to_bytes(4))
