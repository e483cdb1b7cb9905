"""Which values are to be checked: few of real people's, and nearly all that are in the wrong unit."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.classifiers.partitions import Side, people_of
from app.domain.errors import InvalidInputError
from app.domain.patient import read_patient
from app.domain.schema import FeatureSchema, FloatArray
from app.domain.units import readings_of
from app.engine.oddness import Oddness, oddness_of
from app.engine.registry import ModelRegistry, ServedModel
from tests.asking import Person

WOMAN: Person = {
    "age": 48,
    "sex": "female",
    "ethnicity": "non_hispanic_white",
    "height": 149.8,
    "bmi": 34.1,
    "waist": 108.5,
    "sbp": 131,
    "vigorous_activity": False,
    "moderate_activity": False,
    "active_travel": False,
}
MAN = WOMAN | {"sex": "male", "height": 178.0, "bmi": 33.1, "waist": 107.0}
DIET = {"carbohydrate": 250, "sugar": 100, "fibre": 15, "saturated_fat": 28}


def told(served: ServedModel, person: Person) -> dict[str, str]:
    row = read_patient(served.model.schema, person).factual
    return {one.pointer: one.detail for one in served.oddness.warnings(row)}


@pytest.fixture(scope="module", params=["dysglycaemia", "heart-disease"])
def either(request: pytest.FixtureRequest, registry: ModelRegistry) -> ServedModel:
    return registry.named(request.param)


@pytest.fixture(scope="module")
def strangers(either: ServedModel) -> list[Person]:
    """Real people whom training never saw."""
    return [one.features for one in people_of(either.model, Side.HELD_OUT)]


@pytest.mark.parametrize("person", [WOMAN, MAN, WOMAN | {"energy": 2300} | DIET, WOMAN | {"sedentary": 480}])
def test_what_goes_together_is_taken_without_a_word(served: ServedModel, person: Person) -> None:
    assert told(served, person) == {}


@pytest.mark.parametrize(
    ("person", "pointer", "detail"),
    [
        (
            WOMAN | {"waist": 42.7},
            "/features/waist",
            "outside what was observed (56.4 to 169.5 cm); 42.7 would be usual in inches",
        ),
        (
            MAN | {"waist": 43},
            "/features/waist",
            "outside what was observed (56.4 to 169.5 cm); 43 would be usual in inches",
        ),
        (
            WOMAN | {"energy": 9600} | DIET,
            "/features/energy",
            "outside what was observed (124 to 8356 kcal/day); 9600 would be usual in kJ/day",
        ),
        (WOMAN | {"height": 250}, "/features/height", "outside what was observed (138.3 to 197.7 cm)"),
        (WOMAN | {"bmi": 12}, "/features/bmi", "outside what was observed (14.2 to 86.2 kg/m²)"),
    ],
)
def test_what_was_never_observed_is_told(
    served: ServedModel, person: Person, pointer: str, detail: str
) -> None:
    assert told(served, person) == {pointer: detail}


@pytest.mark.parametrize(
    ("person", "pointer", "end"),
    [
        (WOMAN | {"waist": 60}, "/features/waist", " cm would be usual"),
        (WOMAN | {"bmi": 18, "waist": 108}, "/features/bmi", " kg/m² would be usual"),
        (WOMAN | {"energy": 7000} | DIET, "/features/energy", "; 7000 would be usual in kJ/day"),
        (WOMAN | {"sedentary": 8}, "/features/sedentary", "; 8 would be usual in hours/day"),
    ],
)
def test_what_is_odd_only_beside_the_other_values_is_told(
    served: ServedModel, person: Person, pointer: str, end: str
) -> None:
    warnings = told(served, person)
    assert list(warnings) == [pointer]
    assert warnings[pointer].startswith("unusual beside the other values, with which ")
    assert warnings[pointer].endswith(end)


def test_what_was_worked_out_is_told_only_if_what_it_was_worked_out_from_is_not(served: ServedModel) -> None:
    heavy = told(served, MAN | {"bmi": 70, "height": 188, "waist": None})
    assert heavy == {"/features/weight": "outside what was observed (32.6 to 242.6 kg)"}
    light = told(served, WOMAN | {"bmi": 12, "weight": 26.9})
    assert list(light) == ["/features/bmi"]


def test_each_of_several_wrong_units_is_told(served: ServedModel) -> None:
    warnings = told(served, WOMAN | {"waist": 42.7, "sedentary": 8, "energy": 7000} | DIET)
    units = {pointer: detail.rpartition(" in ")[2] for pointer, detail in warnings.items()}
    assert units == {
        "/features/waist": "inches",
        "/features/sedentary": "hours/day",
        "/features/energy": "kJ/day",
    }


def test_what_would_be_usual_has_no_warning_of_its_own(served: ServedModel) -> None:
    """The range that a warning names holds what it says."""
    detail = told(served, WOMAN | {"waist": 60})["/features/waist"]
    low, _, high = detail.removeprefix("unusual beside the other values, with which ").split(" ")[:3]
    for value in np.linspace(float(low), float(high), 9):
        assert told(served, WOMAN | {"waist": round(float(value), 1)}) == {}


def test_few_real_people_are_warned_about(either: ServedModel, strangers: list[Person]) -> None:
    """At most one in fifty; none of whom is said to have meant another unit than in one of two hundred."""
    warnings = [told(either, person) for person in strangers]
    assert np.mean([bool(one) for one in warnings]) <= 0.02
    assert np.mean([any("usual in" in detail for detail in one.values()) for one in warnings]) <= 0.005


def test_whoever_is_outside_what_was_observed_is_told(either: ServedModel, strangers: list[Person]) -> None:
    schema = either.model.schema
    ranges = {one.name: one.observed for one in schema.features if one.observed}
    for person in strangers:
        beyond = {
            f"/features/{name}"
            for name, (low, high) in ranges.items()
            if (value := person[name]) is not None and not low <= float(value) <= high
        }
        warned = {pointer for pointer, detail in told(either, person).items() if "observed" in detail}
        assert warned == beyond


FOUND = {("waist", "inches"): 0.98, ("sedentary", "hours/day"): 0.9, ("energy", "kJ/day"): 0.98}
"""Of people's values put into another unit and accepted, the share that is told with that unit."""


