"""JSON files of any size, record by record in bounded memory.

The standard library's decoder reads one value at a time from a window over the text. ijson would do the same,
no faster, and refuses the NaN that some writers put for a missing number.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from app.ingest.sensors.losses import Reason

WINDOW = 1 << 18
"""Characters that are read at once."""
MOST_IN_A_RECORD = 1 << 20
"""Characters of one record; a sensor's has some hundreds."""
_SPACE = re.compile(r"[ \t\n\r]*")
_OBJECT_NEXT = re.compile(r"[ \t\n\r]*\{")
_LOOKS_BACK = 16
"""Objects within an object that are passed over to find where one ends."""
_COMMA = re.compile(r"[ \t\n\r]*,[ \t\n\r]*")
_WORDS = ("true", "false", "null", "NaN", "Infinity", "-Infinity")
_CUT_NUMBER = re.compile(r"\.|[eE][+-]?")
_NUMBER_GOES_ON = 3
"""A number that ends this near the window's end may go on, as 1 does in `1e+`."""
_LONGEST_ESCAPE = len('"\\ud83d\\ude00')
_decode = json.JSONDecoder().raw_decode


class JsonBrokenError(Exception):
    """The text cannot be read on; `reason` says why, `place` where."""

    def __init__(self, reason: Reason, place: str) -> None:
        super().__init__(f"{reason} at {place}")
        self.reason, self.place = reason, place


class Item(NamedTuple):
    """A member of a list in a body."""

    key: str
    """The list's key in the body; empty where the body is the list."""
    number: int
    """Which of the list it is, from 1."""
    value: Any


class Point(NamedTuple):
    """A data point by itself: a header, and a body that holds no list."""

    number: int
    header: Any
    body: Any


def header_of(path: Path) -> Any:
    """The first header in a file, wherever its object has it; None where it has none.

    Raises:
        JsonBrokenError: the file ends, or is no JSON, before there is one.
        OSError: it cannot be read.
    """
    for told in _walk(path):
        if isinstance(told, _Header):
            return told.value
    return None


def records_of(path: Path) -> Iterator[Item | Point]:
    """The records of a file: an object of header and body, a list of such objects, or one a line.

    Raises:
        JsonBrokenError: the file ends in the middle, or is no JSON; what was before has been told.
        OSError: it cannot be read.
    """
    for told in _walk(path):
        if not isinstance(told, _Header):
            yield told


class _Header(NamedTuple):
    value: Any


def _walk(path: Path) -> Iterator[_Header | Item | Point]:
    with path.open(encoding="utf-8-sig") as file:
        text = _Window(file)
        try:
            yield from _top(text)
        except UnicodeDecodeError:
            raise JsonBrokenError(Reason.NOT_JSON, text.place()) from None
        except RecursionError:
            raise JsonBrokenError(Reason.NOT_JSON, text.place()) from None


def _top(text: "_Window") -> Iterator[_Header | Item | Point]:
    number = 0
    if text.peek() == "[":
        for _ in text.members("[", "]"):
            number += 1
            yield from _object(text, number)
        return
    while number == 0 or text.peek():  # one object, or one a line
        number += 1
        yield from _object(text, number)


def _object(text: "_Window", number: int) -> Iterator[_Header | Item | Point]:
    """An object of header and body."""
    header: Any = None
    point: dict[str, Any] | None = None
    if text.peek() != "{":
        raise text.broken()
    for _ in text.members("{", "}"):
        key = text.key()
        if key == "header":
            header = text.value()
            yield _Header(header)
        elif key == "body" and text.peek() == "[":
            yield from _list(text, "")
        elif key == "body" and text.peek() == "{":
            point = {}
            for _ in text.members("{", "}"):
                inner = text.key()
                if text.peek() == "[":
                    point = None
                    yield from _list(text, inner)
                else:
                    value = text.value()
                    if point is not None:
                        point[inner] = value
        else:
            text.value()
    if point:
        yield Point(number, header, point)


def _list(text: "_Window", key: str) -> Iterator[Item]:
    for number, value in enumerate(text.elements(), start=1):
        yield Item(key, number, value)


