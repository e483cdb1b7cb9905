"""Reading CSV (RFC 4180) in UTF-8 as spreadsheets and programs write it; docs/tables.md says what is read."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.domain.errors import InvalidInputError
from app.domain.schema import FeatureSchema
from app.usecases.augmentation.columns import Columns, Others, RawRow, read_columns

_OTHER_FORMATS = {
    b"\xff\xfe": "is UTF-16, not UTF-8: save it as “CSV UTF-8”",
    b"\xfe\xff": "is UTF-16, not UTF-8: save it as “CSV UTF-8”",
    b"\x1f\x8b": "is compressed by gzip: send it as it was before",
    b"PK\x03\x04": "is an Excel workbook or another ZIP file: save it as “CSV UTF-8”",
    b"PAR1": "is Parquet: send it as application/vnd.apache.parquet",
}
"""What a file is by its first bytes."""
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_HEAD = 1 << 16


def rows_of_csv(path: Path, schema: FeatureSchema, others: Others) -> Iterator[RawRow]:
    """Its rows; lines without a value are none.

    Raises:
        InvalidInputError: it is no such table.
    """
    _refuse_other_formats(path, schema)
    number = -1
    with path.open(encoding="utf-8-sig", errors="strict", newline="") as file:
        lines = csv.reader(file, strict=True)
        try:
            names, columns = _header(lines, schema, others)
            while True:
                line = lines.line_num + 1
                if (cells := next(lines, None)) is None:
                    return
                if any(cell.strip() for cell in cells):
                    number += 1
                    yield columns.row(number, line, _fitted(cells, names, number, line))
        except UnicodeDecodeError as error:
            why = f"or a row near it is not UTF-8 (about line {lines.line_num + 1})"
            raise InvalidInputError.at(f"/{number + 1}", why) from error
        except csv.Error as error:
            why = f"cannot be read as CSV (line {lines.line_num})"
            raise InvalidInputError.at(f"/{number + 1}", why) from error


def _refuse_other_formats(path: Path, schema: FeatureSchema) -> None:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    for beginning, why in _OTHER_FORMATS.items():
        if head.startswith(beginning):
            raise InvalidInputError.at("", why)
    if b"\0" in head:
        raise InvalidInputError.at("", "holds NUL, so it is not text in UTF-8")
    header = head.decode("utf-8-sig", errors="replace").partition("\n")[0]
    for separator, word in _SEPARATORS.items():
        if not _has_features(header, ",", schema) and _has_features(header, separator, schema):
            why = f"is separated by {word}: separate values by commas, and write decimal points"
            raise InvalidInputError.at("", why)


def _has_features(header: str, separator: str, schema: FeatureSchema) -> bool:
    return any(part.strip(' "\r') in schema for part in header.split(separator))


def _header(lines: Iterator[list[str]], schema: FeatureSchema, others: Others) -> tuple[list[str], Columns]:
    """The names of the columns and which they are; columns without a name at the end are none."""
    first = next(lines, None)
    if first is None:
        raise InvalidInputError.at("", "is an empty file")
    names = [name.strip() for name in first]
    while names and not names[-1] and "" not in (others.id_column, *others.ignored):
        names.pop()
    return names, read_columns(names, schema, others)


def _fitted(cells: list[str], names: Sequence[str], number: int, line: int) -> list[str]:
    """As many cells as there are columns: what a spreadsheet adds at the end is empty."""
    if len(cells) < len(names):
        raise InvalidInputError.at(f"/{number}", f"has fewer values than the header (line {line})")
    if any(cell.strip() for cell in cells[len(names) :]):
        raise InvalidInputError.at(f"/{number}", f"has more values than the header (line {line})")
    return cells[: len(names)]
