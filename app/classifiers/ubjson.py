"""Whether bytes are a whole UBJSON document (ubjson.org, draft 12), of which nothing is kept.

XGBoost reads on beyond the end of a file that breaks off, and takes the process with it.
"""

import struct

_SIZES = {
    b"i": 1,
    b"U": 1,
    b"C": 1,
    b"I": 2,
    b"l": 4,
    b"d": 4,
    b"L": 8,
    b"D": 8,
    b"Z": 0,
    b"N": 0,
    b"T": 0,
    b"F": 0,
}
"""Bytes that a value takes after the mark of its type."""
_WHOLE = {b"i": ">b", b"U": ">B", b"I": ">h", b"l": ">i", b"L": ">q"}
"""Types that may count, as `struct` reads them."""
_DEEPEST = 100


class _BrokenError(ValueError):
    """It is not UBJSON, or breaks off."""


def is_whole(content: bytes) -> bool:
    """Whether this is one object, to the last byte."""
    reader = _Reader(content)
    try:
        mark = reader.take(1)
        reader.skip(mark, 0)
    except _BrokenError:
        return False
    return mark == b"{" and reader.place == len(content)


class _Reader:
    """Walks over a document."""

    def __init__(self, content: bytes) -> None:
        self._content, self.place = content, 0

    def take(self, size: int) -> bytes:
        """The next bytes; there must be so many."""
        end = self.place + size
        if size < 0 or end > len(self._content):
            raise _BrokenError
        found = self._content[self.place : end]
        self.place = end
        return found

    def skip(self, mark: bytes, depth: int) -> None:
        """Pass over a value whose type has been read."""
        if depth > _DEEPEST:
            raise _BrokenError
        if mark in _SIZES:
            self.take(_SIZES[mark])
        elif mark in (b"S", b"H"):
            self.take(self._count())
        elif mark in (b"[", b"{"):
            self._skip_container(is_object=mark == b"{", depth=depth)
        else:
            raise _BrokenError

    def _skip_container(self, is_object: bool, depth: int) -> None:
        of = self.take(1) if self._met(b"$") else None
        if not self._met(b"#"):
            if of is not None:
                raise _BrokenError
            self._skip_to_end(is_object, depth)
            return
        count = self._count()
        if of in _SIZES and not is_object:
            self.take(_SIZES[of] * count)
            return
        for _ in range(count):
            self._skip_entry(is_object, of, depth)

    def _skip_to_end(self, is_object: bool, depth: int) -> None:
        end = b"}" if is_object else b"]"
        while not self._met(end):
            self._skip_entry(is_object, None, depth)

    def _skip_entry(self, is_object: bool, of: bytes | None, depth: int) -> None:
        if is_object:
            self.take(self._count())
        self.skip(of or self.take(1), depth + 1)

    def _count(self) -> int:
        mark = self.take(1)
        if mark not in _WHOLE:
            raise _BrokenError
        (count,) = struct.unpack(_WHOLE[mark], self.take(_SIZES[mark]))
        return int(count)

    def _met(self, mark: bytes) -> bool:
        """Whether this mark is next; it is passed over if so."""
        is_next = self._content[self.place : self.place + 1] == mark
        self.place += is_next
        return is_next
