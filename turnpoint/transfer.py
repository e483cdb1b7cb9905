"""Bytes on their way: files to the service, rows from it."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import BinaryIO

from turnpoint.answers import Value
from turnpoint.errors import UnexpectedAnswerError

CHUNK = 1 << 18
"""Bytes of a file that are sent at a time."""

TRANSFERS = 3
"""So often a download that breaks is begun, before it is given up."""

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
    """Turns the bytes of a job's newline-delimited JSON into rows, however they are cut.

    `last` is the cursor behind which a transfer that broke can go on; None before the first row.
    """

    def __init__(self) -> None:
        self.last: str | None = None
        self._rest = b""

    def restart(self) -> None:
        """Forget half a row: what comes next starts behind the last whole one."""
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Row]:
        """The rows that are complete with these bytes.

        Raises:
            UnexpectedAnswerError: A line is not a row.
        """
        *lines, self._rest = (self._rest + data).split(b"\n")
        yield from (self._row(line) for line in lines if line.strip())

    def end(self) -> Iterator[Row]:
        """The row that no newline ended, if there is one."""
        rest, self._rest = self._rest, b""
        if rest.strip():
            yield self._row(rest)

    def _row(self, line: bytes) -> Row:
        try:
            row: Row = json.loads(line)
            self.last = f"{row['source_row']}.{row['rank']}"
        except (ValueError, TypeError, KeyError):
            raise UnexpectedAnswerError("The service sent what is not a row of a job.") from None
        return row


class DownloadFile:
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
