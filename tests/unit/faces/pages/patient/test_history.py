"""A patient's history: how answers ended, and what was said."""

import pytest

from app.engine.registry import ServedModel
from app.faces.openapi.ids import option_id
from app.faces.pages.patient.views.history import history_of, outcome_text
from app.storage.feedback_tables import FeedbackRow
from tests.asking import Person
from tests.unit.faces.answers import MODELS, a_person, option, row_of
from tests.unit.faces.pages.patient.contexts import context, recorded

SOMEBODY = a_person(MODELS[0])


@pytest.mark.parametrize(
    ("status", "options", "told"),
    [
        ("found", 1, "1 option"),
        ("found", 3, "3 options"),
        ("already_below_target", 0, "at or below the target"),
        ("outcome_measured", 0, "outcome measured: the estimate does not count"),
        ("infeasible", 0, "no change found that reaches the target"),
    ],
)
def test_how_an_answer_ended(status: str, options: int, told: str) -> None:
    row = row_of(MODELS[0], SOMEBODY, *(option(rank) for rank in range(1, options + 1)), status=status)
    assert outcome_text(row) == told


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
