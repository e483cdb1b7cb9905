"""Other units that a number may be in."""

import numpy as np
import pytest

from app.domain.feature import Code, Feature, Kind
from app.domain.schema import FeatureSchema
from app.domain.units import readings_of


def measured(ucum: str | None, *codes: Code) -> Feature:
    return Feature(
        name="it",
        label="It",
        kind=Kind.NUMBER,
        group="all",
        ucum=ucum,
        clinical=(0, 1000),
        observed=(0, 1000),
        codes=codes,
    )


@pytest.mark.parametrize(
    ("ucum", "unit", "value", "expected"),
    [
        ("cm", "inches", 43, 109.22),
        ("cm", "metres", 1.5, 150),
        ("cm", "feet", 5.5, 167.64),
        ("cm", "mm", 1090, 109),
        ("m", "cm", 180, 1.8),
        ("kg", "pounds", 200, 90.718474),
        ("kg", "stone", 12, 76.20351816),
        ("kg", "g", 3500, 3.5),
        ("kcal/d", "kJ/day", 9623.2, 2300),
        ("kJ/d", "kcal/day", 2300, 9623.2),
        ("min/d", "hours/day", 8, 480),
        ("h", "minutes", 480, 8),
        ("mm[Hg]", "kPa", 17.332, 130),
        ("mg/dL", "g/L", 2.1, 210),
        ("%", "fractions of 1", 0.55, 55),
        ("Cel", "°F", 98.6, 37),
        ("[degF]", "°C", 37, 98.6),
    ],
)
def test_what_a_number_is_in_another_unit(ucum: str, unit: str, value: float, expected: float) -> None:
    reading = next(one for one in readings_of(measured(ucum)) if one.unit == unit)
    assert reading.converted(np.array([value]))[0] == pytest.approx(expected, rel=1e-4)


def test_an_amount_of_substance_goes_by_the_analyte(schema: FeatureSchema) -> None:
    glucose = Code(loinc="14749-6", ucum="mmol/L", factor=18.016)
    factors = {
        name: {one.unit: one.factor for one in readings_of(feature)}
        for name, feature in {
            "glucose": measured("mg/dL", glucose),
            "cholesterol": schema["total_cholesterol"],
            "unsaid": measured("mg/dL"),
        }.items()
    }
    assert (factors["glucose"]["mmol/L"], factors["cholesterol"]["mmol/L"]) == (18.016, 38.67)
    assert "mmol/L" not in factors["unsaid"]


def test_a_unit_that_both_know_is_told_once(schema: FeatureSchema) -> None:
    units = [one.unit for one in readings_of(schema["waist"])]
    assert len(units) == len(set(units))
    assert "inches" in units
    assert "cm" not in units


@pytest.mark.parametrize("name", ["sex", "vigorous_activity", "bmi", "cigarettes"])
def test_what_is_counted_chosen_or_a_ratio_has_no_other_unit(schema: FeatureSchema, name: str) -> None:
    assert readings_of(schema[name]) == ()
