"""Sentences of the page that hold for any model, not for the shipped ones alone."""

from app.engine.registry import ServedModel
from app.faces.http.pages.messages import FACES, messages_of
from app.faces.pages.patient.views.what_if import what_if_of
from tests.asking import Person
from tests.unit.faces.pages.patient.contexts import context, recorded


def test_a_value_at_its_limit_is_told_without_guidance(served: ServedModel, helpable: Person) -> None:
    """A limit is its owner's to set: nobody knows whether guidance says so."""
    asked = context(recorded(served, dict(helpable) | {"cigarettes": 0}), served)
    form = what_if_of(asked, {})
    assert form is not None
    assert dict(form.stuck)["Cigarettes"] == "within a step of its limit"


def test_no_change_is_called_small_whatever_its_size() -> None:
    said = [str(message.id) for message in messages_of(FACES)]
    assert [text for text in said if text.startswith("Not an order")]
    assert not [text for text in said if "is a small change" in text]
