"""Improvements have the cards of options, and claim what they are: a fall of the estimate."""

from typing import Any

import pytest

from app.engine.registry import ModelRegistry, ServedModel
from app.faces.pages.patient.views.charts import charts_of
from app.faces.pages.patient.views.compare import rows_of
from app.faces.pages.patient.views.improvements import improvements_of
from app.faces.pages.patient.views.options import OptionView, improvement_views, option_views
from tests.asking import Person
from tests.kinds_of_answers import CLEARLY_BELOW, FRAGILE, IN_REACH, NOTHING_HELPS, OUT_OF_REACH
from tests.unit.faces.answers import change, option
from tests.unit.faces.pages.patient.contexts import context, recorded
from tests.unit.faces.pages.patient.real import real_context

SLEEP = change("sleep", 5.0, 6.0, "h/night")
FALL: dict[str, Any] = {
    "kind": "improvement",
    "risk": 0.54,
    "grades": ["knee"],
    "reduction": 0.07,
    "robustness": {"refits": 0.98, "noise": 0.97, "adherence": 0.96},
    "reduction_holds": {"refits": 0.8, "noise": 0.9, "adherence": 0.7},
    "holds_at": 0.61,
}


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def card(served: ServedModel, person: Person, **columns: Any) -> OptionView:
    row = recorded(served, person, option(1, SLEEP, **FALL | columns), status="infeasible")
    (view,) = improvement_views(context(row, served))
    return view


def test_a_card_is_called_by_a_letter_and_tells_how_often_it_falls(
    served: ServedModel, helpable: Person
) -> None:
    view = card(served, helpable)
    assert (view.name, view.key, view.mark) == ("Improvement A", "improvement-1", "A")
    assert [(term, plain(figures)) for term, figures in view.held] == [
        ("Still falls", "98 % if learned from other people, 97 % if measured again, 96 % if done in part"),
        (
            "By half or more",
            "80 % if learned from other people, 90 % if measured again, 70 % if done in part",
        ),
        ("As an option", "would hold at a target of 61 % or more"),
    ]
    assert view.least == "Least effort for this fall: proved"


@pytest.mark.parametrize(
    ("grades", "holds_at", "told"),
    [
        (["knee"], 0.58, ("most for its effort",)),
        (["largest"], None, ("among the largest falls that hold",)),
        (["nearest_target"], 0.58, ("holds at a target of 58 %",)),
        (["knee", "largest"], None, ("most for its effort", "among the largest falls that hold")),
        ([], None, ()),
    ],
)
def test_grades_are_told_in_words(
    served: ServedModel, helpable: Person, grades: list[str], holds_at: float | None, told: tuple[str, ...]
) -> None:
    view = card(served, helpable, grades=grades, holds_at=holds_at)
    assert tuple(map(plain, view.apart)) == told
    assert sum("target" in plain(words) for words in (*view.apart, *dict(view.held).values())) == 1
    no_target = "would not hold at any target below today's estimate"
    assert (dict(view.held).get("As an option") == no_target) == (holds_at is None)


def test_a_target_at_the_estimate_itself_is_not_told_as_something_reached(
    served: ServedModel, helpable: Person
) -> None:
    now = context(recorded(served, helpable), served).answer.prediction.risk
    view = card(served, helpable, grades=["nearest_target"], holds_at=round(now, 2))
    assert view.apart == ("nearest to the target",)


def test_what_is_done_whole_may_fall_short_of_what_it_brings_along(
    served: ServedModel, helpable: Person
) -> None:
    switch = change("vigorous_activity", False, True)
    row = recorded(served, helpable, option(1, switch, **FALL), status="infeasible")
    (view,) = improvement_views(context(row, served))
    assert "96 % if done in part" in plain(dict(view.held)["Still falls"])
    assert "70 % if done in part" in plain(dict(view.held)["By half or more"])


@pytest.mark.parametrize(
    ("least", "told"),
    [
        (0.9, "The estimate falls in at least 90 % of checks: if the model had learned from other people, "),
        (0.7, "The estimate falls in at least 70 % of checks: if the model had learned from other people, "),
        (0.85, "The estimate falls in at least 85 % of checks: if the model had learned from other people, "),
        (1.0, "The estimate falls in all checks: if the model had learned from other people, "),
    ],
)
def test_the_direction_is_claimed_as_often_as_asked_for(
    served: ServedModel, helpable: Person, least: float, told: str
) -> None:
    row = recorded(
        served, helpable, option(1, SLEEP, **FALL), status="infeasible", target=0.5, min_robustness=least
    )
    view = improvements_of(context(row, served))
    assert view is not None
    assert view.title == "One way to lower the estimated risk"
    assert told in plain(view.lead)
    assert "By how much is less sure" in view.lead


def test_out_of_reach_they_do_not_claim_the_target(registry: ModelRegistry) -> None:
    view = improvements_of(real_context(registry, OUT_OF_REACH))
    assert view is not None
    assert view.title == "2 ways to lower the estimated risk"
    assert plain(view.lead).startswith(
        "The target of 50 % is not in reach by what is permitted. The estimate falls in at least 90 %"
    )


def test_beside_fragile_options_the_difference_is_told(registry: ModelRegistry) -> None:
    found = real_context(registry, FRAGILE)
    assert all(one.fragile for one in found.options)
    view = improvements_of(found)
    assert view is not None
    assert len(view.cards) == len(found.answer.improvements)
    lead = plain(view.lead)
    assert "claims to end at or below the target of 50 %, but none does so as often as was asked for" in lead
    assert "An improvement does not" in lead
    names = [one.name for one in view.cards]
    assert names == [f"Improvement {letter}" for letter in "ABCD"[: len(names)]]
    assert all("of all" not in words for one in view.cards for words in one.apart)
    same = [one for one in view.cards if "the same changes as option 1" in one.apart]
    assert [[move.after for move in one.moves] for one in same] == [
        [move.after for move in option_views(found)[0].moves]
    ]


def test_where_nothing_helps_that_is_said_with_what_is_outside(registry: ModelRegistry) -> None:
    found = real_context(registry, NOTHING_HELPS)
    view = improvements_of(found)
    assert view is not None
    assert found.answer.no_improvement is not None
    assert (view.cards, view.lead) == ((), found.answer.no_improvement.text)
    assert view.outside is not None
    assert "no medicines" in view.outside


@pytest.mark.parametrize("person", [CLEARLY_BELOW, IN_REACH])
def test_where_they_are_not_due_nothing_is_said_of_them(registry: ModelRegistry, person: int) -> None:
    assert improvements_of(real_context(registry, person)) is None


def test_of_somebody_below_the_target_what_lowers_it_further_is_told_if_asked(
    served: ServedModel, helpable: Person
) -> None:
    row = recorded(
        served,
        helpable,
        option(1, SLEEP, **FALL),
        status="already_below_target",
        target=0.7,
        min_robustness=0.9,
    )
    view = improvements_of(context(row, served))
    assert view is not None
    assert view.title == "What would lower it further"
    assert "at or below the target of 70 % as it is" in plain(view.lead)


def test_charts_and_comparison_have_them_too(registry: ModelRegistry) -> None:
    found = real_context(registry, OUT_OF_REACH)
    changed = {one.feature for each in found.answer.improvements for one in each.changes}
    assert all(len(row.options) == len(found.answer.improvements) for row in rows_of(found))
    labels = {found.schema[name].label for name in changed} if found.schema else set()
    assert labels <= {row.label for row in rows_of(found)}
    charts = charts_of(found)
    assert charts is not None
    assert {chart.label for chart in charts.charts} == labels
