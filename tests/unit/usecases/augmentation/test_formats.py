"""A job's rows read back equal from every format, wherever pages end."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.feature import Kind
from app.domain.schema import FeatureSchema
from app.engine.registry import ModelRegistry
from app.usecases.augmentation.downloads import flat_row
from app.usecases.augmentation.formats import FORMATS, PROVENANCE, Format, Page, arrow_schema
from app.usecases.augmentation.label import Label
from app.usecases.augmentation.mapping import to_job
from tests.asking import Person
from tests.unit.usecases.augmentation.jobs import PROGRESS, job_row, made_row

Row = dict[str, Any]

ids = st.none() | st.text(
    st.characters(blacklist_categories=["Cs", "Cc"]) | st.sampled_from(',;"\n\t '), min_size=1, max_size=8
)
BY_ENDING = {one.ending: one for one in FORMATS}


@st.composite
def flat_rows(draw: st.DrawFn, people: Sequence[Person]) -> list[Row]:
    """Rows of a job in order, with features of real people."""
    job = to_job(job_row(), PROGRESS, [])
    return [
        flat_row(
            made_row(
                source_row,
                draw(st.integers(1, 10)),
                dict(draw(st.sampled_from(people))),
                source_id=draw(ids),
                risk=draw(st.floats(0, 1)),
                reached=draw(st.booleans()),
                reduction=draw(st.none() | st.floats(-1, 1)),
                neighbour_distance=draw(st.floats(0, 50)),
            ),
            job,
        )
        for source_row in range(draw(st.integers(0, 5)))
    ]


def written(form: Format, schema: FeatureSchema, pages: Sequence[Page]) -> bytes:
    async def one_by_one() -> AsyncIterator[Page]:
        for page in pages:
            yield page

    async def whole() -> bytes:
        return b"".join([part async for part in form.written(schema, one_by_one())])

    return asyncio.run(whole())


def from_ndjson(content: bytes, _: FeatureSchema) -> list[Row]:
    return [json.loads(line) for line in content.decode().splitlines()]


def from_csv(content: bytes, schema: FeatureSchema) -> list[Row]:
    """As a program reads it that knows the columns' types; an empty cell is a value that is not known."""
    read: dict[pa.DataType, Callable[[str], Any]] = {
        pa.bool_(): {"true": True, "false": False}.__getitem__,
        pa.float64(): float,
        pa.int64(): int,
        pa.int32(): int,
        pa.string(): str,
    }
    types = {field.name: read[field.type] for field in arrow_schema(schema)}
    rows = csv.DictReader(io.StringIO(content.decode(), newline=""), strict=True)
    return [{name: types[name](cell) if cell else None for name, cell in row.items()} for row in rows]


def from_parquet(content: bytes, schema: FeatureSchema) -> list[Row]:
    table = pq.read_table(io.BytesIO(content))
    assert table.schema.equals(arrow_schema(schema))
    rows: list[Row] = table.to_pylist()
    return rows


READERS = {"ndjson": from_ndjson, "csv": from_csv, "parquet": from_parquet}


@pytest.mark.parametrize("ending", READERS)
@given(data=st.data())
@settings(max_examples=25)
def test_rows_read_back_equal_wherever_pages_end(
    schema: FeatureSchema, held_out: list[Person], ending: str, data: st.DataObject
) -> None:
    rows = data.draw(flat_rows(held_out[:40]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=2)))
    edges = zip([0, *cuts], [*cuts, len(rows)], strict=True)
    pages = [rows[start:end] for start, end in edges if start < end]
    assert READERS[ending](written(BY_ENDING[ending], schema, pages), schema) == rows


def test_the_formats_are_those_that_are_read_back_here() -> None:
    assert set(BY_ENDING) == set(READERS)
    assert len({one.media_type for one in FORMATS}) == len(FORMATS)


def test_no_feature_is_called_as_provenance_is(registry: ModelRegistry) -> None:
    for hosted in registry:
        assert not hosted.model.schema.by_name.keys() & PROVENANCE.keys()


def test_a_job_without_rows_still_names_its_columns(schema: FeatureSchema) -> None:
    names = arrow_schema(schema).names
    assert written(BY_ENDING["csv"], schema, []).decode().strip().split(",") == names
    assert pq.read_schema(io.BytesIO(written(BY_ENDING["parquet"], schema, []))).names == names
    assert written(BY_ENDING["ndjson"], schema, []) == b""


def test_columns_are_the_features_in_order_then_where_a_row_came_from(schema: FeatureSchema) -> None:
    columns = arrow_schema(schema)
    assert columns.names == [*(feature.name for feature in schema.features), *PROVENANCE]
    wholes = [feature.name for feature in schema.features if feature.kind is Kind.INTEGER]
    assert wholes
    assert all(pa.types.is_integer(columns.field(name).type) for name in wholes)


def test_a_flat_row_says_what_it_is_and_what_it_came_of(held_out: list[Person]) -> None:
    features = dict(held_out[0])
    row = made_row(12, 2, features, source_id="007", risk=0.31, generator="llm")
    settings_high = dict(job_row().settings) | {"target_label": "high"}
    flat = flat_row(row, to_job(job_row(settings=settings_high), PROGRESS, []))
    assert {name: flat.pop(name) for name in features} == features
    assert flat == {
        "label": "high",
        "source_row": 12,
        "source_id": "007",
        "rank": 2,
        "risk": 0.31,
        "reached": True,
        "reduction": 0.3,
        "verified": True,
        "neighbour_distance": 1.5,
        "nearest_real_distance": 0.5,
        "nearest_own_distance": None,
        "nearest_others_distance": None,
        "generator": "llm",
        "model": "dysglycaemia",
        "model_version": "1",
    }


@pytest.mark.parametrize("label", Label)
@pytest.mark.parametrize("reached", [True, False])
def test_a_row_that_is_not_of_the_class_is_never_called_so(
    held_out: list[Person], label: Label, reached: bool
) -> None:
    row = made_row(12, 1, dict(held_out[0]), reached=reached)
    settings_of_job = dict(job_row().settings) | {"target_label": label.value}
    flat = flat_row(row, to_job(job_row(settings=settings_of_job), PROGRESS, []))
    assert flat["reached"] is reached
    assert (flat["label"] == label) is reached
    assert flat["label"] in list(Label)
