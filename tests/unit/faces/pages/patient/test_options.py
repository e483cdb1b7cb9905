"""Option cards: what is claimed of an option is what is known of it."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.schema import FeatureSchema
from app.engine.registry import ServedModel
from app.faces.openapi.ids import option_id
from app.faces.pages.patient.views.options import OptionView, option_views
from app.storage.feedback_tables import FeedbackRow
from app.usecases.feedback.judged import Judgement
from app.usecases.feedback.reasons import REASONS, Reason, Verdict
from tests.asking import Person
from tests.unit.faces.answers import ASKED, change, option, option_change
from tests.unit.faces.pages.patient.contexts import context, recorded

SLEEP = change("sleep", 5.0, 6.0, "h/night")
SPACE = "\N{NO-BREAK SPACE}"


def card(served: ServedModel, person: Person, *changes: Any, **columns: Any) -> OptionView:
    row = recorded(served, person, option(1, *(changes or (SLEEP,)), **columns))
    (view,) = option_views(context(row, served))
    return view


def verdict(number: int, said: Verdict, reason: Reason | None = None, replaces: Any = None) -> FeedbackRow:
    return FeedbackRow(
        id=option_id(100 + number),
        created_at=ASKED,
        counterfactual_id=option_id(1),
        verdict=said,
        reason=reason,
        replaces=replaces,
    )


def test_an_option_is_called_the_least_only_where_that_is_proved(
    served: ServedModel, helpable: Person
) -> None:
    proved = card(served, helpable, optimality={"proved": True, "effort_bound": 2.04})
    bounded = card(served, helpable, optimality={"proved": False, "effort_bound": 1.56})
    unknown = card(served, helpable, optimality={"proved": False, "effort_bound": 0.0})
    older = card(served, helpable, optimality=None)
    views = (proved, bounded, unknown, older)
    assert [(view.least, view.effort_bound) for view in views] == [
        ("Least of its kind: proved", None),
        (None, "1.6"),
        (None, None),
        (None, None),
    ]
    assert {view.effort for view in views} == {"2.0"}


@pytest.mark.parametrize("proved", [True, False])
def test_of_a_fragile_option_no_least_effort_is_told(
    served: ServedModel, helpable: Person, proved: bool
) -> None:
    view = card(served, helpable, fragile=True, optimality={"proved": proved, "effort_bound": 1.56})
    assert (view.least, view.effort_bound) == (None, None)


def test_what_is_done_or_not_cannot_be_done_in_part(served: ServedModel, helpable: Person) -> None:
    switch = change("vigorous_activity", False, True)
    ((_, whole),) = card(served, helpable, switch).held
    ((term, in_part),) = card(served, helpable, switch, SLEEP).held
    assert whole.replace(SPACE, " ") == "95 % if learned from other people, 90 % if measured again"
    assert (term, in_part.replace(SPACE, " ")) == (
        "Still holds",
        "95 % if learned from other people, 90 % if measured again, 85 % if done in part",
    )


def test_a_card_is_headed_by_its_strategy(served: ServedModel, helpable: Person) -> None:
    marks = ["least_effort", "fewest_changes", "without_weight_goal"]
    about = {"name": "Sleep", "themes": ["sleep"], "distinctions": marks}
    view = card(served, helpable, strategy=about)
    assert view.strategy == "Sleep"
    assert view.apart == ("least effort of all", "fewest changes", "without a weight goal")


def test_each_change_has_its_part_of_the_points(served: ServedModel, helpable: Person) -> None:
    bmi, sleep = option_change("bmi", 31.0, 29.0, 0.15, 0.17), option_change("sleep", 5.0, 6.0, 0.06, -0.01)
    view = card(served, helpable, bmi, sleep)
    assert view.points == "21 points"
    assert [(move.part, move.alone) for move in view.moves] == [
        ("15", "17 points lower"),
        ("6", "1 point higher"),
    ]


@pytest.mark.parametrize(
    ("degraded", "part", "alone", "is_told"),
    [
        ([], 0.0, 0.0, True),
        ([], 0.0004, 0.001, True),
        ([], 0.02, 0.0, False),
        ([], 0.0, 0.02, False),
        (["deadline"], 0.0, 0.0, False),
    ],
)
def test_a_change_that_lowers_nothing_says_why_it_is_there(
    served: ServedModel, helpable: Person, degraded: list[str], part: float, alone: float, is_told: bool
) -> None:
    """Not where the search had no time to leave out what is needless."""
    bmi = option_change("bmi", 31.0, 29.0, 0.21 - part, 0.21)
    row = recorded(
        served,
        helpable,
        option(1, bmi, option_change("sleep", 5.0, 6.0, part, alone)),
    )
    row.generation.degraded = degraded
    (view,) = option_views(context(row, served))
    assert view.moves[0].why is None
    assert ("would hold less often" in (view.moves[1].why or "")) == is_told


def test_a_single_change_is_all_of_the_fall(served: ServedModel, helpable: Person) -> None:
    view = card(served, helpable, option_change("sleep", 5.0, 6.0, 0.21, 0.21))
    assert (view.points, view.moves[0].part, view.moves[0].alone) == (None, None, None)


def test_what_treatment_changes_is_marked_where_the_question_opened_it(
    served: ServedModel, helpable: Person
) -> None:
    lower = change("sbp", 150, 140, "mmHg")
    asked = recorded(served, helpable, option(1, lower, SLEEP), include=["treatment"])
    (view,) = option_views(context(asked, served))
    assert [move.is_treatment for move in view.moves] == [True, False]
    assert view.moves[0].say == "Consider lowering systolic blood pressure by treatment"
    (older,) = option_views(context(recorded(served, helpable, option(1, lower, SLEEP)), served))
    assert not any(move.is_treatment for move in older.moves)
    assert older.moves[0].say == "Consider changing sbp"


def test_an_option_from_before_has_no_strategy_and_no_parts(served: ServedModel, helpable: Person) -> None:
    view = card(served, helpable, SLEEP, change("sugar", 90, 70))
    assert (view.strategy, view.apart, view.points, view.following) == (None, (), None, None)
    assert [(move.part, move.alone) for move in view.moves] == [(None, None)] * 2


def test_cards_come_in_the_order_of_the_answer(served: ServedModel, helpable: Person) -> None:
    row = recorded(served, helpable, *(option(rank, SLEEP) for rank in (1, 2, 3)))
    assert [view.name for view in option_views(context(row, served))] == ["Option 1", "Option 2", "Option 3"]


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_told_in_words(served: ServedModel, helpable: Person, reason: Reason) -> None:
    row = recorded(served, helpable, option(1, SLEEP))
    verdicts = [verdict(1, Verdict.DECLINED, reason)]
    (view,) = option_views(context(row, served, verdicts=verdicts))
    assert view.said is not None
    assert (view.said.text, view.said.reason) == ("Declined", REASONS[reason])


def test_the_verdict_that_nothing_replaces_stands(served: ServedModel, helpable: Person) -> None:
    row = recorded(served, helpable, option(1, SLEEP), option(2, SLEEP))
    first = verdict(1, Verdict.ACCEPTED)
    second = verdict(2, Verdict.WITHDRAWN, replaces=first.id)
    one, other = option_views(context(row, served, verdicts=[first, second]))
    assert one.said is not None
    assert (one.said.id, one.said.text) == (second.id, "Taken back")
    assert other.said is None


def elsewhere(
    number: int, said: Verdict, reason: Reason | None = None, note: str | None = None, by: str | None = None
) -> Judgement:
    return Judgement(option_id(number), said, reason, note, ASKED, by, {"sleep": (5.0, 6.0)})


@pytest.mark.parametrize(
    ("judgement", "told"),
    [
        (elsewhere(9, Verdict.ACCEPTED), "were accepted on"),
        (elsewhere(9, Verdict.DECLINED), "were declined on"),
        (elsewhere(9, Verdict.DECLINED, Reason.PREFERENCE), "in another answer: the patient prefers"),
        (elsewhere(9, Verdict.DECLINED, Reason.OTHER, "sees a dietitian"), "answer: “sees a dietitian”."),
        (elsewhere(9, Verdict.DECLINED, by="Dr. Byron"), "by Dr. Byron, in another answer"),
        (elsewhere(2, Verdict.DECLINED), "on another card of this answer."),
        (elsewhere(1, Verdict.ACCEPTED), None),  # its own, which the card shows as such
    ],
)
def test_what_was_said_of_the_same_changes_elsewhere_is_told(
    served: ServedModel, helpable: Person, judgement: Judgement, told: str | None
) -> None:
    row = recorded(served, helpable, option(1, SLEEP), option(2, change("sugar", 90, 70)))
    judgements = {frozenset({("sleep", 6.0)}): judgement}
    same, other = option_views(context(row, served, judgements=judgements))
    assert (told or "") in (same.said_before or "")
    assert (same.said_before is None) == (told is None)
    assert other.said_before is None


def test_changes_of_the_same_kind_are_told_apart_from_the_same_ones(
    served: ServedModel, helpable: Person
) -> None:
    row = recorded(served, helpable, option(1, SLEEP), option(2, change("sugar", 90, 70)))
    found = elsewhere(9, Verdict.DECLINED, Reason.UNSUITABLE)
    further = replace(found, moves={"sleep": (5.2, 6.2)})
    for judgement, told in ((further, True), (replace(further, option=option_id(2)), False)):
        judgements = {frozenset({("sleep", 6.2)}): judgement}
        (same, other) = option_views(context(row, served, judgements=judgements))
        assert ("The same kinds of change, by other amounts" in (same.said_before or "")) is told
        assert other.said_before is None


def test_who_proposed_an_option_is_said(served: ServedModel, schema: FeatureSchema, helpable: Person) -> None:
    row = recorded(served, helpable, option(1, SLEEP, generator="llm"), option(2, SLEEP))
    assert [view.author for view in option_views(context(row, served))] == [
        "the language model",
        "the search",
    ]
    row.generation.llm_model = "smollm2"
    assert option_views(context(row, served))[0].author == "the language model smollm2"
