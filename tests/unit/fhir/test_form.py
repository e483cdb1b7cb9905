"""The JSON form: nothing empty, whatever it is made from."""

from typing import Any
from uuid import UUID
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from app.fhir.form import entry_of, filled, identity_of
from tests.fhir.validation import faults_of

OWNER = UUID("0198f000-0000-7000-8000-000000000001")
NAMES = st.sampled_from(["a", "b", "c"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(NAMES, JSON))
def test_nothing_is_empty_at_any_depth(value: dict[str, Any]) -> None:
    told = filled(value)
    assert _empties(told) == (0 if told else 1)
    assert filled(told) == told


def _empties(value: object) -> int:
    if value is None or value in ("", [], {}) or (isinstance(value, str) and not value.strip()):
        return 1
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return sum(_empties(one) for one in inner)


def test_noughts_and_noes_are_values() -> None:
    assert filled({"a": 0, "b": False, "c": [0.0]}) == {"a": 0, "b": False, "c": [0.0]}


@given(st.text(min_size=1))
def test_any_text_is_told_in_characters_that_fhir_has(text: str) -> None:
    subject = {"reference": "Patient/1"}
    goal = entry_of(
        "Goal", OWNER, lifecycleStatus="proposed", subject=subject, description={"text": f"A{text}"}
    )
    assert faults_of(goal.resource) == []


@given(st.lists(st.text(), max_size=4))
def test_a_narrative_is_well_formed_whatever_it_says(sentences: list[str]) -> None:
    subject = {"reference": "Patient/1"}
    elements = {"lifecycleStatus": "proposed", "subject": subject, "description": {"text": "It"}}
    goal = entry_of("Goal", OWNER, sentences, **elements)
    assert faults_of(goal.resource) == []
    if "text" in goal.resource:
        told = ElementTree.fromstring(goal.resource["text"]["div"])
        assert told.tag == "{http://www.w3.org/1999/xhtml}div"
        lines = [one.replace("\r\n", "\n").replace("\r", "\n") for one in filled({"a": sentences})["a"]]
        assert [one.text for one in told] == lines  # XML knows one end of a line


def test_a_part_has_one_id_and_no_other_has_it() -> None:
    assert identity_of(OWNER, "goal", "bmi") == identity_of(OWNER, "goal", "bmi")
    assert identity_of(OWNER, "goal", "bmi") != identity_of(OWNER, "goal", "waist")
