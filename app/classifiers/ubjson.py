"""Whether bytes are a whole UBJSON document (ubjson.org, draft 12), of which nothing is kept.

XGBoost reads on beyond the end of a file that breaks off, and takes the process with it. Compiled, since the
files of a model hold some hundred thousand values, and every start passes over each of them.
"""

from collections.abc import Mapping

import numpy as np

from app.compiled import compiled
from app.domain.schema import IntArray

_BROKEN = -1
"""In place of a place, a count or a size: it is not UBJSON, or breaks off."""
_TO_ITS_MARK = -2
"""The count of a container that tells none, but ends with a mark."""
_EACH_ITS_OWN = 0
"""The type of the values of a container that tells none."""
_DEEPEST = 100
_ARRAY, _OBJECT, _TYPE, _COUNT = ord("["), ord("{"), ord("$"), ord("#")
_TEXT, _LONG_NUMBER, _UNSIGNED = ord("S"), ord("H"), ord("U")


def _by_mark(numbers: Mapping[str, int]) -> IntArray:
    """A table over all bytes; `_BROKEN` for those that are no such mark."""
    table = np.full(256, _BROKEN, dtype=np.int64)
    for mark, number in numbers.items():
        table[ord(mark)] = number
    return table


_WHOLE = _by_mark({"i": 1, "U": 1, "I": 2, "l": 4, "L": 8})
"""Bytes of a number that may count, by its type."""
_SIZES = _by_mark(
    {"i": 1, "U": 1, "C": 1, "I": 2, "l": 4, "d": 4, "L": 8, "D": 8, "Z": 0, "N": 0, "T": 0, "F": 0}
)
"""Bytes that a value takes after the mark of its type."""


def is_whole(content: bytes) -> bool:
    """Whether this is one object, to the last byte."""
    if content[:1] != b"{":
        return False
    numbers = np.frombuffer(content, np.uint8).astype(np.int64)
    return bool(_after_value(numbers, 1, _OBJECT, 0) == len(content))


@compiled
def _after_value(content: IntArray, place: int, mark: int, depth: int) -> int:
    """Where a value ends whose type has been read, or `_BROKEN`."""
    if place == _BROKEN or depth > _DEEPEST:
        return _BROKEN
    if mark in (_TEXT, _LONG_NUMBER):
        return _after_text(content, place)
    if mark not in (_ARRAY, _OBJECT):
        return _after(content, place, _SIZES[mark], 1)
    place, of, left = _opened(content, place)
    # Values of one type and size are passed over in one step: nearly all of a model is such arrays.
    if mark == _ARRAY and left >= 0 and _SIZES[of] >= 0:
        return _after(content, place, _SIZES[of], left)
    while place != _BROKEN and left != 0:
        if left == _TO_ITS_MARK and _is_next(content, place, mark + 2):  # [ and ], { and } are two apart
            return place + 1
        left -= left > 0  # a count runs down to 0, `_TO_ITS_MARK` stays
        if mark == _OBJECT:
            place = _after_text(content, place)
        own, after = (of, place) if of != _EACH_ITS_OWN else _mark(content, place)
        place = _after_value(content, after, own, depth + 1)
    return place


@compiled
def _opened(content: IntArray, place: int) -> tuple[int, int, int]:
    """Where the values of a container begin, their type and their count."""
    of, count = _EACH_ITS_OWN, _TO_ITS_MARK
    if _is_next(content, place, _TYPE):
        of, place = _mark(content, place + 1)
        if not _is_next(content, place, _COUNT):  # a type goes with a count
            return _BROKEN, of, count
    if _is_next(content, place, _COUNT):
        count, place = _number(content, place + 1)
    return place, of, count


@compiled
def _after_text(content: IntArray, place: int) -> int:
    size, place = _number(content, place)
    return _after(content, place, 1, size)


@compiled
def _after(content: IntArray, place: int, size: int, count: int) -> int:
    """Where so many values of a size end, or `_BROKEN` where that is beyond the end."""
    # By division: a product of what a file claims could overflow, and come out as a place within it.
    if place == _BROKEN or size == _BROKEN or count > (len(content) - place) // max(size, 1):
        return _BROKEN
    return place + size * count


@compiled
def _number(content: IntArray, place: int) -> tuple[int, int]:
    """A number that counts, and where it ends, or `_BROKEN`; a negative one counts nothing."""
    mark, start = _mark(content, place)
    end = _after(content, start, _WHOLE[mark], 1)
    if end == _BROKEN:
        return 0, _BROKEN
    number = int(content[start])
    if mark != _UNSIGNED and number >= 128:  # big-endian: the first byte has the sign
        return 0, _BROKEN
    for at in range(start + 1, end):
        number = number * 256 + int(content[at])
    return number, end


@compiled
def _mark(content: IntArray, place: int) -> tuple[int, int]:
    """The byte here, and the place after it, or `_BROKEN`."""
    if place == _BROKEN or place >= len(content):
        return 0, _BROKEN
    return int(content[place]), place + 1


@compiled
def _is_next(content: IntArray, place: int, mark: int) -> bool:
    return place != _BROKEN and place < len(content) and content[place] == mark
