"""The one reader of JSON from outside: RFC 8259 in UTF-8, each key once, numbers that are numbers.

Python's own reader takes the last of two equal keys, `NaN`, halves of characters, and any depth that it can.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from app.parsing.json_shape import MOST_KEYS, why_wild
from app.parsing.pointers import pointer_to

MOST_DEPTH = 32
"""Objects and lists within one another; no request of ours needs a third of it."""
_MOST_FAULTS = 100
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")

Path = tuple[int | str, ...]


class JsonError(ValueError):
    """A text that is not JSON at all; the message says why without the text."""


@dataclass
class JsonFaultsError(ValueError):
    """JSON that can be read in more ways than one, or in none: pointers and sentences."""

    faults: list[tuple[str, str]]


class _OddError(Exception):
    """Something is wrong somewhere; `_faults` finds out where."""


def read_json(content: bytes | str) -> Any:
    """The value that a JSON text stands for.

    Raises:
        JsonError: it is not JSON, not UTF-8, nested deeper than `MOST_DEPTH`, or of too many parts or keys.
        JsonFaultsError: a key is repeated, a number is NaN or infinite, a string holds half a character.
    """
    if isinstance(content, bytes) and (why := why_wild(content, MOST_DEPTH)):
        raise JsonError(why)
    text = content if isinstance(content, str) else _decoded(content)
    try:
        value = _parsed(text, _unique, _refused)
    except _OddError:
        raise JsonFaultsError(_faults(text)) from None
    if _is_deeper(value, MOST_DEPTH):
        raise JsonError("is nested too deeply")
    if _SURROGATE.search(text) and (faults := _faults(text)):
        raise JsonFaultsError(faults)
    return value


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise JsonError("is not UTF-8") from None


def _parsed(text: str, pairs: Any, word: Any) -> Any:
    try:
        return json.loads(text, object_pairs_hook=pairs, parse_constant=word)
    except RecursionError:
        raise JsonError("is nested too deeply") from None
    except JsonError:
        raise
    except ValueError:  # also a whole number of thousands of digits
        raise JsonError("is not valid JSON") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    _check_number(pairs)
    value = dict(pairs)
    if len(value) < len(pairs):
        raise _OddError
    return value


def _check_number(pairs: list[tuple[str, Any]]) -> None:
    if len(pairs) > MOST_KEYS:  # of which a fault each would take longer to tell than all of it to read
        raise JsonError(f"has an object of more than {MOST_KEYS} keys")


def _refused(_: str) -> Any:
    raise _OddError


def _is_deeper(value: Any, most: int) -> bool:
    """Level by level, which costs a fraction of reading the text."""
    level = [value] if type(value) in (dict, list) else []
    for _ in range(most):
        level = [
            child
            for node in level
            for child in (node.values() if type(node) is dict else node)
            if type(child) is dict or type(child) is list
        ]
        if not level:
            return False
    return True


@dataclass(frozen=True, slots=True)
class _Pairs:
    """An object as it was written."""

    pairs: list[tuple[str, Any]]


def _as_written(pairs: list[tuple[str, Any]]) -> _Pairs:
    _check_number(pairs)
    return _Pairs(pairs)


class _Word:
    """In the place of a number that is a word."""

    def __init__(self, _: str) -> None: ...


def _faults(text: str) -> list[tuple[str, str]]:
    """What is wrong, with its place; read anew, since places are told only of what is wrong."""
    try:
        faults = list(islice(_walk(_parsed(text, _as_written, _Word), ()), _MOST_FAULTS))
    except RecursionError:
        raise JsonError("is nested too deeply") from None
    return [(pointer_to(path), why) for path, why in dict.fromkeys(faults)]


def _walk(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, _Word):
        yield path, "must be a finite number"
    elif isinstance(value, str) and _is_torn(value):
        yield path, "holds half a character"
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _walk(child, (*path, index))
    elif isinstance(value, _Pairs):
        yield from _in_object(value.pairs, path)


def _in_object(pairs: list[tuple[str, Any]], path: Path) -> Iterator[tuple[Path, str]]:
    times: dict[str, int] = {}
    for name, child in pairs:
        times[name] = times.get(name, 0) + 1
        if times[name] == 2:
            yield (*path, name), "is there more than once"
        if _is_torn(name):
            yield path, "has a key that holds half a character"
        yield from _walk(child, (*path, name))


def _is_torn(text: str) -> bool:
    """Whether it holds half of a character that UTF-16 writes in two."""
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)
