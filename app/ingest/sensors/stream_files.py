"""One JSON file of a stream, read into samples."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.ingest.sensors.json_records import Item, JsonBrokenError, Point, header_of, records_of
from app.ingest.sensors.losses import Losses, Reason
from app.ingest.sensors.person import FileCount
from app.ingest.sensors.raw import MOST_RECORDS, RawRecords, clean
from app.ingest.sensors.streams import Samples, Stream, readings
from app.ingest.sensors.times import Clock, RecordError

Sample = tuple[int, int, float, int]
"""Start and end in seconds since 1970, value, kind."""
Reader = Callable[[Any, Clock], Sample]
"""Reads one record; raises a RecordError."""
Pick = Callable[[Item | Point], Any]
"""The record in what a file tells; raises a RecordError where it is none of this stream."""


def read_header(root: Path, where: str, losses: Losses) -> Any:
    """A file's header; None where it has none or cannot be read, which is counted."""
    try:
        header = header_of(root / where)
    except JsonBrokenError as error:
        losses.add(where, error.reason, place=error.place)
        return None
    except OSError:
        losses.add(where, Reason.UNREADABLE)
        return None
    if not isinstance(header, dict):
        losses.add(where, Reason.WRONG_SCHEMA, place="header")
        return None
    return header


def read_samples(
    root: Path,
    where: str,
    stream: Stream,
    pick: Pick,
    read: Reader,
    clock: Clock,
    losses: Losses,
    made_at: int | None,
) -> tuple[Samples, FileCount]:
    """The samples of a file; what is none is counted by file, reason and first place."""
    raw = RawRecords()

    def take(told: Item | Point, number: int) -> None:
        raw.add(*read(pick(told), clock), number)

    number = take_records(root, where, losses, take)
    samples = clean(stream, raw, where, losses, made_at)
    return samples, FileCount(where, stream, number, readings(stream, samples))


def take_records(root: Path, where: str, losses: Losses, take: Callable[[Item | Point, int], None]) -> int:
    """Hand over each record of a file with its number, from 1, and tell how many there were.

    What `take` refuses with a RecordError is counted, and where the file cannot be read on.
    """
    number = 0
    try:
        for told in records_of(root / where):
            number += 1
            if number > MOST_RECORDS:
                losses.add(where, Reason.TOO_LARGE, place=f"record {number}")
                break
            try:
                take(told, number)
            except RecordError as error:
                losses.add(where, error.reason, place=f"record {number}")
    except JsonBrokenError as error:
        losses.add(where, error.reason, place=f"{error.place}, after record {number}")
    except OSError:
        losses.add(where, Reason.UNREADABLE, place=f"after record {number}")
    return number
