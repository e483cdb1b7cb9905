"""Whatever is wrong with a file of a model folder is told in words of ours, at a place of the file."""

import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from app.classifiers.card import Card
from app.classifiers.folder import Manifest
from app.classifiers.toml_files import faults_of
from app.domain.consultation import Consultation
from app.domain.ehr import EhrCodes
from app.domain.handout import HandoutPhrases
from app.domain.schema import FeatureSchema
from app.ingest.sensors.sources.mapping import Mapping
from app.parsing.misfits import UNSAID
from research.finetuning.recipe import Recipe
from tests.unit.domain.schemas import STORE

MODEL = STORE / "dysglycaemia"
LIBRARY = ("Field required", "Input should", "type=", "String should", "Value error", "a valid ", "pydantic")
KINDS = (
    "tuple[",
    "list[",
    "dict[",
    "constrained",
    "function-",
    "bool:",
    "float:",
    "str:",
    "int:",
    "('",
    ",)",
)
"""What pydantic writes where it tried several kinds of value, or a place of a program."""
MAPPING = {
    "person": "id",
    "date": "day",
    "columns": {"steps": "steps", "sleep_minutes": {"column": "sleep", "scale": 60.0, "missing": [-1.0]}},
    "facts": {"age": {"column": "age", "is_number": True, "words": {"<30": "under 30"}}},
}
RECIPE = {"lora": {"rank": 8}, "training": {"epochs": 1.0, "four_bit": False}, "own": {"every": 20}}
MANIFEST = {"columns": ["age"], "files": {"a": "b"}, "counts": {"training": 9}, "schema": "c", "fit": {}}
CARD = {
    "made_by": "us",
    "limits": ["few"],
    "performance": {"held_out": {"n": 5, "roc_auc": None, "sensitivity": 0.5, "specificity": None}},
}


def told(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


FORMS: dict[str, tuple[type[BaseModel], dict[str, Any]]] = {
    "schema": (FeatureSchema, told(MODEL / "2" / "task.toml")),
    "ehr": (EhrCodes, told(MODEL / "ehr.toml")),
    "consultation": (Consultation, told(MODEL / "consultation.toml")),
    "handout": (HandoutPhrases, told(next((MODEL / "handout").glob("*.toml")))),
    "mapping": (Mapping, MAPPING),
    "recipe": (Recipe, RECIPE),
    "manifest": (Manifest, MANIFEST),
    "card": (Card, CARD),
}
STRANGE = st.sampled_from(
    [True, 7, -3.5, float("inf"), "", "\n", "some words", [], [1, 2], [1, "x"], {}, {"a": 1}]
)


def walk(draw: st.DrawFn, node: Any) -> tuple[Any, Any]:
    """A container within, and a key of it."""
    while True:
        keys = list(node) if isinstance(node, dict) else range(len(node))
        key = draw(st.sampled_from(list(keys)))
        inner = node[key]
        if not isinstance(inner, dict | list) or not inner or draw(st.integers(0, 4)) == 0:
            return node, key
        node = inner


@st.composite
def spoilt(draw: st.DrawFn, content: dict[str, Any]) -> dict[str, Any]:
    """The content with a key less, a key more, or another value somewhere."""
    content = copy.deepcopy(content)
    node, key = walk(draw, content)
    match draw(st.sampled_from(["less", "more", "other"])):
        case "less":
            del node[key]
        case "more" if isinstance(node, dict):
            node["stray"] = draw(STRANGE)
        case _:
            node[key] = draw(STRANGE)
    return content


@pytest.mark.parametrize("name", FORMS)
@settings(max_examples=40)
@given(st.data())
def test_no_fault_is_told_in_a_librarys_words(name: str, data: st.DataObject) -> None:
    form, content = FORMS[name]
    content = data.draw(spoilt(content))
    try:
        form.model_validate(content)
    except ValidationError as error:
        faults = list(faults_of(error, content, {"feature": ("name",)}, name))
        assert faults
        for fault in faults:
            assert not [word for word in (*LIBRARY, *KINDS) if word in fault], fault
            assert UNSAID not in fault


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("much", "when.age: must be true or false or a list"),
        ([30, "x"], "when.age.entry 2: must be a number"),
        ([30, 40, 50], "when.age: must have no more entries than 2"),
        (["a", 3], "when.age.entry 1: must be a number"),
    ],
)
def test_a_value_of_no_kind_that_a_condition_knows_is_told_once(value: Any, fault: str) -> None:
    content = copy.deepcopy(FORMS["schema"][1])
    feature = next(one for one in content["feature"] if "action" in one)
    feature["action"]["when"] = {"age": value}
    with pytest.raises(ValidationError) as caught:
        FeatureSchema.model_validate(content)
    faults = list(faults_of(caught.value, content, {"feature": ("name",)}, "schema"))
    assert faults[0].endswith(f".action.{fault}")
    assert len(faults) == 1


def test_a_slope_by_category_that_is_no_number_is_told_at_the_category() -> None:
    content = copy.deepcopy(FORMS["schema"][1])
    link = next(one for one in content["link"] if isinstance(one.get("slope"), dict))
    link["slope"]["female"] = []
    with pytest.raises(ValidationError) as caught:
        FeatureSchema.model_validate(content)
    (fault,) = faults_of(caught.value, content, {"link": ("feature",)}, "schema")
    assert fault == f"link.{link['feature']!r}.slope.female: must be a number or text"
