"""Reading feature vectors: every fault is named, no value is echoed."""

import math
from typing import Any

import numpy as np
import pytest

from app.domain.errors import MOST_FAULTS, InvalidInputError
from app.domain.patient import read_patient
from app.domain.schema import FeatureSchema
from app.engine.registry import ServedModel
from tests.asking import Person


def faults(schema: FeatureSchema, features: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InvalidInputError) as caught:
        read_patient(schema, features)
    return {fault.pointer: fault.detail for fault in caught.value.issues}


def test_a_real_person_is_read_as_given(schema: FeatureSchema, helpable: Person) -> None:
    assert dict(read_patient(schema, helpable).values) == helpable


@pytest.mark.parametrize(
    ("name", "value", "detail"),
    [
        ("age", 54.5, "must be a whole number"),
        ("age", "54", "must be a number"),
        ("age", True, "must be a number"),
        ("age", 17, "must be between 18 and 120 years"),
        ("age", 10**400, "must be between 18 and 120 years"),
        ("age", [54], "must be a number"),
        ("bmi", math.nan, "must be a finite number"),
        ("bmi", math.inf, "must be a finite number"),
        ("bmi", -math.inf, "must be a finite number"),
        ("bmi", None, "is required"),
        ("sex", "Male", "must be one of female, male"),
        ("sex", "male\x00", "must be one of female, male"),
        ("sex", {}, "must be one of female, male"),
        ("vigorous_activity", "yes", "must be true or false"),
        ("vigorous_activity", 1, "must be true or false"),
        ("weight", 40.0, "does not agree with bmi and height"),
    ],
)
def test_a_bad_value_is_named_by_pointer(
    schema: FeatureSchema, helpable: Person, name: str, value: object, detail: str
) -> None:
    assert faults(schema, {**helpable, name: value}) == {f"/features/{name}": detail}


def test_every_fault_is_reported_at_once(schema: FeatureSchema, helpable: Person) -> None:
    found = faults(schema, {**helpable, "age": 3, "bmi": "x", "steps": 1})
    assert set(found) == {"/features/age", "/features/bmi", "/features/steps"}


@pytest.mark.parametrize("name", ["Jane Roe, born 1961", "NHS9434765919", "nhs_943_476_5919", "Muster"])
def test_a_key_that_might_be_somebodys_data_is_not_repeated(
    schema: FeatureSchema, helpable: Person, name: str
) -> None:
    assert faults(schema, {**helpable, name: 1}) == {
        "/features": "has a key that is not the name of a feature"
    }


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"sbp": 110, "dbp": 108}, "/features/dbp"),
        ({"hdl_cholesterol": 150, "total_cholesterol": 120}, "/features/hdl_cholesterol"),
        ({"sugar": 300, "carbohydrate": 200, "energy": 3000}, "/features/sugar"),
        ({"energy": 500, "carbohydrate": 300, "sugar": 20, "fibre": 10}, "/features/carbohydrate"),
    ],
)
def test_values_that_contradict_each_other_are_refused(
    schema: FeatureSchema, helpable: Person, changed: Person, pointer: str
) -> None:
    assert pointer in faults(schema, helpable | changed)


def test_a_relation_with_an_unknown_value_does_not_apply(schema: FeatureSchema, helpable: Person) -> None:
    patient = read_patient(schema, helpable | {"dbp": 108, "sbp": None})
    assert patient.unknown == ("sbp",)


def test_weight_left_out_is_derived_and_not_guessed(schema: FeatureSchema, helpable: Person) -> None:
    patient = read_patient(schema, helpable | {"weight": None, "bmi": 30.0, "height": 170.0})
    assert patient.values["weight"] == pytest.approx(86.7)


@pytest.mark.parametrize("name", ["thallium", "exercise_angina", "vessels"])
def test_a_category_a_yes_or_no_and_a_number_can_be_unknown(
    heart: ServedModel, heart_patient: Person, name: str
) -> None:
    schema = heart.model.schema
    patient = read_patient(schema, heart_patient | {name: None})
    columns = [schema.columns.index(column) for column in schema[name].columns]
    assert name in patient.unknown
    assert np.isnan(patient.factual[columns]).all()
    assert schema.decode(patient.factual, patient.factual, patient.values) == dict(patient.values)


def test_a_relation_of_suggestions_refuses_nobody(heart: ServedModel, heart_patient: Person) -> None:
    beyond = heart_patient | {"age": 70, "max_heart_rate": 180}
    assert read_patient(heart.model.schema, beyond).values["max_heart_rate"] == 180


def test_of_very_many_strange_keys_the_first_hundred_are_looked_at(
    schema: FeatureSchema, helpable: Person
) -> None:
    strange = {f"strange_{number}": 1 for number in range(23_000)}
    told = faults(schema, dict(helpable) | strange)
    assert list(told) == [f"/features/strange_{number}" for number in range(MOST_FAULTS)]
