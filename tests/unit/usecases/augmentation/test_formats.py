"""Rows of a job say the same in every format that they are fetched in."""

import csv
import io
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.classifiers.model_version import ModelVersion
from app.domain.schema import FeatureSchema
from app.usecases.augmentation.formats import FORMATS, PROVENANCE, Format, Page, arrow_schema
from tests.asking import Person

NDJSON, CSV, PARQUET = FORMATS


def row(number: int, person: Person) -> dict[str, Any]:
    """A made row, of values that are awkward in one format or another."""
    provenance = {
        "label": "low",
        "source_row": number,
        "source_id": [None, 'a,"b"', "007", "line\nbreak"][number % 4],
        "rank": 1,
        "risk": 0.1 + number / 1000,
        "verified": True,
        "neighbour_distance": 1 / 3,
        "nearest_real_distance": 0.25,
        "generator": "search",
        "model": "dysglycaemia",
        "model_version": "1",
    }
    return person | provenance


@pytest.fixture(scope="module")
def rows(held_out: list[Person]) -> list[dict[str, Any]]:
    return [row(number, person) for number, person in enumerate(held_out[:40])]


async def written(format_: Format, schema: FeatureSchema, pages: Sequence[Page]) -> bytes:
    async def each() -> AsyncIterator[Page]:
        for page in pages:
            yield page

    return b"".join([part async for part in format_.written(schema, each())])


def as_text(value: object) -> str:
    """A value as a cell of CSV."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def cut(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    return [rows[:1], rows[1:25], rows[25:]]


async def test_ndjson_read_back_is_equal(model: ModelVersion, rows: list[dict[str, Any]]) -> None:
    text = await written(NDJSON, model.schema, cut(rows))
    assert [json.loads(line) for line in text.splitlines()] == rows


async def test_csv_read_back_is_equal(model: ModelVersion, rows: list[dict[str, Any]]) -> None:
    text = (await written(CSV, model.schema, cut(rows))).decode()
    expected = [{name: as_text(value) for name, value in one.items()} for one in rows]
    assert [*csv.DictReader(io.StringIO(text, newline=""))] == expected


async def test_parquet_read_back_is_equal(model: ModelVersion, rows: list[dict[str, Any]]) -> None:
    table = pq.read_table(io.BytesIO(await written(PARQUET, model.schema, cut(rows))))
    assert table.to_pylist() == rows
    assert table.schema.equals(arrow_schema(model.schema))


async def test_a_job_without_rows_has_its_columns_still(model: ModelVersion) -> None:
    names = [*(feature.name for feature in model.schema.features), *PROVENANCE]
    assert await written(NDJSON, model.schema, []) == b""
    assert (await written(CSV, model.schema, [])).decode().strip().split(",") == names
    table: pa.Table = pq.read_table(io.BytesIO(await written(PARQUET, model.schema, [])))
    assert (table.num_rows, table.column_names) == (0, names)


def test_each_format_has_a_media_type_and_an_ending_of_its_own() -> None:
    assert len({one.media_type for one in FORMATS}) == len({one.ending for one in FORMATS}) == 3


def test_no_feature_is_called_as_provenance_is(model: ModelVersion) -> None:
    features: Mapping[str, Any] = {feature.name: feature for feature in model.schema.features}
    assert not features.keys() & PROVENANCE.keys()
