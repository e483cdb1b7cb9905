"""A patient's history: how answers ended, what was said, and how the risk went."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.registry import ServedModel
from app.faces.openapi.ids import option_id
from app.faces.pages.patient.views.history import HEIGHT, WIDTH, history_of, outcome_text
from app.storage.feedback_tables import FeedbackRow
from app.usecases.record.repository import PastRisk
from tests.asking import Person
from tests.unit.faces.answers import ASKED, MODELS, a_person, option, row_of
from tests.unit.faces.pages.patient.contexts import context, recorded

SOMEBODY = a_person(MODELS[0])
RISKS = st.lists(st.tuples(st.integers(0, 10**8), st.floats(0, 1)), min_size=2, max_size=20).map(sorted)


@pytest.mark.parametrize(
    ("status", "options", "told"),
    [
        ("found", 1, "1 option"),
        ("found", 3, "3 options"),
        ("already_below_target", 0, "at or below the target"),
        ("infeasible", 0, "no change found that reaches the target"),
    ],
)
def test_how_an_answer_ended(status: str, options: int, told: str) -> None:
    row = row_of(MODELS[0], SOMEBODY, *(option(rank) for rank in range(1, options + 1)), status=status)
    assert outcome_text(row) == told


def past(risks: list[tuple[int, float]]) -> list[PastRisk]:
    return [PastRisk(ASKED + timedelta(seconds=second), risk, 0.5) for second, risk in risks]


@given(RISKS)
def test_the_course_stays_on_its_drawing_and_goes_as_the_risk_does(risks: list[tuple[int, float]]) -> None:
    course = history_of(context(row_of(MODELS[0], SOMEBODY), None, risk_history=past(risks))).risk_history
    assert course is not None
    across, down = zip(*course.points, strict=True)
    assert all(0 <= x <= WIDTH for x in across)
    assert all(0 <= y <= HEIGHT for y in down)
    assert list(across) == sorted(across)
    assert [one.risk for one in past(risks)] == pytest.approx([1 - y / HEIGHT for y in down], abs=1e-3)
    assert (course.since, course.until) == (past(risks)[0].at, past(risks)[-1].at)
    assert course.threshold == HEIGHT / 2


@pytest.mark.parametrize("count", [0, 1])
def test_one_point_makes_no_course(count: int) -> None:
    few = past([(0, 0.4)] * count)
    assert history_of(context(row_of(MODELS[0], SOMEBODY), None, risk_history=few)).risk_history is None


def test_the_course_is_told_in_a_sentence() -> None:
    shown = context(row_of(MODELS[0], SOMEBODY), None, risk_history=past([(0, 0.61), (9, 0.7), (60, 0.42)]))
    course = history_of(shown).risk_history
    assert course is not None
    assert course.sentence == "3 answers by version 1: from 61 % to 42 %; the threshold is 50 %."


def test_the_answer_that_is_shown_is_marked_and_a_what_if_is_called_one(
    served: ServedModel, helpable: Person
) -> None:
    base = recorded(served, helpable)
    row = recorded(served, helpable, based_on=base.id)
    entries = history_of(context(row, served, base=base, answers=[row, base])).entries
    assert [(one.is_shown, one.is_what_if) for one in entries] == [(True, True), (False, False)]


def test_verdicts_stand_at_the_options_that_they_are_on() -> None:
    def verdict(rank: int, said: str) -> FeedbackRow:
        return FeedbackRow(id=option_id(100 + rank), counterfactual_id=option_id(rank), verdict=said)

    row = row_of(MODELS[0], SOMEBODY, option(1), option(2))
    verdicts = [verdict(2, "declined"), verdict(1, "accepted"), verdict(9, "accepted")]
    (entry,) = history_of(context(row, None, verdicts=verdicts)).entries
    assert [(name, said.text) for name, said in entry.said] == [
        ("Option 2", "Declined"),
        ("Option 1", "Accepted"),
    ]
