"""A caller's own key for one request (Idempotency-Key), and the reply that is kept under it."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from app.identity.principal import Principal


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back to a caller: all of it that is told again where the same is asked again."""

    status: int
    body: str
    media_type: str | None = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class RequestKey:
    """One attempt at a request that has a key; `owner` tells attempts apart.

    Of what the caller sent, digests alone are kept: a key may hold more than it should. `writes` makes
    the reply of what is told, where it goes out in another form than JSON by itself. `reply` is there once it
    is kept, for as long as `kept_for`.
    """

    digest: str
    request_digest: str
    kept_for: timedelta
    owner: UUID = field(default_factory=uuid4)
    writes: Callable[[Any], Reply] | None = None
    reply: Reply | None = None


def request_key(key: str, principal: Principal, parts: tuple[bytes, ...], kept_for: timedelta) -> RequestKey:
    """Of a principal's key and the parts of their request, for a new attempt.

    Two principals of one name, known in different ways or limited to different patients, have keys of their
    own.
    """
    limited = () if principal.patient is None else (principal.patient,)
    mine = (principal.source, principal.name, *limited, key)
    return RequestKey(_digest(*(one.encode() for one in mine)), _digest(*parts), kept_for)


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    return digest.hexdigest()
