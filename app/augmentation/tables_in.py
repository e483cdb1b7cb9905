"""Reading uploaded tables: CSV or Parquet, row by row, in the schema's kinds."""

import csv
import math
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from app.domain.feature import Feature, Kind
from app.domain.patient import Fault, InvalidInputError
from app.domain.schema import FeatureSchema

CSV, PARQUET, OCTETS = "text/csv", "application/vnd.apache.parquet", "application/octet-stream"
_YES_NO = {"true": True, "false": False, "1": True, "0": False}
_UNKNOWN = {"", "na", "nan", "null"}
_BATCH = 1024
_MAGIC = b"PAR1"
"""What every Parquet file begins with."""

Numbered = tuple[int, dict[str, Any]]


def rows_of(path: Path, media_type: str, schema: FeatureSchema) -> Iterator[Numbered]:
    """Each row with its number, from 0; a table without rows has none.

    A file sent as mere bytes is Parquet if it begins like that, and else CSV.

    Raises:
        InvalidInputError: the file is not such a table, its header names what the model does not know or
            leaves out what it requires, or a line has more values than the header.
    """
    is_parquet = media_type == PARQUET or (media_type == OCTETS and _begins_as_parquet(path))
    return _of_parquet(path, schema) if is_parquet else _of_csv(path, schema)


def _begins_as_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def _of_csv(path: Path, schema: FeatureSchema) -> Iterator[Numbered]:
    number = -1
    with path.open(encoding="utf-8-sig", errors="strict", newline="") as file:
        lines = csv.reader(file, strict=True)
        try:
            header = next(lines, None)
            if header is None:
                raise InvalidInputError([Fault("", "is an empty file")])
            header = [name.strip() for name in header]
            _check_header(header, schema)
            for number, values in enumerate(line for line in lines if line):
                if len(values) != len(header):
                    raise InvalidInputError([Fault(f"/{number}", "has more or fewer values than the header")])
                named = zip(header, values, strict=True)
                yield number, {name: _from_text(schema[name], value) for name, value in named}
        except UnicodeDecodeError as error:
            raise InvalidInputError([Fault(f"/{number + 1}", "or a row near it is not UTF-8")]) from error
        except csv.Error as error:
            raise InvalidInputError([Fault(f"/{number + 1}", "cannot be read as CSV")]) from error


def _of_parquet(path: Path, schema: FeatureSchema) -> Iterator[Numbered]:
    try:
        with pq.ParquetFile(path) as file:
            _check_header(file.schema_arrow.names, schema)
            batches = file.iter_batches(_BATCH, use_threads=False)
            every = chain.from_iterable(batch.to_pylist() for batch in batches)
            for number, row in enumerate(every):
                yield number, {name: _known(value) for name, value in row.items()}
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk's fault; what Arrow says of a spoilt file has no number
        raise InvalidInputError([Fault("", "cannot be read as Parquet")]) from error


def _check_header(names: list[str], schema: FeatureSchema) -> None:
    faults = []
    strange = [place for place, name in enumerate(names) if name not in schema]
    if strange:
        places = ", ".join(str(place + 1) for place in strange[:20])
        faults.append(Fault("", f"has columns that are no features of this model, by their place: {places}"))
    if len(set(names)) < len(names):
        faults.append(Fault("", "names a column twice"))
    lacking = [one.name for one in schema.features if one.missing == "refused" and one.name not in names]
    if lacking:
        faults.append(Fault("", f"lacks the columns {', '.join(lacking)}"))
    if faults:
        raise InvalidInputError(faults)


def _from_text(feature: Feature, text: str) -> Any:
    """A value in the feature's kind; what is none stays text, for the check of the row to refuse."""
    text = text.strip()
    if text.lower() in _UNKNOWN:
        return None
    if feature.kind is Kind.BOOLEAN:
        return _YES_NO.get(text.lower(), text)
    if feature.kind is Kind.CATEGORY:
        return text
    try:
        return float(text)
    except ValueError:
        return text


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value
