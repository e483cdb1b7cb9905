"""A job's rows as NDJSON, CSV or Parquet, a page at a time."""

import csv
import io
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from app.domain.feature import Kind
from app.domain.schema import FeatureSchema

Page = Sequence[Mapping[str, Any]]
"""Flat rows: the features by name, then `PROVENANCE`."""

PROVENANCE = {
    "label": pa.string(),
    "source_row": pa.int64(),
    "source_id": pa.string(),
    "rank": pa.int32(),
    "risk": pa.float64(),
    "reached": pa.bool_(),
    "reduction": pa.float64(),
    "verified": pa.bool_(),
    "neighbour_distance": pa.float64(),
    "nearest_real_distance": pa.float64(),
    "nearest_own_distance": pa.float64(),
    "nearest_others_distance": pa.float64(),
    "generator": pa.string(),
    "model": pa.string(),
    "model_version": pa.string(),
}
"""What stands beside a row's features, with its type; distances as in `engine.plausibility`."""
_KINDS = {
    Kind.NUMBER: pa.float64(),
    Kind.INTEGER: pa.int64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.CATEGORY: pa.string(),
}


@dataclass(frozen=True, slots=True)
class Format:
    """A media type, and how pages become bytes."""

    media_type: str
    ending: str
    written: Callable[[FeatureSchema, AsyncIterator[Page]], AsyncIterator[bytes]]


def arrow_schema(schema: FeatureSchema) -> pa.Schema:
    """The columns of a row, in order."""
    features = [pa.field(feature.name, _KINDS[feature.kind]) for feature in schema.features]
    return pa.schema([*features, *(pa.field(name, kind) for name, kind in PROVENANCE.items())])


async def _ndjson(_: FeatureSchema, pages: AsyncIterator[Page]) -> AsyncIterator[bytes]:
    async for page in pages:
        yield "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in page).encode()


async def _csv(schema: FeatureSchema, pages: AsyncIterator[Page]) -> AsyncIterator[bytes]:
    text = io.StringIO()
    writer = csv.DictWriter(text, arrow_schema(schema).names)
    writer.writeheader()
    yield _drained(text)
    async for page in pages:
        writer.writerows({name: _in_csv(value) for name, value in row.items()} for row in page)
        yield _drained(text)


async def _parquet(schema: FeatureSchema, pages: AsyncIterator[Page]) -> AsyncIterator[bytes]:
    """A row group a page: what is written goes out at once, and nothing but the footer is kept."""
    sink = _Sink()
    columns = arrow_schema(schema)
    with pq.ParquetWriter(pa.PythonFile(sink, mode="w"), columns) as writer:
        async for page in pages:
            writer.write_table(pa.Table.from_pylist(list(page), schema=columns))
            yield sink.drained()
    yield sink.drained()


FORMATS = (
    Format("application/x-ndjson", "ndjson", _ndjson),
    Format("text/csv", "csv", _csv),
    Format("application/vnd.apache.parquet", "parquet", _parquet),
)


class _Sink(io.RawIOBase):
    """Takes what is written until it is fetched."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._kept += data
        return len(data)

    def drained(self) -> bytes:
        taken = bytes(self._kept)
        self._kept.clear()
        return taken


def _in_csv(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def _drained(text: io.StringIO) -> bytes:
    taken = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return taken
