"""A plan on the page: what is reached, how far away the review is, the text for the record."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.faces.pages.patient.views.days import review_text
from app.faces.pages.patient.views.plan import plan_view
from app.faces.pages.patient.views.reached import beside_text, reached_view
from app.usecases.plans.states import EventKind, PlanState, StopReason
from tests.unit.faces.answers import MODELS, change
from tests.unit.faces.pages.patient.plans import MADE, event, followed, plan

WEIGHT = change("weight", 90.0, 80.0, "kg")
WALKS = change("active_travel", False, True)
CAUSAL = ("because", "caused", "due to the", "thanks to", "led to")


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (365, "Review in 365 days"),
        (1, "Review in 1 day"),
        (0, "Review due today"),
        (-1, "Review overdue by 1 day"),
        (-5, "Review overdue by 5 days"),
    ],
)
def test_how_far_away_a_review_is(days: int, said: str) -> None:
    assert review_text(days) == said
    view = plan_view(None, plan(WEIGHT, days_to_review=days))
    assert (view.is_due, view.is_overdue) == (days <= 0, days < 0)


@pytest.mark.parametrize(
    ("now", "said", "width"),
    [
        (90.0, "0 % of the way", 0.0),
        (86.0, "40 % of the way", 40.0),
        (80.0, "100 % of the way", 100.0),
        (78.0, "120 %: further than planned", 100.0),
        (92.0, "moved the other way: \N{MINUS SIGN}20 %", 0.0),
        (None, "not known", None),
    ],
)
def test_how_much_of_a_change_is_reached(now: float | None, said: str, width: float | None) -> None:
    view = reached_view(None, plan(WEIGHT, follow_up=followed((WEIGHT, now))))
    assert view is not None
    (line,) = view.lines
    assert (line.text, line.width) == (said, width)
    assert line.span == ("90", "80\N{NO-BREAK SPACE}kg")


@pytest.mark.parametrize(("now", "said"), [(True, "done"), (False, "not done"), (None, "not known")])
def test_a_yes_or_no_is_done_or_not(now: bool | None, said: str) -> None:
    view = reached_view(None, plan(WALKS, follow_up=followed((WALKS, now))))
    assert view is not None
    assert view.lines[0].text == said


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((80.0, True), "Reached: 100 %, the mean of 2 changes."),
        ((86.0, True), "Mostly reached: 70 %, the mean of 2 changes."),
        ((90.0, True), "Partly reached: 50 %, the mean of 2 changes."),
        ((88.0, False), "Little of it reached: 10 %, the mean of 2 changes."),
        ((90.0, False), "Not reached so far: 0 %, the mean of 2 changes."),
        (
            (95.0, True),
            "Partly reached: 50 %, the mean of 2 changes. "
            "In the mean each counts for 0 to 100 %: one that moved the other way, for 0 %.",
        ),
        (
            (80.0, None),
            "Reached: 100 %, of the 1 change whose value was sent. Of 1 more it is not known.",
        ),
        ((None, None), "How much of it is reached is not known: none of its values was sent."),
    ],
)
def test_how_much_of_the_whole_is_reached(values: tuple[Any, Any], said: str) -> None:
    found = followed((WEIGHT, values[0]), (WALKS, values[1]))
    view = reached_view(None, plan(WEIGHT, WALKS, follow_up=found))
    assert view is not None
    assert view.overall.replace("\N{NO-BREAK SPACE}", " ") == said


@given(st.floats(0, 1), st.floats(0, 1))
@example(0.0, 0.01)
@example(0.03, 0.01)
def test_above_and_below_are_said_in_whole_points_and_of_low_risks_in_tenths(
    now: float, planned: float
) -> None:
    places = 0 if max(now, planned) >= 0.1 else 1
    said = beside_text(now, planned)
    points = round(round(100 * now, places) - round(100 * planned, places), places)
    if points == 0:
        assert said == "about what was planned"
    else:
        number = f"{abs(points):.{places}f}".removesuffix(".0")
        assert said.startswith(f"{number} point{'' if number == '1' else 's'} ")
        assert ("above" in said) == (points > 0)


def test_two_versions_are_not_compared() -> None:
    found = followed((WEIGHT, 85.0), version="2")
    view = reached_view(None, plan(WEIGHT, follow_up=found))
    assert view is not None
    assert (view.other_version, view.beside_planned) == ("2", "")


def test_the_text_for_the_record_has_it_all_in_plain_words() -> None:
    found = followed((WEIGHT, 86.0), (WALKS, True), estimate=0.5)
    text = plan_view(
        None, plan(WEIGHT, WALKS, note="with <her> sister", given_by="dr.okoye", follow_up=found)
    ).text
    for part in (
        "Plan: Walk to work",
        "Made on 2 March 2026 by dr.okoye",
        "- Weight: 90 kg → 80 kg",
        "- Active travel: no → yes",
        "60 % when the plan was made, 40 % with all that is planned",
        "Review: 2 March 2027",
        "Note: with <her> sister",
        "Mostly reached: 70 %",
        "Estimate now: 50 % (10 points above what was planned)",
        "not a promise",
    ):
        assert part in text
    assert "\N{NO-BREAK SPACE}" not in text
    assert not [word for word in CAUSAL if word in text.lower()]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.model.name)
def test_values_are_written_as_the_schema_writes_them(model: Any) -> None:
    feature = next(one for one in model.features if one.is_numeric and one.unit)
    moved = change(feature.name, 10, 20, feature.unit)
    (line,) = plan_view(model, plan(moved)).lines
    assert line.span[1].endswith(f"\N{NO-BREAK SPACE}{feature.unit}")


@pytest.mark.parametrize("reason", StopReason)
def test_a_stopped_plan_says_why(reason: StopReason) -> None:
    events = [event(EventKind.CREATED), event(EventKind.STOPPED, reason=reason, note="moved away")]
    ended = plan(WEIGHT, state=PlanState.STOPPED, events=events, ended_at=MADE, days_to_review=None)
    view = plan_view(None, ended)
    assert view.state.startswith("Stopped: ")
    assert [what for _, what, _ in view.happened] == [view.state]


def test_what_happened_is_told_with_what_was_reached_each_time() -> None:
    events = [
        event(EventKind.CREATED),
        event(EventKind.FOLLOWED_UP, adherence=0.4),
        event(EventKind.REVIEW_MOVED, review_on=MADE.date()),
        event(EventKind.FOLLOWED_UP, adherence=None),
    ]
    told = [what for _, what, _ in plan_view(None, plan(WEIGHT, events=events)).happened]
    assert [one.replace("\N{NO-BREAK SPACE}", " ") for one in told] == [
        "New values: 40 % of it reached",
        "Review moved to 2 March 2026",
        "New values: how much is reached is not known",
    ]
