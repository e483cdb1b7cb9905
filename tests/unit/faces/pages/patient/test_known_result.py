"""A known result on the page: what it says, how long it counts, and that nothing else is claimed."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendar import months_later
from app.domain.errors import ValidationIssue
from app.engine.registry import ServedModel
from app.faces.pages.patient.views.known_result import known_result_of
from app.faces.pages.patient.views.result_form import refused, result_form_of
from app.storage.consultation_tables import MeasurementRow
from app.usecases.measurements.days import latest_day
from app.usecases.record.context import AnswerContext
from tests.asking import Person
from tests.unit.faces.pages.patient.contexts import context, recorded

DAY = date(2026, 10, 12)
TODAY = date(2026, 11, 29)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def measured(value: float | None, day: date = DAY, *, present: bool = False) -> MeasurementRow:
    return MeasurementRow(
        id=UUID(int=day.toordinal()),
        measured_on=day,
        value=value,
        has_outcome=value >= 5.7 if value is not None else present,
        is_withdrawn=False,
        given_by=None,
        replaces=None,
    )


def about(served: ServedModel, person: Person, *rows: MeasurementRow, **features: Any) -> AnswerContext:
    return context(recorded(served, dict(person) | features), served, measurements=rows)


def test_a_result_is_told_as_it_is_whatever_the_estimate_says(served: ServedModel, helpable: Person) -> None:
    known = known_result_of(about(served, helpable, measured(5.4)), TODAY)
    assert known is not None
    assert plain(known.sentence) == "HbA1c was 5.4 % on 12 October 2026: below the range of prediabetes."
    assert known.weight == "This result counts; the estimate does not."
    assert (plain(known.value or ""), known.measured_on) == ("5.4 %", DAY)
    assert (known.recheck_on, plain(known.recheck)) == (date(2029, 10, 12), "Test again by 12 October 2029.")
    assert known.overrules
    assert not known.is_overdue


def test_a_result_is_told_and_corrected_in_the_unit_that_it_came_in(
    served: ServedModel, helpable: Person
) -> None:
    asked = about(served, helpable, measured(6.45156))
    known, form = known_result_of(asked, TODAY), result_form_of(asked)
    assert known is not None
    assert plain(known.sentence) == (
        "HbA1c was 47 mmol/mol (6.45 %) on 12 October 2026: in the range of prediabetes."
    )
    assert form is not None
    assert form.correction is not None
    assert (form.correction.typed["value"], form.correction.typed["unit"]) == ("47", "mmol/mol")


def test_an_old_result_says_so(served: ServedModel, helpable: Person) -> None:
    known = known_result_of(about(served, helpable, measured(5.4, date(2022, 10, 12))), TODAY)
    assert known is not None
    assert known.weight == "Measured 4 years ago: the estimate counts again, and a new result more."
    assert plain(known.recheck) == "A new test was due on 12 October 2025."
    assert not known.overrules


def test_an_old_result_that_showed_the_outcome_is_not_taken_back(
    served: ServedModel, helpable: Person
) -> None:
    known = known_result_of(about(served, helpable, measured(6.8, date(2026, 6, 1))), TODAY)
    assert known is not None
    assert known.says == "in the range of diabetes"
    assert known.weight == (
        "Measured 5 months ago: it counts until a new result is known; no low estimate takes it back."
    )
    assert known.overrules
    assert known.is_overdue


@given(value=st.floats(3, 20), days=st.integers(0, 8000))
def test_a_result_without_the_outcome_overrules_until_a_new_one_is_due(
    served: ServedModel, helpable: Person, value: float, days: int
) -> None:
    day = TODAY - timedelta(days)
    known = known_result_of(about(served, helpable, measured(round(value, 1), day)), TODAY)
    assert known is not None
    finding = served.consultation.measured.finding_of(round(value, 1), known.has_outcome)
    assert known.recheck_on == months_later(day, finding.recheck_months)
    assert known.is_overdue == (known.recheck_on < TODAY)
    assert known.overrules == (known.has_outcome or not known.is_overdue)
    assert ("the estimate counts again" in known.weight) == (not known.overrules)
    assert ("no low estimate takes it back" in known.weight) == (known.overrules and known.is_overdue)


@pytest.mark.parametrize("present", [True, False])
def test_an_outcome_that_is_present_or_absent(
    heart: ServedModel, heart_patient: Person, present: bool
) -> None:
    known = known_result_of(about(heart, heart_patient, measured(None, present=present)), TODAY)
    assert known is not None
    shows = "an artery" if present else "no artery"
    assert plain(known.sentence) == (
        f"Coronary angiography, 12 October 2026: shows {shows} narrowed by half or more."
    )
    assert known.value is None
    assert [one.year for one in known.guidelines] == [2021]
    assert known.guidelines[0].who is None


def test_a_model_without_a_file_tells_the_outcome_itself(served: ServedModel, helpable: Person) -> None:
    bare = replace(served, model=replace(served.model, consultation=None))
    known = known_result_of(about(bare, helpable, measured(None, present=True)), TODAY)
    assert known is not None
    outcome = served.model.schema.model.outcome
    assert plain(known.sentence) == f"{outcome[0].upper()}{outcome[1:]}, 12 October 2026: present."
    assert known.guidelines == []


@pytest.mark.parametrize(
    ("features", "naming"),
    [
        ({"age": 50, "bmi": 31.0}, ": this patient is one."),
        ({"age": 30, "bmi": 31.0}, ": this patient is not one."),
        ({"age": 50, "bmi": None}, "a body mass index of 25 or more."),
    ],
)
def test_a_guideline_says_whether_it_is_about_this_patient(
    served: ServedModel, helpable: Person, features: Person, naming: str
) -> None:
    consultation = served.consultation
    codes = ("uspstf-2021",)
    asked = consultation.model_copy(
        update={"measured": consultation.measured.model_copy(update={"guidelines": codes})}
    )
    other = replace(served, model=replace(served.model, consultation=asked))
    known = known_result_of(about(other, helpable, measured(5.4), **features), TODAY)
    assert known is not None
    (guideline,) = known.guidelines
    assert guideline.who is not None
    assert guideline.who.endswith(naming)
    assert guideline.url.startswith("https://")


def test_without_a_result_or_a_model_nothing_is_known(served: ServedModel, helpable: Person) -> None:
    assert known_result_of(about(served, helpable)) is None
    gone = context(recorded(served, dict(helpable)), None, measurements=[measured(5.4)])
    assert known_result_of(gone) is None
    assert result_form_of(gone) is None


def test_a_result_of_today_is_no_month_old(served: ServedModel, helpable: Person) -> None:
    known = known_result_of(about(served, helpable, measured(5.4, latest_day())))
    assert known is not None
    assert known.overrules


def test_what_was_typed_stays_beside_its_fault(served: ServedModel, helpable: Person) -> None:
    form = result_form_of(about(served, helpable, measured(5.4)))
    assert form is not None
    assert form.correction is not None
    assert form.correction.typed == {"measured_on": "2026-10-12", "value": "5.4", "unit": "%"}
    issues = [ValidationIssue("/value", "is required"), ValidationIssue("/replaces", "is no result")]
    typed = {"value": "x", "answer": "1", "shoe_size": "44"}
    anew = refused(form, typed, issues)
    assert (anew.new.typed, anew.new.faults) == ({"value": "x"}, {"value": "is required"})
    assert (anew.new.trouble, anew.correction) == (["is no result"], form.correction)
    assert (anew.new.is_refused, anew.new.first_fault) == (True, "value")
    corrected = refused(form, typed | {"replaces": "1"}, issues)
    assert (corrected.new, corrected.correction and corrected.correction.typed) == (form.new, {"value": "x"})
    back = refused(form, {"withdrawn": "true"}, [ValidationIssue("", "Look at it.")])
    assert (back.trouble, back.new, back.correction) == (["Look at it."], form.new, form.correction)


@pytest.mark.parametrize(
    ("reference", "said"),
    [("Observation/123", "From the record: Observation/123, 12 October 2026."), (None, "From the record.")],
)
def test_a_result_of_the_record_says_so_and_names_nobody_who_entered_it(
    served: ServedModel, helpable: Person, reference: str | None, said: str
) -> None:
    row = measured(5.4)
    row.source, row.reference, row.given_by = "fhir", reference, "Dr Who Opened The Chart"
    known = known_result_of(about(served, helpable, row), TODAY)
    assert known is not None
    assert plain(known.comes_from or "") == said


def test_a_result_that_somebody_entered_names_them(served: ServedModel, helpable: Person) -> None:
    row = measured(5.4)
    row.source, row.given_by = "given", "Dr Grey"
    known = known_result_of(about(served, helpable, row), TODAY)
    assert known is not None
    assert known.comes_from == "Entered by Dr Grey."
