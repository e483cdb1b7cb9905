"""A classifier or a member of the committee that does not fit its schema is refused at the start."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost

from app.classifiers.model_version import ModelVersion
from app.classifiers.store import ModelFolderError, load_model
from tests.unit.classifiers.spoilt import folder_of, sealed

Columns = list[str]
CLASSIFIER, MEMBER = "1/classifier.ubj", "1/committee/07.ubj"


@pytest.fixture(scope="module")
def folder(version_1: ModelVersion, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the shipped model; each test puts back what it spoils."""
    return folder_of(version_1, tmp_path_factory.mktemp("boosters"))


def refusal_with(folder: Path, name: str, content: bytes) -> str:
    """The one sentence with which the folder is refused once a file holds something else."""
    path = folder / name
    shipped = path.read_bytes()
    path.write_bytes(content)
    sealed(folder)
    try:
        with pytest.raises(ModelFolderError) as caught:
            load_model(folder)
    finally:
        path.write_bytes(shipped)
    file, _, said = str(caught.value).partition(" ")
    assert file == str(path)
    assert "\n" not in said
    return said


def shipped(folder: Path, name: str = CLASSIFIER) -> xgboost.Booster:
    booster = xgboost.Booster()
    booster.load_model(str(folder / name))
    return booster


def raw(booster: xgboost.Booster) -> bytes:
    return bytes(booster.save_raw("ubj"))


def named_otherwise(folder: Path, edit: Callable[[Columns], Any]) -> bytes:
    """The shipped classifier, but for the names of its columns."""
    booster = shipped(folder)
    names = list(booster.feature_names or ())
    edit(names)
    booster.feature_names = names
    return raw(booster)


def swap(names: Columns) -> None:
    names[9], names[11] = names[11], names[9]


@pytest.mark.parametrize("name", [CLASSIFIER, MEMBER])
def test_columns_in_another_order_are_told(folder: Path, name: str) -> None:
    said = refusal_with(folder, name, named_otherwise(folder, swap))
    assert said == (
        "takes the columns in another order than task.toml: position 10 is 'weight', not 'height'"
    )


def test_columns_of_another_name_are_told(folder: Path) -> None:
    spoilt = named_otherwise(folder, lambda names: names.__setitem__(11, "gewicht"))
    said = refusal_with(folder, CLASSIFIER, spoilt)
    assert said == "takes other columns than task.toml: it lacks 'weight' and task.toml lacks 'gewicht'"


def test_a_classifier_that_names_no_columns_is_refused(folder: Path) -> None:
    booster = shipped(folder)
    booster.feature_names = None
    said = refusal_with(folder, CLASSIFIER, raw(booster))
    assert said.startswith("does not name its 31 columns")


def trained(model: ModelVersion, columns: int = 31, **parameters: Any) -> bytes:
    """A small model of another kind, trained on the same people."""
    label: Any = model.population.outcome.astype(float)
    if parameters.get("objective") == "two outcomes":
        parameters["objective"], label = "binary:logistic", np.stack([label, 1 - label], axis=1)
    names = list(model.schema.columns[:columns])
    data = xgboost.DMatrix(model.population.rows[:, :columns], label, feature_names=names)
    given = {"nthread": 1, "verbosity": 0} | parameters
    return raw(xgboost.train(given, data, num_boost_round=2))


@pytest.mark.parametrize("name", [CLASSIFIER, MEMBER])
@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        (
            {"objective": "binary:logistic", "columns": 30},
            "takes other columns than task.toml: it lacks 'cigarettes'",
        ),
        ({"objective": "reg:squarederror"}, "has the objective reg:squarederror, not binary:logistic"),
        (
            {"objective": "multi:softprob", "num_class": 2},
            "has the objective multi:softprob, not binary:logistic",
        ),
        ({"objective": "binary:hinge"}, "has the objective binary:hinge, not binary:logistic"),
        ({"objective": "two outcomes"}, "predicts several outcomes, not one"),
        ({"objective": "binary:logistic", "booster": "gblinear"}, "is a gblinear model, not gbtree"),
    ],
    ids=["narrow", "regression", "classes", "labels", "two outcomes", "linear"],
)
def test_a_model_of_another_kind_is_told(
    folder: Path, model: ModelVersion, name: str, parameters: dict[str, Any], said: str
) -> None:
    assert refusal_with(folder, name, trained(model, **parameters)) == said


@pytest.mark.parametrize("content", [b"", b"not a model", b"{}", b"\x89PNG\r\n\x1a\n" + bytes(60)])
def test_a_file_that_is_no_model_is_refused(folder: Path, content: bytes) -> None:
    assert refusal_with(folder, CLASSIFIER, content) == "is not an XGBoost model"


def test_half_a_file_is_refused(folder: Path) -> None:
    whole = (folder / MEMBER).read_bytes()
    assert refusal_with(folder, MEMBER, whole[: len(whole) // 2]) == "is not an XGBoost model"


@pytest.mark.parametrize("name", [CLASSIFIER, MEMBER])
def test_a_leaf_that_is_not_a_number_is_found(folder: Path, name: str) -> None:
    document = json.loads(shipped(folder, name).save_raw("json").decode())
    tree = document["learner"]["gradient_booster"]["model"]["trees"][0]
    tree["split_conditions"][tree["left_children"].index(-1)] = float("nan")
    spoilt = xgboost.Booster()
    spoilt.load_model(bytearray(json.dumps(document).encode()))
    said = refusal_with(folder, name, raw(spoilt))
    assert said == "gives people of population.parquet a risk that is not a number"
