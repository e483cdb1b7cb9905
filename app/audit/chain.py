"""The chain of hashes, worked out from rows: by other code than the database's, which wrote them."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

START = b""
"""What stands for the hash before the first event."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


COVERED = (
    "tenant",
    "seq",
    "id",
    "at",
    "actor",
    "actor_kind",
    "actor_source",
    "on_behalf_of",
    "action",
    "entity",
    "entity_id",
    "patient",
    "answer_id",
    "route",
    "outcome",
    "correlation_id",
    "request_id",
    "address",
    "detail",
)
"""The columns that a hash covers, in this order: all but the hash itself."""


def hash_after(previous: bytes, event: object) -> bytes:
    """SHA-256 of the hash before and the event's fields: `event` has the columns as attributes."""
    fields = (_as_text(getattr(event, name)) for name in COVERED)
    return hashlib.sha256(previous + canonical(fields)).digest()


def canonical(fields: Iterable[str | None]) -> bytes:
    """Fields behind their lengths in bytes, one that is not there as a hyphen: no two rows are alike."""
    return b",".join(_prefixed(field) for field in fields)


def _prefixed(field: str | None) -> bytes:
    if field is None:
        return b"-"
    content = field.encode()
    return b"%d:%s" % (len(content), content)


def _as_text(value: str | int | UUID | datetime | None) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return str((value - _EPOCH) // timedelta(microseconds=1))
    return str(value)
