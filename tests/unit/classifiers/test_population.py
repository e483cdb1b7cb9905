"""People are read as the schema reads one of them; those whom it would refuse are told."""

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.classifiers.partitions import Side, people_of
from app.classifiers.population import read_people
from app.classifiers.store import load_model
from app.engine.registry import ModelRegistry, ServedModel
from tests.unit.classifiers.spoilt import PEOPLE, refusal, sealed


@pytest.fixture(params=["dysglycaemia", "heart-disease"])
def hosted(request: pytest.FixtureRequest, registry: ModelRegistry) -> ServedModel:
    return registry.named(request.param)


@pytest.mark.parametrize("side", Side)
def test_everybody_is_encoded_as_one_alone(hosted: ServedModel, side: Side) -> None:
    model = hosted.model
    rows = read_people(model.schema, model.folder / side).rows
    alone = [model.schema.encode(person.features) for person in people_of(model, side)]
    np.testing.assert_array_equal(rows, np.stack(alone))


@pytest.mark.parametrize("side", Side)
def test_each_person_has_the_risk_of_their_own_row(hosted: ServedModel, side: Side) -> None:
    model = hosted.model
    people = people_of(model, side)[:50]
    alone = [model.classifier.risk(model.schema.encode(person.features)[None, :])[0] for person in people]
    assert [person.risk for person in people] == pytest.approx(alone, abs=1e-6)


def test_nobody_is_on_both_sides(hosted: ServedModel) -> None:
    learned, held = ({person.source_id for person in people_of(hosted.model, side)} for side in Side)
    assert learned
    assert held
    assert not learned & held


def test_the_sides_are_the_files_of_a_version(hosted: ServedModel) -> None:
    assert all((Path(hosted.model.folder) / side).is_file() for side in Side)


def renamed(table: pa.Table) -> pa.Table:
    return table.rename_columns(["gewicht" if name == "weight" else name for name in table.column_names])


def without(*names: str) -> Callable[[pa.Table], pa.Table]:
    return lambda table: table.drop_columns(list(names))


def of_text(table: pa.Table) -> pa.Table:
    return table.set_column(table.column_names.index("bmi"), "bmi", table.column("bmi").cast(pa.string()))


def with_a_third_sex(table: pa.Table) -> pa.Table:
    sexes = pa.array(["x"] * len(table))
    return table.set_column(table.column_names.index("sex"), "sex", sexes)


def undecided(table: pa.Table) -> pa.Table:
    outcome = pa.array([None] * len(table), pa.bool_())
    return table.set_column(table.column_names.index("outcome"), "outcome", outcome)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (renamed, "lacks what task.toml declares: 'weight'"),
        (without("waist", "outcome"), "lacks what task.toml declares: 'waist', 'outcome'"),
        (of_text, "holds string in the column 'bmi', which task.toml declares as number"),
        (with_a_third_sex, "holds a category in the column 'sex' that task.toml does not declare"),
        (undecided, "does not say yes or no for everybody in the column 'outcome'"),
        (lambda table: table[:5], "holds fewer than 6 people without the outcome"),
    ],
)
def test_a_population_that_does_not_fit_is_refused(
    folder: Path, spoil: Callable[[pa.Table], pa.Table], said: str
) -> None:
    path = folder / "1" / "population.parquet"
    pq.write_table(spoil(pq.read_table(path)), path)
    sealed(folder)
    assert refusal(folder) == f"{path} {said}"


def changed(
    name: str, change: Callable[[Any], Any], kind: pa.DataType | None = None
) -> Callable[[pa.Table], pa.Table]:
    """The first person known to have a value is given another."""

    def spoil(table: pa.Table) -> pa.Table:
        values = table.column(name).to_pylist()
        place = next(index for index, value in enumerate(values) if value is not None)
        values[place] = change(values[place])
        spoilt = pa.array(values, kind or table.column(name).type)
        return table.set_column(table.column_names.index(name), name, spoilt)

    return spoil


def twice(table: pa.Table) -> pa.Table:
    return table.append_column("bmi", table.column("bmi"))


def with_names(table: pa.Table) -> pa.Table:
    return table.set_column(0, "seqn", pa.array([f"P-{number}" for number in range(len(table))]))


def of_nobody(table: pa.Table) -> pa.Table:
    return table.append_column("person", pa.array([None] * len(table), pa.int32()))


