"""Units to enter a value in: what is entered comes to the same value, whatever unit it is entered in."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.entry_units import EntryUnit, bounds_in, entry_units, in_entry_unit, in_own_unit
from app.domain.feature import Code, Feature, Kind
from app.domain.schema import FeatureSchema
from tests.unit.domain.schemas import SHIPPED

SCHEMAS = [FeatureSchema.model_validate(content) for content in SHIPPED]


def measured(loinc: str, ucum: str, kind: Kind = Kind.NUMBER, precision: float = 0.1) -> Feature:
    """An analyte of which the schema gives no conversion."""
    return Feature(
        name="analyte",
        label="Analyte",
        kind=kind,
        group="lipids",
        unit=ucum,
        ucum=ucum,
        precision=precision,
        clinical=(1, 900),
        observed=(2, 800),
        codes=(Code(loinc=loinc),),
    )


ANALYTES = [
    measured("2093-3", "mg/dL", Kind.INTEGER, 1),
    measured("2345-7", "mg/dL", Kind.INTEGER, 1),
    measured("2571-8", "mg/dL"),
    measured("2093-3", "mmol/L", precision=0.01),
    measured("2345-7", "mmol/L"),
]
NUMBERS = [f for schema in SCHEMAS for f in schema.features if f.is_numeric] + ANALYTES
CHOICES = [(feature, unit) for feature in NUMBERS for unit in entry_units(feature)]


@given(st.sampled_from(CHOICES), st.data())
def test_a_value_that_is_shown_in_a_unit_is_read_as_itself(
    choice: tuple[Feature, EntryUnit], data: st.DataObject
) -> None:
    feature, unit = choice
    assert feature.clinical is not None
    low, high = (round(end / feature.precision) for end in feature.clinical)
    value = round(data.draw(st.integers(low, high)) * feature.precision, 6)
    read = in_own_unit(feature, unit, float(in_entry_unit(feature, unit, value)))
    assert read == pytest.approx(value, abs=1e-6)
    assert feature.kind is not Kind.INTEGER or float(read).is_integer()


@given(st.sampled_from(CHOICES), st.sampled_from((1e308, -1e308, 1.7e308, 1e300)))
def test_what_is_far_out_of_range_is_so_in_any_unit(choice: tuple[Feature, EntryUnit], value: float) -> None:
    feature, unit = choice
    assert feature.clinical is not None
    low, high = feature.clinical
    read = in_own_unit(feature, unit, value)
    assert math.isfinite(read)
    assert not low <= read <= high


@given(st.sampled_from(CHOICES), st.data())
def test_what_is_converted_is_never_finer_than_it_is_measured(
    choice: tuple[Feature, EntryUnit], data: st.DataObject
) -> None:
    """So that no whole number comes to one with decimals, which the model would refuse."""
    feature, unit = choice
    if unit.is_own:
        return
    typed = data.draw(st.floats(0.01, 5000))
    value = in_own_unit(feature, unit, typed)
    assert value / feature.precision == pytest.approx(round(value / feature.precision), abs=1e-6)
    assert abs(value - typed * unit.factor) <= feature.precision / 2 + 1e-6
    assert feature.kind is not Kind.INTEGER or isinstance(value, int)


@pytest.mark.parametrize(("feature", "unit"), CHOICES)
def test_bounds_in_a_unit_are_inside_the_clinical_range(feature: Feature, unit: EntryUnit) -> None:
    assert feature.clinical is not None
    low, high = (float(end) * unit.factor for end in bounds_in(feature, unit))
    assert feature.clinical[0] - 1e-9 <= low < high <= feature.clinical[1] + 1e-9


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("height", ["cm", "in"]),
        ("weight", ["kg", "lb"]),
        ("total_cholesterol", ["mg/dL", "mmol/L"]),
        ("energy", ["kcal/day", "kJ/day"]),
        ("sedentary", ["min/day", "h/day"]),
        ("sleep", ["h/night", "min"]),
        ("sbp", ["mmHg"]),
        ("age", ["years"]),
        ("sex", []),
        ("active_travel", []),
    ],
)
def test_units_to_choose(name: str, labels: list[str]) -> None:
    schema = next(schema for schema in SCHEMAS if "waist" in schema)
    assert [unit.label for unit in entry_units(schema[name])] == labels


@pytest.mark.parametrize(
    ("feature", "own", "other"),
    [(ANALYTES[0], 201, 5.2), (ANALYTES[1], 99, 5.5), (ANALYTES[2], 150.6, 1.7), (ANALYTES[3], 5.17, 200)],
)
def test_an_analyte_is_known_by_its_code(feature: Feature, own: float, other: float) -> None:
    _, unit = entry_units(feature)
    assert in_own_unit(feature, unit, other) == pytest.approx(own)


def test_what_a_mmol_of_something_unknown_is_is_not_guessed() -> None:
    assert len(entry_units(measured("1-8", "mg/dL"))) == 1
