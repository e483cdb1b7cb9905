"""Reading what was entered by hand: numbers by one grammar, feet and inches, and units that were chosen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.entry import Entered, entered_of
from app.faces.pages.patient.views.entry_reading import EntryReading, read_entry
from app.faces.pages.patient.views.manual_entry import Told, form_of, texts_of
from tests.unit.faces.answers import MODELS, a_person

ENTERED = {schema.model.name: entered_of(schema) for schema in MODELS}
DYSGLYCAEMIA = ENTERED["dysglycaemia"]
INCHES = {"unit.height": "[in_i]"}


def read(text: str, **fields: str) -> EntryReading:
    return read_entry(DYSGLYCAEMIA, {"value.height": text, **INCHES, **fields})


@pytest.mark.parametrize(
    "text",
    ["67", "67.0", "5'7", "5'7\"", "5' 7\"", "5 ft 7 in", "5ft7", "5\N{PRIME}7\N{DOUBLE PRIME}", "5' 7''"],
)
def test_inches_may_be_feet_and_inches(text: str) -> None:
    reading = read(text)
    assert reading.faults == ()
    assert reading.values["height"] == 170.2


@pytest.mark.parametrize("text", ["5'", "6 ft"])
def test_feet_may_stand_alone(text: str) -> None:
    assert read(text).values["height"] == pytest.approx(int(text[0]) * 30.48, abs=0.051)


@pytest.mark.parametrize(
    "text", ["5'7'9", "ft", "'7", "5 7", "67,5", "5'7,5", "\N{ARABIC-INDIC DIGIT FIVE}'7", "nan", "5'1e1"]
)
def test_other_lengths_are_refused(text: str) -> None:
    reading = read(text)
    assert [fault.pointer for fault in reading.faults] == ["/height"]
    assert "height" not in reading.values
    assert reading.typed == {"height"}


@pytest.mark.parametrize("inches", ["12", "13", "12.0", "99"])
def test_a_foot_or_more_beside_feet_is_a_slip(inches: str) -> None:
    (fault,) = read(f"5'{inches}\"").faults
    assert (fault.pointer, fault.detail) == ("/height", "must have fewer than 12 inches beside the feet")
    assert read("5'11.9").faults == ()


@given(st.dictionaries(st.sampled_from([f.name for f in DYSGLYCAEMIA.features]), st.text(max_size=12)))
def test_no_text_does_more_than_be_a_fault_without_itself(texts: dict[str, str]) -> None:
    reading = read_entry(DYSGLYCAEMIA, {f"value.{name}": text for name, text in texts.items()})
    for fault in reading.faults:
        assert fault.detail.startswith("must be ")
    form = form_of(DYSGLYCAEMIA, set(), {f"value.{n}": t for n, t in texts.items()}, {}, Told())
    shown = [one for part in (form.short, form.rest) for fields in part.values() for one in fields]
    assert {one.name: one.text for one in shown if one.name in texts} == texts


@pytest.mark.parametrize("entered", ENTERED.values(), ids=list(ENTERED))
def test_last_values_are_entered_again_as_they_are(entered: Entered) -> None:
    """Whatever units were chosen; what follows from others is left to follow."""
    schema = next(schema for schema in MODELS if schema.features == entered.features)
    person = a_person(schema)
    for units in ({}, {"height": "[in_i]", "weight": "[lb_av]", "total_cholesterol": "mmol/L"}):
        texts = texts_of(entered, person, units)
        sent = texts | {f"unit.{name}": code for name, code in units.items() if f"value.{name}" in texts}
        reading = read_entry(entered, sent)
        assert reading.faults == ()
        followed = {one.feature for one in entered.solved}
        for name, value in person.items():
            if name not in followed:
                assert reading.values[name] == value
