"""A model folder that was tampered with, or does not fit, is refused with a sentence that names the file."""

import json
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Side, people_of
from app.classifiers.store import ModelFolderError, load_model, load_models
from tests.unit.classifiers.spoilt import PEOPLE, folder_of, sealed


@pytest.fixture
def folder(model: ModelVersion, tmp_path: Path) -> Path:
    """A copy of the shipped model that a test may spoil."""
    return folder_of(model, tmp_path)


def refusal(folder: Path) -> str:
    """The one sentence with which a folder is refused."""
    with pytest.raises(ModelFolderError) as caught:
        load_model(folder)
    (sentence,) = str(caught.value).splitlines()
    return sentence


@pytest.mark.parametrize(
    "name", ["1/classifier.ubj", "1/committee/07.ubj", "1/population.parquet", "task.toml"]
)
def test_a_changed_file_is_named(folder: Path, name: str) -> None:
    with (folder / name).open("ab") as file:
        file.write(b"\n")
    assert f"{folder / name} differs from the manifest" in refusal(folder)


@pytest.mark.parametrize(
    "name",
    ["1/classifier.ubj", "1/committee/00.ubj", "1/population.parquet", "1/held_out.parquet", "task.toml"],
)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert refusal(folder) == f"{folder / name} is missing"


@pytest.mark.parametrize("name", ["1/classifier.ubj", "1/population.parquet", "1/held_out.parquet"])
def test_a_file_that_is_missing_from_the_manifest_too_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    sealed(folder)
    assert refusal(folder) == f"{folder / name} is missing"


def test_a_committee_without_members_is_refused(folder: Path) -> None:
    shutil.rmtree(folder / "1" / "committee")
    sealed(folder)
    assert refusal(folder) == f"{folder / '1' / 'committee' / '*.ubj'} is missing"


def test_a_file_that_nobody_vouches_for_is_refused(folder: Path) -> None:
    more = folder / "1" / "committee" / "more.ubj"
    shutil.copy(folder / "1" / "committee" / "19.ubj", more)
    assert refusal(folder) == f"{more} is not listed in the manifest"


def test_a_folder_in_place_of_a_file_is_refused(folder: Path) -> None:
    path = folder / "1" / "population.parquet"
    path.unlink()
    path.mkdir()
    assert refusal(folder) == f"{path} cannot be read: Is a directory"


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (list.reverse, "the columns in another order than task.toml: position 1 is 'cigarettes', not 'age'"),
        (lambda columns: columns.pop(), "other columns than task.toml: it lacks 'cigarettes'"),
        (lambda columns: columns.append("pet"), "other columns than task.toml: task.toml lacks 'pet'"),
        (lambda columns: columns.append("age"), "32 columns, some of them twice, not the 31 of task.toml"),
        (
            lambda columns: columns.__setitem__(slice(0, 5), ["pet"]),
            "other columns than task.toml: it lacks 'age', 'sex=female', 'sex=male' and 2 more "
            "and task.toml lacks 'pet'",
        ),
    ],
)
def test_other_columns_in_the_manifest_are_told(
    folder: Path, edit: Callable[[list[str]], Any], said: str
) -> None:
    path = folder / "1" / "manifest.json"
    manifest = json.loads(path.read_text())
    edit(manifest["columns"])
    path.write_text(json.dumps(manifest))
    assert refusal(folder) == f"{path} lists {said}"


@pytest.mark.parametrize("text", ["", "[]", "{}", "\xff", '{"columns": "age", "files": {}, "schema": ""}'])
def test_a_manifest_that_is_none_is_refused(folder: Path, text: str) -> None:
    path = folder / "1" / "manifest.json"
    path.write_text(text, encoding="latin-1")
    assert refusal(folder) == f"{path} is not a manifest"


def test_a_schema_that_cannot_be_is_refused(folder: Path) -> None:
    task = folder / "task.toml"
    task.write_text(task.read_text().replace('driver = "bmi"', 'driver = "steps"'))
    assert "links or relations name unknown features: steps" in refusal(folder)


def test_a_schema_without_what_is_required_is_refused_by_its_first_fault(folder: Path) -> None:
    task = folder / "task.toml"
    task.write_text(task.read_text().replace("threshold =", "treshold =").replace("title =", "tittle ="))
    assert refusal(folder) == f"{task} is not a feature schema: model.title: Field required"


@pytest.mark.parametrize("content", [b"model = [", b'name = "\xff"'])
def test_a_schema_that_is_not_toml_is_refused(folder: Path, content: bytes) -> None:
    (folder / "task.toml").write_bytes(content)
    assert f"{folder / 'task.toml'} is not TOML: " in refusal(folder)


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


def test_a_store_without_a_trained_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFolderError, match="holds no trained model"):
        load_models(tmp_path)


@pytest.mark.parametrize("name", ["1/manifest.json", "task.toml"])
def test_a_version_without_what_makes_it_one_is_named(folder: Path, name: str) -> None:
    """It is not passed over: a model that is gone would be noticed by those who ask for it."""
    (folder / name).unlink()
    with pytest.raises(ModelFolderError, match="is missing") as caught:
        load_models(folder.parent)
    assert str(folder / name) in str(caught.value)


def test_a_model_that_is_yet_to_be_trained_is_passed_over(folder: Path) -> None:
    (folder.parent / "to-come").mkdir()
    shutil.copy(folder / "task.toml", folder.parent / "to-come" / "task.toml")
    assert list(load_models(folder.parent)) == [folder.name]


def test_a_url_for_a_model_that_is_not_there_is_refused(folder: Path) -> None:
    with pytest.raises(ModelFolderError) as caught:
        load_models(folder.parent, {"stroke": "http://user:sesame@127.0.0.1:9/v2/models/stroke"})
    assert str(caught.value) == f"TURNPOINT_CLASSIFIERS names stroke, but {folder.parent} holds dysglycaemia"


def test_a_folder_of_another_name_is_refused(folder: Path) -> None:
    other = folder.rename(folder.with_name("stroke"))
    with pytest.raises(ModelFolderError) as caught:
        load_models(other.parent)
    assert str(caught.value) == f"{other / 'task.toml'} names the model dysglycaemia, not stroke"
