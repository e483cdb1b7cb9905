"""Two versions of the store, compared on whom both hold out."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.classifiers.folder import ModelFolderError
from app.classifiers.model_version import ModelVersion
from research.comparison.comparing import compare, load_pair
from research.comparison.errors import ComparisonError
from research.comparison.people import held_out_of_both
from research.comparison.report import report
from tests.conftest import STORE
from tests.unit.classifiers.spoilt import add_version, folder_of, sealed

NAME = "dysglycaemia"


@pytest.fixture
def folder(version_1: ModelVersion, tmp_path: Path) -> Path:
    folder = folder_of(version_1, tmp_path)
    add_version(folder, "2")
    return folder


def _held_out(folder: Path, version: str, change: object) -> None:
    path = folder / version / "held_out.parquet"
    pq.write_table(change(pq.read_table(path)), path)  # type: ignore[operator]
    sealed(folder, version)


@pytest.mark.parametrize("name", [NAME, "heart-disease"])
def test_shipped_versions_are_compared_on_the_people_of_their_cards(name: str) -> None:
    one, other = load_pair(STORE, name, ("1", "2"), {})
    whole, groups = compare(one, other)
    for version, told in ((one, whole.one), (other, whole.other)):
        card = json.loads((version.folder / "metrics.json").read_text())["held_out"]
        assert whole.people == card["n"]
        assert told.roc_auc is not None
        assert told.roc_auc.value == pytest.approx(card["roc_auc"]["value"], abs=1e-4)
        assert told.brier == pytest.approx(card["brier"], abs=1e-4)
    text = report(name, ("1", "2"), whole, groups)
    assert f"{name}: version 1 and version 2 on {whole.people} people from whom neither learned" in text
    of_given = report(name, ("1", "2"), whole, groups, given=["2"])
    assert "neither learned" not in of_given
    assert (
        "The classifier of version 2 was given by its owner. Whether it learned from these people" in of_given
    )
    assert {label.partition(":")[0] for label, _ in groups} >= {"Age", "Sex"}
    assert all(label in text for label, _ in groups)


def test_people_are_found_by_their_ids_whatever_their_order_is(folder: Path) -> None:
    _held_out(folder, "2", lambda table: table.slice(100).take(list(range(table.num_rows - 101, -1, -1))))
    one, other = load_pair(folder.parent, NAME, ("1", "2"), {})
    people = held_out_of_both(one, other)
    assert len(people.outcome) == pq.read_metadata(folder / "1" / "held_out.parquet").num_rows - 100
    assert np.array_equal(people.one, people.other, equal_nan=True)


def test_several_rows_of_a_person_are_each_compared_with_themselves(folder: Path) -> None:
    def of_pairs(table: pa.Table) -> pa.Table:
        place = table.column_names.index("seqn")
        return table.set_column(place, "seqn", pa.array([row // 2 for row in range(table.num_rows)]))

    for version in "12":
        _held_out(folder, version, of_pairs)
    one, other = load_pair(folder.parent, NAME, ("1", "2"), {})
    people = held_out_of_both(one, other)
    assert len(people.outcome) == len(one.held_out.outcome)  # type: ignore[union-attr]
    assert np.array_equal(people.one, people.other, equal_nan=True)


def test_without_ids_one_and_the_same_file_will_do_and_another_will_not(folder: Path) -> None:
    for version in "12":
        _held_out(folder, version, lambda table: table.drop_columns(["seqn"]))
    one, other = load_pair(folder.parent, NAME, ("1", "2"), {})
    assert len(held_out_of_both(one, other).outcome) == len(one.held_out.outcome)  # type: ignore[union-attr]
    _held_out(folder, "2", lambda table: table.slice(1))
    one, other = load_pair(folder.parent, NAME, ("1", "2"), {})
    with pytest.raises(ComparisonError, match=r"hold out no people in common that can be told by an id"):
        held_out_of_both(one, other)


def test_other_features_are_refused_by_name(folder: Path) -> None:
    task = folder / "2" / "task.toml"
    text = task.read_text()
    assert 'unit = "cm"' in text
    task.write_text(text.replace('unit = "cm"', 'unit = "in"', 1))
    sealed(folder, "2")
    with pytest.raises(ComparisonError) as caught:
        load_pair(folder.parent, NAME, ("1", "2"), {})
    assert "take other features" in str(caught.value)
    assert "has another unit in version 1 and 2" in str(caught.value)


def test_a_version_is_not_compared_with_itself() -> None:
    with pytest.raises(ComparisonError, match="not with itself"):
        load_pair(STORE, NAME, ("1", "1"), {})


@pytest.mark.parametrize(
    ("name", "version", "said"),
    [
        (NAME, "9", "holds no trained version 9; versions are 1 and 2"),
        ("gout", "2", "holds no trained version; models with one are dysglycaemia and heart-disease"),
    ],
)
def test_of_what_is_not_there_it_is_said_what_there_is(name: str, version: str, said: str) -> None:
    with pytest.raises(ModelFolderError) as caught:
        load_pair(STORE, name, ("1", version), {})
    assert str(caught.value).endswith(said)
