"""The course of the estimate: on its axes, with values, and with plans."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.faces.http.pages.rendering import risk_words
from app.faces.pages.patient.views.course import HEIGHT, LEFT, RIGHT, TOP, Course, course_of
from app.usecases.plans.states import PlanState
from app.usecases.plans.told import PlanOut
from app.usecases.record.repository import PastRisk
from tests.unit.faces.answers import ASKED, MODELS, a_person, row_of
from tests.unit.faces.pages.patient.contexts import context
from tests.unit.faces.pages.patient.plans import plan

RISKS = st.lists(st.tuples(st.integers(0, 10**8), st.floats(0, 1)), min_size=2, max_size=20).map(sorted)


def past(risks: list[tuple[int, float]], threshold: float = 0.5) -> list[PastRisk]:
    return [PastRisk(ASKED + timedelta(seconds=second), risk, threshold) for second, risk in risks]


def course(risks: list[tuple[int, float]], *plans: PlanOut) -> Course | None:
    row = row_of(MODELS[0], a_person(MODELS[0]))
    return course_of(context(row, None, risk_history=past(risks), plans=plans))


@given(RISKS)
def test_it_stays_on_its_drawing_and_goes_as_the_estimate_does(risks: list[tuple[int, float]]) -> None:
    drawn = course(risks)
    assert drawn is not None
    assert all(LEFT <= one.x <= RIGHT and TOP <= one.y <= HEIGHT for one in drawn.points)
    assert [one.x for one in drawn.points] == sorted(one.x for one in drawn.points)
    shares = [1 - (one.y - TOP) / (HEIGHT - TOP) for one in drawn.points]
    assert shares == pytest.approx([one.risk for one in past(risks)], abs=1e-3)
    assert drawn.threshold.at == (TOP + HEIGHT) / 2


@given(RISKS)
def test_values_are_written_where_they_have_room_and_the_last_always(risks: list[tuple[int, float]]) -> None:
    drawn = course(risks)
    assert drawn is not None
    assert drawn.points[-1].value is not None
    written = [one.x for one in drawn.points if one.value]
    assert all(after - before >= 44 for before, after in pairwise(written))


@pytest.mark.parametrize("count", [0, 1])
def test_one_point_makes_no_course(count: int) -> None:
    assert course([(0, 0.4)] * count) is None


def test_beside_a_low_threshold_the_axis_ends_lower() -> None:
    row = row_of(MODELS[0], a_person(MODELS[0]))
    drawn = course_of(context(row, None, risk_history=past([(0, 0.031), (60, 0.014)], 0.0125)))
    assert drawn is not None
    assert [level.text for level in drawn.levels] == ["0 %", "1.25 %", "2.5 %", "3.75 %", "5 %"]
    assert drawn.threshold.at == TOP + (HEIGHT - TOP) * 0.75
    assert drawn.sentence == "2 answers by version 1: from 3 % to 1.4 %; the threshold is 1.25 %."


def test_it_is_told_in_a_sentence() -> None:
    drawn = course([(0, 0.61), (9, 0.7), (60, 0.42)])
    assert drawn is not None
    assert drawn.sentence == "3 answers by version 1: from 61 % to 42 %; the threshold is 50 %."


YEAR = 365 * 24 * 3600


def test_plans_are_marked_by_number_from_the_oldest_on_and_stand_in_the_table() -> None:
    older = plan(
        state=PlanState.STOPPED,
        created_at=ASKED + timedelta(days=10),
        ended_at=ASKED + timedelta(days=200),
        days_to_review=None,
    )
    newer = plan(created_at=ASKED + timedelta(days=200), name="Eat less", review_on=date(2027, 6, 1))
    drawn = course([(0, 0.61), (YEAR, 0.42)], newer, older)
    assert drawn is not None
    assert [(one.numbers, one.is_review) for one in drawn.marks] == [
        ("1", False),
        ("1, 2", False),
        ("2", True),
    ]
    assert all(LEFT <= one.x <= RIGHT for one in drawn.marks)
    assert [what for _, what, _ in drawn.rows] == [
        "Estimate",
        "Plan 1 begins: Walk to work",
        "Plan 1 ends",
        "Plan 2 begins: Eat less",
        "Estimate",
        "Review of plan 2",
    ]
    assert [risk for *_, risk in drawn.rows if risk] == [risk_words(0.61), risk_words(0.42)]
    assert drawn.sentence.endswith("2 plans are marked.")


def test_a_review_far_ahead_does_not_crowd_what_was() -> None:
    """It stands in the table all the same."""
    drawn = course([(0, 0.61), (60, 0.42)], plan(created_at=ASKED + timedelta(seconds=90)))
    assert drawn is not None
    assert not [one for one in drawn.marks if one.is_review]
    assert drawn.rows[-1][1] == "Review of plan 1"
