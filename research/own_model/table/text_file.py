"""Tables as text: CSV with commas, semicolons, tabs or bars, in UTF-8 or what Windows writes."""

import codecs
import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

import pyarrow as pa

from research.own_model.table.limits import Limits, check_size
from research.own_model.table.raw import RawColumn, RawTable
from research.training.errors import TrainingError

DELIMITERS = ",;\t|"
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_BLOCK = 2**20
_SAMPLE_LINES = 50
_CHUNK = 20_000
"""Rows that are held as Python's objects at a time."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What one pass over a file's bytes tells."""

    sha256: str
    encoding: str
    zero_line: int | None
    """The line of the first byte 0, which no text holds; None where there is none."""


def scan(path: Path) -> Scan:
    """Digest and encoding of a file, read block by block."""
    digest, decoder = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")()
    encoding, beginning, line, zero_line = "utf-8-sig", b"", 1, None
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            beginning = beginning or block[:4]
            digest.update(block)
            if zero_line is None and (place := block.find(b"\x00")) >= 0:
                zero_line = line + block.count(b"\n", 0, place)
            line += block.count(b"\n")
            if encoding == "utf-8-sig":
                encoding = "utf-8-sig" if _decodes(decoder, block) else "cp1252"
    if encoding == "utf-8-sig" and not _decodes(decoder, b"", final=True):
        encoding = "cp1252"
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Scan(digest.hexdigest(), "utf-16", zero_line=None)
    return Scan(digest.hexdigest(), encoding, zero_line)


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def read_text_table(path: Path, encoding: str, limits: Limits) -> RawTable:
    """The table of a text file; of one that is too long, rows are counted and not kept.

    Raises:
        TrainingError: no table, no header, rows of several lengths, quotation marks that do not close, or
            more rows or columns than the limits allow.
    """
    delimiter = _delimiter(path, encoding)
    notes = [] if delimiter == "," else [f"Columns are separated by {_NAMES[delimiter]}."]
    if encoding == "cp1252":
        notes.append("The file is not UTF-8; it was read as Latin-1, with the signs that Windows adds to it.")
    with _open(path, encoding) as file:
        rows = _rows(file, delimiter)
        header = _header(next(rows, []))
        first = next(rows, None)
        if first is None:
            raise TrainingError("The table has a header and no rows.")
        if len(first) == len(header) + 1:  # as R writes row names
            header = ["", *header]
        check_size(0, len(header), limits)
        return _table(header, first, rows, delimiter, notes, limits)


def _open(path: Path, encoding: str) -> IO[str]:
    # The five bytes that Windows gives no sign are rare enough to be lost.
    return path.open(encoding=encoding, errors="replace", newline="")


def _delimiter(path: Path, encoding: str) -> str:
    """The sign that parts most of the first lines into as many cells as the header."""
    with _open(path, encoding) as file:
        lines = list(islice(file, _SAMPLE_LINES))
    best, most = ",", 1
    for delimiter in DELIMITERS:
        try:
            sample = [row for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            continue
        width = len(sample[0]) if sample else 0
        same = sum(len(row) in (width, width + 1) for row in sample)
        if width > most and same >= 0.8 * len(sample):
            best, most = delimiter, width
    return best


def _rows(file: IO[str], delimiter: str) -> Iterator[list[str]]:
    """Rows that are no blank lines."""
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field limit" in str(error):
                raise TrainingError(
                    f"Near line {reader.line_num} of the file a cell has more than {csv.field_size_limit():,}"
                    " signs: leave its column out, or close its quotation marks."
                ) from error
            raise TrainingError(
                f"Near line {reader.line_num} of the file a text in quotation marks does not end, or holds a "
                "quotation mark that is not doubled."
            ) from error
        if row:
            yield row


def _header(row: Sequence[str]) -> list[str]:
    header = [" ".join(cell.split()) for cell in row]
    if not any(header):
        raise TrainingError("The file is empty: a table has a header with the names of its columns.")
    if all(_is_number(cell) for cell in header if cell):
        raise TrainingError(
            "The first row holds numbers, not names: give the table a header with the names of its columns."
        )
    return header


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


def _table(
    header: Sequence[str],
    first: list[str],
    rows: Iterator[list[str]],
    delimiter: str,
    notes: list[str],
    limits: Limits,
) -> RawTable:
    width, count, short = len(header), 0, []
    chunks: list[list[pa.Array]] = [[] for _ in header]
    pending: list[list[str]] = []
    most = min(limits.rows, limits.cells // width)
    for row in _chain(first, rows):
        count += 1
        if count > most:
            continue  # counted, so that the refusal tells the size
        if len(row) != width:
            row = _fitted(row, width, count, delimiter)
            short.append(count)
        pending.append(row)
        if len(pending) == _CHUNK:
            _store(chunks, pending)
    check_size(count, width, limits)
    _store(chunks, pending)
    if short:
        end = "row ends" if len(short) == 1 else "rows end"
        notes.append(f"{len(short):,} {end} early, the first is row {short[0]}: what is not there is empty.")
    columns = [
        RawColumn(name, place, pa.chunked_array(parts, pa.large_string()))
        for place, (name, parts) in enumerate(zip(header, chunks, strict=True), start=1)
    ]
    return RawTable(columns, count, delimiter, notes)


def _chain(first: list[str], rows: Iterator[list[str]]) -> Iterator[list[str]]:
    yield first
    yield from rows


def _fitted(row: list[str], width: int, number: int, delimiter: str) -> list[str]:
    if any(cell.strip() for cell in row[width:]):
        raise TrainingError(
            f"Row {number} has {len(row)} cells, but the header has {width}. Put a text that holds "
            f"{_NAMES[delimiter]} into quotation marks."
        )
    return row[:width] + [""] * (width - len(row))


def _store(chunks: list[list[pa.Array]], pending: list[list[str]]) -> None:
    for parts, cells in zip(chunks, zip(*pending, strict=True), strict=False):
        parts.append(pa.array(cells, pa.large_string()))
    pending.clear()