class _Window:
    """A window that moves over a text."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._text, self._at, self._before = "", 0, 0
        self._ended = False
        self._tried = -1
        """At which place of the text the window was when several objects were last looked for."""

    def place(self) -> str:
        return f"character {self._before + self._at + 1}"

    def broken(self) -> JsonBrokenError:
        """What is wrong here: the end, or something that is no JSON."""
        at_end = self._ended and self._at >= len(self._text)
        is_cut = at_end and self._before + self._at > 0
        return JsonBrokenError(Reason.TRUNCATED if is_cut else Reason.NOT_JSON, self.place())

    def peek(self) -> str:
        """The next sign that is not space; empty at the end."""
        while True:
            self._at = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr] # matches always
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def members(self, opening: str, closing: str) -> Iterator[None]:
        """Stands before each member of a list or object in turn; whoever iterates reads it."""
        self._take(opening)
        if self.peek() == closing:
            self._at += 1
            return
        while True:
            yield
            if self.peek() == closing:
                self._at += 1
                return
            self._take(",")

    def elements(self) -> Iterator[Any]:
        """The elements of a list: what `members` and `value` do, with one look for each comma."""
        self._take("[")
        if self.peek() == "]":
            self._at += 1
            return
        while True:
            if several := self._several():
                yield from several
            else:
                yield self.value()
            comma = _COMMA.match(self._text, self._at)
            if comma is not None and comma.end() < len(self._text):
                self._at = comma.end()
            elif self.peek() == "]":
                self._at += 1
                return
            else:
                self._take(",")

    def _several(self) -> list[Any]:
        """All whole objects of a list that the window holds, decoded at once; none where one by one must do.

        What stands before a comma between objects is tried as a list by itself. If it is one, it is the same
        objects that `value` would read. Else the list ends here, or something is wrong, and `value` finds it.
        """
        if self._tried == self._before or (cut := self._last_between()) <= self._at:
            return []
        self._tried = self._before
        try:
            several: list[Any] = json.loads(f"[{self._text[self._at : cut]}]")
        except ValueError:
            return []
        self._at = cut
        return several

    def _last_between(self) -> int:
        """Where the last object ends after which a comma and another object follow; -1 where none does."""
        end = len(self._text)
        for _ in range(_LOOKS_BACK):
            end = self._text.rfind("},", self._at, end)
            if end < 0:
                return -1
            if _OBJECT_NEXT.match(self._text, end + 2):
                return end + 1
        return -1

    def key(self) -> str:
        if self.peek() != '"':
            raise self.broken()
        key = self.value()
        self._take(":")
        return str(key)

    def value(self) -> Any:
        """The next value, whole."""
        if not self._text[self._at : self._at + 1].strip():
            self.peek()
        while True:
            try:
                value, end = _decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if not self._may_go_on(error):
                    raise JsonBrokenError(Reason.NOT_JSON, self.place()) from None
                if len(self._text) - self._at > MOST_IN_A_RECORD:
                    raise JsonBrokenError(Reason.TOO_LARGE, self.place()) from None
                if not self._more():
                    raise JsonBrokenError(Reason.TRUNCATED, self.place()) from None
                continue
            except ValueError:  # a number of thousands of digits
                raise JsonBrokenError(Reason.NOT_JSON, self.place()) from None
            if end > len(self._text) - _NUMBER_GOES_ON and self._more():
                continue
            self._at = end
            return value

    def _may_go_on(self, error: json.JSONDecodeError) -> bool:
        """Whether it fails for the window's end, and not for what is in it."""
        rest = self._text[error.pos :].rstrip()
        is_cut_word = any(word.startswith(rest) for word in _WORDS) or _CUT_NUMBER.fullmatch(rest) is not None
        is_cut_escape = error.msg.startswith("Invalid \\") and len(rest) < _LONGEST_ESCAPE
        return is_cut_word or is_cut_escape or error.msg.startswith("Unterminated")

    def _take(self, sign: str) -> None:
        if self.peek() != sign:
            raise self.broken()
        self._at += 1

    def _more(self) -> bool:
        """Move on, keeping what is not read yet; whether there was more."""
        chunk = "" if self._ended else self._file.read(WINDOW)
        if not chunk:
            self._ended = True
            return False
        self._before += self._at
        self._text, self._at = self._text[self._at :] + chunk, 0
        return True
