"""A model whose outcome comes within a time: nobody is sent to look for it, and no result overrules it."""

import asyncio
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import cast

import pytest

from app.classifiers.consultation import CONSULTATION, read_consultation
from app.domain.consultation import general_consultation
from app.domain.errors import InvalidInputError
from app.engine.registry import ServedModel
from app.faces.ehr.cds.state import Standing, Told
from app.faces.pages.patient.views.known_result import known_result_of
from app.faces.pages.patient.views.next_step import next_step_of
from app.faces.pages.patient.views.result_form import result_form_of
from app.fhir.measured import measured_text
from app.ingest.fhir.record import MeasuredResult
from app.paths import MODEL_STORE
from app.storage.database import TenantDatabase
from app.usecases.measurements.schemas import MeasurementIn, Presence
from app.usecases.measurements.service import record_result
from tests.asking import Person
from tests.unit.faces.pages.patient.contexts import context, recorded
from tests.unit.faces.pages.patient.test_known_result import TODAY, measured

OUTCOME = "coronary heart disease within ten years"


def later(served: ServedModel, when: str = "later", *, says_what_tells: bool = False) -> ServedModel:
    """A model of the shipped features, without a consultation file unless it `says_what_tells`."""
    schema = served.model.schema
    facts = schema.model.model_copy(update={"outcome": OUTCOME, "outcome_when": when})
    own = served.model.consultation if says_what_tells else None
    changed = schema.model_copy(update={"model": facts})
    return replace(served, model=replace(served.model, schema=changed, consultation=own))


def test_the_next_step_is_to_talk_and_not_to_look_for_it(served: ServedModel, helpable: Person) -> None:
    def says(when: str) -> str:
        one = later(served, when)
        return next_step_of(context(recorded(served, helpable), one)).says

    assert says("now") == f"Find out whether there is {OUTCOME}: the estimate does not tell."
    assert says("later").startswith(f"Discuss the chance of {OUTCOME}")
    assert "Find out" not in says("later")


@pytest.mark.parametrize("present", [True, False])
def test_no_result_overrules_and_none_is_asked_for(
    served: ServedModel, helpable: Person, present: bool
) -> None:
    row = measured(None, present=present)
    shown = context(recorded(served, helpable), later(served), measurements=[row])
    assert known_result_of(shown, TODAY) is None
    assert result_form_of(shown) is None


def test_a_result_that_is_sent_is_refused_in_words(served: ServedModel) -> None:
    found = MeasurementIn(model=served.model.name, measured_on=TODAY, finding=Presence.ABSENT)
    nowhere = cast("TenantDatabase", None)  # nothing is asked of the database before
    with pytest.raises(InvalidInputError) as refused:
        asyncio.run(record_result(nowhere, "patient", later(served), found))
    [issue] = refused.value.issues
    assert issue.pointer == "/model"
    assert "no result of today settles" in issue.detail


def test_a_file_that_says_what_measures_it_has_its_say(served: ServedModel, helpable: Person) -> None:
    own = later(served, says_what_tells=True)
    known = known_result_of(context(recorded(served, helpable), own, measurements=[measured(5.4)]), TODAY)
    assert known is not None
    assert known.overrules


def test_a_card_goes_by_the_estimate(served: ServedModel, helpable: Person) -> None:
    asked = context(recorded(served, helpable), later(served))
    absent = MeasuredResult(value=None, unit=None, measured_on=TODAY, has_outcome=False, reference=None)
    answer = asked.answer.model_copy(update={"measured_outcome": absent})
    standing = {
        when: Told(answer, general_consultation(OUTCOME, when), TODAY).standing for when in ("now", "later")
    }
    assert standing["now"] is Standing.NOT_SHOWN
    assert standing["later"] not in (Standing.SHOWN, Standing.NOT_SHOWN)


def test_fhir_does_not_say_that_a_result_counts(served: ServedModel) -> None:
    found = MeasuredResult(value=None, unit=None, measured_on=TODAY, has_outcome=False, reference=None)
    own = replace(served.model, consultation=general_consultation(OUTCOME, "later"))
    assert "It does not count in place of the estimate" in measured_text(found, own, date(2026, 11, 29))


def test_a_file_may_say_that_no_result_counts(tmp_path: Path, served: ServedModel) -> None:
    text = (MODEL_STORE / "dysglycaemia" / CONSULTATION).read_text(encoding="utf-8")
    text = text.replace("[measured]", "[measured]\noverrules = false", 1)
    (tmp_path / CONSULTATION).write_text(text, encoding="utf-8")
    told = read_consultation(tmp_path, served.model.schema)
    assert told is not None
    assert not told.measured.counts_on(TODAY, TODAY, 5.0, False)
