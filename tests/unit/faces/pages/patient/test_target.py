"""A target is told as it was asked for: a risk, or a fall, and then what holding means."""

from typing import Any

import pytest

from app.engine.registry import ModelRegistry, ServedModel
from app.faces.pages.patient.views.asked import asked_of
from app.faces.pages.patient.views.target import own_start_text, target_text
from tests.asking import Person
from tests.kinds_of_answers import OUT_OF_REACH
from tests.unit.faces.pages.patient.contexts import context, recorded
from tests.unit.faces.pages.patient.real import grounds_text, page_text, real_context

OWN = "each check counts it from its own start"


def plain(text: str | None) -> str | None:
    return text and text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("asked", "target", "told"),
    [
        (None, 0.5, None),
        ({"max_risk": 0.5}, 0.5, None),
        (None, 0.4, "The question asked for an estimate of at most 40 %"),
        ({"max_risk": 0.4}, 0.4, "The question asked for an estimate of at most 40 %"),
        (
            {"relative_reduction": 0.05},
            0.58,
            f"The question asked for a fall by 5 % of the present estimate (to 58 % or below here); {OWN}",
        ),
        (
            {"relative_reduction": 0.075},
            0.5,
            f"The question asked for a fall by 7.5 % of the present estimate (to 50 % or below here); {OWN}",
        ),
        (
            {"absolute_reduction": 0.05},
            0.56,
            f"The question asked for a fall by 5 points (to 56 % or below here); {OWN}",
        ),
        (
            {"absolute_reduction": 0.01},
            0.6,
            f"The question asked for a fall by 1 point (to 60 % or below here); {OWN}",
        ),
    ],
)
def test_a_target_is_told_as_it_was_asked_for(
    served: ServedModel, helpable: Person, asked: Any, target: float, told: str | None
) -> None:
    row = recorded(served, helpable, target=target, target_asked=asked)
    assert plain(target_text(row)) == told


@pytest.mark.parametrize(
    ("asked", "fall"),
    [
        ({"relative_reduction": 0.2}, "20 % of the present estimate"),
        ({"absolute_reduction": 0.1}, "10 points"),
    ],
)
def test_a_fall_is_among_what_was_asked_for(
    served: ServedModel, helpable: Person, asked: Any, fall: str
) -> None:
    told = asked_of(context(recorded(served, helpable, target_asked=asked), served))
    assert [(name, plain(words)) for name, words in told] == [
        ("Target", f"a fall by {fall}, in each check from its own start")
    ]


@pytest.mark.parametrize(
    ("asked", "high", "fall"),
    [
        ({"absolute_reduction": 0.05}, 60.0, "5 points from its own start"),
        ({"relative_reduction": 0.05}, 60.0, "5 % of its own start"),
        ({"absolute_reduction": 0.05}, 56.0, None),
        ({"absolute_reduction": 0.05}, None, None),
        ({"max_risk": 0.56}, 60.0, None),
        (None, 60.0, None),
    ],
)
def test_what_holding_means_is_told_where_the_band_seems_to_gainsay_it(
    served: ServedModel, helpable: Person, asked: Any, high: float | None, fall: str | None
) -> None:
    row = recorded(served, helpable, target=0.56, target_asked=asked)
    means = "To hold means here that in a check the estimate falls by"
    told = f"It could be above 56 %. {means} {fall}." if fall else None
    assert plain(own_start_text(row, high)) == told


def test_a_page_tells_a_fall_and_never_a_risk_of_at_most(registry: ModelRegistry) -> None:
    found = real_context(registry, OUT_OF_REACH, target={"absolute_reduction": 0.01})
    page = page_text(found)
    assert "asked for a fall by 1 point (to " in page
    assert "asked for an estimate of at most" not in page
    assert "falls by 1 point, each time from its own start" in grounds_text(found)
    assert "To hold means here that in a check the estimate falls by 1 point from its own start" in page
