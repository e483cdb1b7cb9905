"""Bytes on their way: files to the service, rows from it."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import BinaryIO

from app.client.answers import Value
from app.client.errors import UnexpectedAnswerError

CHUNK = 1 << 18
"""Bytes of a file that are sent at a time."""

Row = dict[str, Value]


def chunks(file: BinaryIO) -> Iterator[bytes]:
    """A file's content, piece by piece."""
    while chunk := file.read(CHUNK):
        yield chunk


async def chunks_async(file: BinaryIO) -> AsyncIterator[bytes]:
    """The same, without keeping an event loop from its work meanwhile."""
    while chunk := await asyncio.to_thread(file.read, CHUNK):
        yield chunk


class RowReader:
    """Turns the bytes of newline-delimited JSON into rows, however they are cut."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Row]:
        """The rows that are complete with these bytes.

        Raises:
            UnexpectedAnswerError: A line is not a JSON object.
        """
        *lines, self._rest = (self._rest + data).split(b"\n")
        yield from (_row(line) for line in lines if line.strip())

    def end(self) -> Iterator[Row]:
        """The row that no newline ended, if there is one."""
        rest, self._rest = self._rest, b""
        if rest.strip():
            yield _row(rest)


class Incoming:
    """A file that appears under its name once it is complete; until then it is a hidden one beside it."""

    def __init__(self, path: Path) -> None:
        self._path, self._part = path, path.with_name(f".{path.name}.part")

    def __enter__(self) -> BinaryIO:
        self._file = self._part.open("wb")
        return self._file

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._file.close()
        if kind is None:
            self._part.replace(self._path)
        else:
            self._part.unlink()


def _row(line: bytes) -> Row:
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    if not isinstance(row, dict):
        raise UnexpectedAnswerError("The service sent a row that is not a JSON object.")
    return row
