"""A position as a text for addresses: opaque, and nothing in it that tells who the patient is."""

import base64
import math
import struct
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from app.usecases.worklist.question import Position, Sort, SortKey

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FORM = struct.Struct(">cc8s16s")
"""A letter for the order, one for the direction, the key, the place."""
_LETTERS = {Sort.SEEN: b"s", Sort.RISK: b"r", Sort.REVIEW: b"d"}
_SORTS = {letter: sort for sort, letter in _LETTERS.items()}
_DIRECTIONS = {b"n": False, b"p": True}
LENGTH = 35
"""Characters of a cursor."""


class CursorError(ValueError):
    """A text that is no cursor."""


def to_text(position: Position) -> str:
    """The cursor of a position."""
    direction = b"p" if position.is_backward else b"n"
    packed = _FORM.pack(
        _LETTERS[position.sort], direction, _key_bytes(position.sort, position.key), position.place.bytes
    )
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_cursor(text: str) -> Position:
    """The position of a cursor.

    Raises:
        CursorError: it is none of ours.
    """
    if len(text) != LENGTH or not text.isascii():
        raise CursorError("is no cursor")
    try:
        packed = base64.b64decode(text + "=", altchars=b"-_", validate=True)
        letter, direction, key, place = _FORM.unpack(packed)
        sort = _SORTS[letter]
        position = Position(sort, _key(sort, key), UUID(bytes=place), _DIRECTIONS[direction])
    except (ValueError, KeyError, OverflowError, struct.error) as error:
        raise CursorError("is no cursor") from error
    if to_text(position) != text:
        raise CursorError("is no cursor")
    return position


def _key_bytes(sort: Sort, key: SortKey) -> bytes:
    if sort is Sort.RISK:
        assert isinstance(key, float)
        return struct.pack(">d", key)
    if sort is Sort.SEEN:
        assert isinstance(key, datetime)
        return struct.pack(">q", (key - _EPOCH) // _MICROSECOND)
    assert isinstance(key, date)
    return struct.pack(">q", key.toordinal())


def _key(sort: Sort, packed: bytes) -> SortKey:
    if sort is Sort.RISK:
        (risk,) = struct.unpack(">d", packed)
        if not (math.isfinite(risk) and 0 <= risk <= 1):
            raise CursorError("is no cursor")
        return float(risk)
    (whole,) = struct.unpack(">q", packed)
    return _EPOCH + whole * _MICROSECOND if sort is Sort.SEEN else date.fromordinal(whole)
