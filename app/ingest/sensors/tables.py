"""Tables of text beside the streams, row by row."""

import csv
from collections.abc import Iterator
from pathlib import Path

from app.ingest.sensors.losses import Losses, Reason


def rows_of(root: Path, where: str, delimiter: str, losses: Losses) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows by column name, with the number of the line; cells are stripped.

    A row of another length than the header is counted and left out: it was cut short, and with it perhaps a
    number, or its cells stand under other columns. A file that cannot be read on is counted; rows before are
    told.
    """
    line = 0
    try:
        with (root / where).open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, delimiter=delimiter)
            for row in reader:
                line = reader.line_num
                too_many = row.pop(None, ())  # the reader's key for them
                if any(too_many) or None in row.values():
                    losses.add(where, Reason.ROW_LENGTH, place=f"line {line}")
                    continue
                yield (
                    line,
                    {name: cell.strip() for name, cell in row.items() if isinstance(cell, str) and name},
                )
    except (csv.Error, UnicodeDecodeError):
        losses.add(where, Reason.UNREADABLE, place=f"after line {line}")
    except OSError:
        losses.add(where, Reason.UNREADABLE)