def test_nearly_every_value_in_another_unit_is_told_with_its_unit(
    served: ServedModel, held_out: list[Person]
) -> None:
    shares, people = {}, held_out[::4]
    for name, unit in accepted_in_another_unit(served.model.schema, people):
        misread = mistaken(served.model.schema, people, name, unit)
        told_of = [told(served, person).get(f"/features/{name}", "") for person in misread]
        shares[name, unit] = np.mean([detail.endswith(f" would be usual in {unit}") for detail in told_of])
    assert set(shares) >= set(FOUND)
    for key, share in shares.items():
        assert share >= FOUND.get(key, 0.9), (key, share)


def accepted_in_another_unit(schema: FeatureSchema, people: Sequence[Person]) -> list[tuple[str, str]]:
    """Features and units whose numbers are not refused for one person in ten at the least."""
    pairs = [(one.name, reading.unit) for one in schema.features for reading in readings_of(one)]
    return [pair for pair in pairs if len(mistaken(schema, people, *pair)) >= 0.1 * len(people)]


def mistaken(schema: FeatureSchema, people: Sequence[Person], name: str, unit: str) -> list[Person]:
    """People with one number in another unit, as far as they would be accepted."""
    feature = schema[name]
    reading = next(one for one in readings_of(feature) if one.unit == unit)
    changed = []
    for person in people:
        given_value = person[name]
        if not given_value:  # unknown, or nought in any unit
            continue
        value = (float(given_value) - reading.offset) / reading.factor
        other = person | {name: round(value) if feature.kind == "integer" else round(value, 1)}
        try:
            read_patient(schema, other)
        except InvalidInputError:
            continue
        changed.append(other)
    return changed


UNKNOWN = st.sets(st.sampled_from(["waist", "sbp", "dbp", "energy", "sugar"]))


@given(index=st.integers(0, 10_000), unknown=UNKNOWN)
@settings(deadline=None)  # what scores are made with is compiled in the first
def test_what_is_not_known_is_never_told(
    served: ServedModel, held_out: list[Person], index: int, unknown: set[str]
) -> None:
    person = held_out[index % len(held_out)] | dict.fromkeys(unknown)
    assert {pointer.rpartition("/")[2] for pointer in told(served, person)}.isdisjoint(unknown)


def schema_of(schema: FeatureSchema, names: Sequence[str]) -> FeatureSchema:
    """A schema of some of the features alone."""
    content = schema.model_dump(by_alias=True)
    content |= {"link": [], "relation": [], "effect": []}
    content["feature"] = [one | {"action": None} for one in content["feature"] if one["name"] in names]
    return FeatureSchema.model_validate(content)


def people_with(schema: FeatureSchema, people: Sequence[Person], count: int) -> FloatArray:
    return np.stack([schema.encode(person) for person in people[:count]])


@pytest.mark.parametrize("names", [["waist"], ["sex"], ["vigorous_activity"], ["bmi", "waist"]])
@pytest.mark.parametrize("count", [6, 40, 1000])
def test_few_features_and_few_people_will_do(
    schema: FeatureSchema, held_out: list[Person], names: list[str], count: int
) -> None:
    small = schema_of(schema, names)
    made = oddness_of(small, people_with(small, held_out, count))
    row = read_patient(small, {name: WOMAN[name] for name in names}).factual
    assert made.warnings(row) == []
    if "waist" in names:
        inches = read_patient(small, {name: WOMAN[name] for name in names} | {"waist": 42.7}).factual
        assert [one.pointer for one in made.warnings(inches)] == ["/features/waist"]


def test_features_that_say_the_same_are_told_apart_from_none(
    schema: FeatureSchema, held_out: list[Person]
) -> None:
    """Sixty columns that are one and the same, as singular as can be."""
    waist = schema["waist"].model_dump()
    content = schema_of(schema, ["waist"]).model_dump(by_alias=True)
    content["feature"] = [waist | {"name": f"waist_{i}", "short": None, "action": None} for i in range(60)]
    many = FeatureSchema.model_validate(content)
    known = np.array([float(one["waist"]) for one in held_out if one["waist"] is not None])
    made: Oddness = oddness_of(many, np.repeat(known[:, None], 60, axis=1))
    row = np.full(60, 100.0)
    assert made.warnings(row) == []
    row[7] = 39.4
    assert [one.pointer for one in made.warnings(row)] == ["/features/waist_7"]
    assert made.warnings(row)[0].detail.endswith("39.4 would be usual in inches")
    row[7] = 65.0
    assert [one.pointer for one in made.warnings(row)] == ["/features/waist_7"]
