"""Beside the options: why there are no more, what each change does alone, what is said to everybody."""

from typing import Any

import pytest

from app.engine.registry import ServedModel
from app.faces.pages.patient.views.beside import alone_of, always_of, shortfall_text
from tests.asking import Person
from tests.unit.faces.answers import change, option
from tests.unit.faces.pages.patient.contexts import context, recorded

SLEEP, SUGAR = change("sleep", 5.0, 6.0), change("sugar", 90, 70)
STOPPING = {"feature": "cigarettes", "text": "Offer help to stop smoking.", "source": "Hu 2018"}


@pytest.mark.parametrize(
    ("variants", "proved", "options", "told"),
    [
        (0, True, 2, "It is proved that no other way holds as well."),
        (0, False, 2, "No other way was found that holds as well."),
        (
            3,
            False,
            2,
            "No other way was found that holds and shares at most half of its behaviours with these; "
            "3 variants were left out.",
        ),
        (
            1,
            True,
            1,
            "It is proved that nothing else holds as well, but for 1 variant that was left out: it shares "
            "more than half of its behaviours with this option, or is another way of its strategy.",
        ),
    ],
)
def test_why_there_are_no_more_options(
    served: ServedModel, helpable: Person, variants: int, proved: bool, options: int, told: str
) -> None:
    shown = [option(rank, one) for rank, one in enumerate((SLEEP, SUGAR)[:options], 1)]
    row = recorded(served, helpable, *shown, shortfall={"variants": variants, "proved": proved})
    assert shortfall_text(context(row, served)) == told


@pytest.mark.parametrize("proved", [True, False])
def test_what_holds_as_badly_as_fragile_options_is_not_counted(
    served: ServedModel, helpable: Person, proved: bool
) -> None:
    def told(variants: int) -> str | None:
        shown = (option(1, SLEEP, fragile=True), option(2, SUGAR, fragile=True))
        row = recorded(served, helpable, *shown, shortfall={"variants": variants, "proved": proved})
        return shortfall_text(context(row, served))

    assert told(0) is None
    assert told(2) == (
        "2 variants were left out: each shares more than half of its behaviours with an option that is "
        "shown, or is another way of its strategy."
    )


def test_where_all_that_was_asked_for_was_found_nothing_is_said(
    served: ServedModel, helpable: Person
) -> None:
    assert shortfall_text(context(recorded(served, helpable, option(1, SLEEP)), served)) is None


@pytest.mark.parametrize("status", ["found", "infeasible"])
def test_what_each_change_does_alone_is_told_with_or_without_options(
    served: ServedModel, helpable: Person, status: str
) -> None:
    levers = [SLEEP | {"reduction": 0.062}, SUGAR | {"reduction": 0.004}]
    shown = [option(1, SLEEP)] if status == "found" else []
    row = recorded(served, helpable, *shown, status=status, most_helpful=levers)
    told = [(one.move.label, one.points) for one in alone_of(context(row, served))]
    assert told == [("Sleep", "6 points lower"), ("Sugar", "no different")]


@pytest.mark.parametrize("status", ["found", "infeasible", "already_below_target"])
def test_what_is_always_said_is_said_whatever_the_answer(
    served: ServedModel, helpable: Person, status: str
) -> None:
    row = recorded(served, helpable, status=status, always=[STOPPING])
    (said,) = always_of(context(row, served))
    assert (said.title, said.text, said.source) == ("Stopping smoking", STOPPING["text"], "Hu 2018")


def test_of_a_model_that_is_gone_the_features_name_is_the_title(
    served: ServedModel, helpable: Person
) -> None:
    (said,) = always_of(context(recorded(served, helpable, always=[STOPPING]), None))
    assert said.title == "Cigarettes"


def test_answers_from_before_say_nothing_beside_their_options(served: ServedModel, helpable: Person) -> None:
    older: Any = context(recorded(served, helpable, option(1, SLEEP)), served)
    assert (alone_of(older), always_of(older), shortfall_text(older)) == ((), (), None)
