"""Units: what one is in another, and that none takes long or breaks anything."""

import math
import sys
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ingest.fhir.ucum import conversion, is_unit, written_unit

_UNITS = ["kg", "g", "[lb_av]", "cm", "m", "[in_i]", "mg/dL", "g/L", "/min", "/h", "h", "kPa", "Cel"]

_MOST_STEPS = 500_000
"""Calls of functions, ten times as many as the longest text that is read to its end takes."""


@pytest.mark.parametrize(
    ("source", "target", "value", "told"),
    [
        ("[lb_av]", "kg", 100, 45.359237),
        ("[in_i]", "cm", 70, 177.8),
        ("kPa", "mm[Hg]", 16, 120.0099),
        ("[degF]", "Cel", 98.6, 37.0),
        ("g/L", "mg/dL", 2, 200),
        ("kcal/(24.h)", "kcal/d", 2000, 2000),
        ("{beats}/min", "/min", 70, 70),
        ("1", "%", 0.05, 5),
    ],
)
def test_a_value_in_another_unit(source: str, target: str, value: float, told: float) -> None:
    into = conversion(source, target)
    assert into is not None
    assert into.of(value) == pytest.approx(told, rel=1e-5)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("mmol/mol", "%"),
        ("%", "mmol/mol"),
        ("mmol/L", "mg/dL"),
        ("kg", "cm"),
        ("KG", "kg"),
        ("mm[hg]", "mm[Hg]"),
    ],
)
def test_what_is_of_another_quantity_is_not_converted(source: str, target: str) -> None:
    assert conversion(source, target) is None


def test_units_as_people_write_them_have_their_code() -> None:
    for text in ("mmHg", " lbs", "bpm", "kg/m²", "mg/dl", "Inches"):
        assert is_unit(written_unit(text)), text


@given(st.sampled_from(_UNITS), st.sampled_from(_UNITS), st.floats(0.1, 1000))
def test_there_and_back_is_the_same(source: str, target: str, value: float) -> None:
    there, back = conversion(source, target), conversion(target, source)
    assert (there is None) == (back is None)
    if there and back:
        assert back.of(there.of(value)) == pytest.approx(value, rel=1e-6, abs=1e-6)


@given(st.text(max_size=60) | st.text("0123456789*^+-()./[]{}mgkLdh%", max_size=60))
def test_any_text_is_a_unit_or_none(text: str) -> None:
    into = conversion(text, "kg")
    assert into is None or math.isfinite(into.factor)


@pytest.mark.parametrize(
    "text", ["10*999999999", "m999999999", "(" * 40, "m" * 40, "m.".join("m" * 20), "9" * 40, "10^99999"]
)
def test_no_text_takes_many_steps(text: str) -> None:
    conversion("[lb_av]", "kg")  # so that the tables are loaded
    steps = 0

    def count(_: FrameType, event: str, __: object) -> None:
        nonlocal steps
        steps += event == "call"

    sys.setprofile(count)
    try:
        into = conversion(text, "kg")
    finally:
        sys.setprofile(None)
    assert into is None
    assert steps < _MOST_STEPS