IMPOSSIBLE = [
    (
        changed("sbp", lambda _: 300),
        "holds values in the column 'sbp' beyond its clinical range in task.toml",
    ),
    (
        changed("energy", lambda _: 2**62, pa.int64()),
        "holds values in the column 'energy' beyond its clinical range in task.toml",
    ),
    (
        changed("bmi", lambda _: float("inf")),
        "holds values in the column 'bmi' beyond its clinical range in task.toml",
    ),
    (
        changed("age", lambda _: None),
        "lacks values in the column 'age', which task.toml declares as never missing",
    ),
    (
        changed("sex", lambda _: None),
        "lacks values in the column 'sex', which task.toml declares as never missing",
    ),
    (
        changed("age", lambda age: age + 0.5, pa.float64()),
        "holds fractions in the column 'age', which task.toml declares as integer",
    ),
    (
        changed("weight", lambda weight: 1.1 * weight),
        "holds people whose weight does not agree with its identity in task.toml",
    ),
    (
        changed("hdl_cholesterol", lambda _: 199),
        "holds people beyond the relation 'HDL is part of total cholesterol' of task.toml",
    ),
    (with_names, "holds string in the column 'seqn', not whole numbers"),
    (of_nobody, "does not number everybody in the column 'person'"),
    (twice, "holds two columns 'bmi'"),
]


@pytest.mark.parametrize("name", ["population.parquet", "held_out.parquet"])
@pytest.mark.parametrize(("spoil", "said"), IMPOSSIBLE, ids=count())
def test_people_whom_the_schema_would_refuse_are_told(
    folder: Path, name: str, spoil: Callable[[pa.Table], pa.Table], said: str
) -> None:
    path = folder / "1" / name
    pq.write_table(spoil(pq.read_table(path)), path)
    sealed(folder)
    assert refusal(folder) == f"{path} {said}"


def test_a_range_of_observation_that_the_population_leaves_is_told(folder: Path) -> None:
    path = folder / "1" / "population.parquet"
    spoilt = changed("pulse", lambda _: 190)(pq.read_table(path))
    pq.write_table(spoilt, path)
    sealed(folder)
    said = "holds values in the column 'pulse' beyond its observed range in task.toml"
    assert refusal(folder) == f"{path} {said}"


def test_a_range_of_observation_that_the_whole_population_does_not_fill_is_told(folder: Path) -> None:
    manifest = json.loads((folder / "1" / "manifest.json").read_text())
    manifest["counts"]["training"] = PEOPLE
    (folder / "1" / "manifest.json").write_text(json.dumps(manifest))
    told = refusal(folder)
    assert told.startswith(f"{folder / '1' / 'population.parquet'} holds values from ")
    assert told.endswith("in the column 'height', whose observed range in task.toml is 138.3 to 197.7")


def test_nobody_held_out_is_told(folder: Path) -> None:
    path = folder / "1" / "held_out.parquet"
    pq.write_table(pq.read_table(path)[:0], path)
    sealed(folder)
    assert refusal(folder) == f"{path} holds nobody"


def test_people_without_numbers_are_numbered_and_nan_is_unknown(folder: Path) -> None:
    path = folder / "1" / "held_out.parquet"
    table = pq.read_table(path).drop_columns(["seqn"])
    pq.write_table(changed("waist", lambda _: float("nan"))(table), path)
    sealed(folder)
    people = people_of(load_model(folder), Side.HELD_OUT)
    assert [person.source_id for person in people] == list(range(len(table)))
    assert people[0].features["waist"] is None


def test_rows_say_whose_they_are_where_people_have_several(folder: Path) -> None:
    path = folder / "1" / "held_out.parquet"
    table = pq.read_table(path)
    each = people_of(load_model(folder), Side.HELD_OUT)
    assert all(person.whose == person.source_id for person in each)
    whose = [row // 3 for row in range(len(table))]
    pq.write_table(table.append_column("person", pa.array(whose)), path)
    sealed(folder)
    people = people_of(load_model(folder), Side.HELD_OUT)
    assert [person.whose for person in people] == whose
    assert [person.source_id for person in people] == [person.source_id for person in each]


def test_further_columns_and_other_numbers_of_people_are_no_matter(folder: Path) -> None:
    path = folder / "1" / "population.parquet"
    table = pq.read_table(path)[:100]
    pq.write_table(table.append_column("ward", pa.array(["A"] * len(table))), path)
    sealed(folder)
    assert len(load_model(folder).population.rows) == 100


def test_a_population_that_is_not_parquet_is_refused(folder: Path) -> None:
    path = folder / "1" / "population.parquet"
    path.write_text("seqn,age\n")
    sealed(folder)
    assert refusal(folder) == f"{path} is not a Parquet file"


def test_held_out_people_of_other_columns_are_refused(folder: Path) -> None:
    path = folder / "1" / "held_out.parquet"
    pq.write_table(renamed(pq.read_table(path)), path)
    sealed(folder)
    assert refusal(folder) == f"{path} lacks what task.toml declares: 'weight'"
