"""The whole page is written down for every answer on record, however old, hosted or not."""

from typing import Any

import pytest

from app.engine.registry import ServedModel
from app.faces.pages.patient.page import PAGES, WhatIfResult, view_of
from app.faces.pages.patient.views.certainty import estimate_with
from app.faces.pages.patient.views.what_if import what_if_of
from tests.asking import Person
from tests.unit.faces.answers import brought_along, change, option, option_change
from tests.unit.faces.pages.patient.contexts import context, recorded

SLEEP, SUGAR = option_change("sleep", 5.0, 6.0, 0.15, 0.16), option_change("sugar", 90, 70, 0.06, 0.05)
NEW: dict[str, Any] = {
    "strategy": {"name": "Sleep and food", "themes": ["sleep", "food"], "distinctions": ["least_effort"]},
    "brought_along": [brought_along("sbp", 142, 136, "mmHg", drivers=["sleep"])],
    "consequences": "By averages of trials, such changes bring along: less pressure. People differ.",
}


def page_of(served: ServedModel, person: Person, *options: Any, hosted: bool = True, **columns: Any) -> str:
    whole = {"min_robustness": 0.9} | columns
    found = context(recorded(served, dict(person), *options, **whole), served if hosted else None)
    view = view_of(found, what_if_of(found, {}), WhatIfResult(estimate_with(found, None), (), ()))
    return " ".join(bytes(PAGES.page("patient.html", **view).body).decode().split())


@pytest.mark.parametrize("hosted", [True, False])
def test_an_answer_from_before_strategies_is_written_down(
    served: ServedModel, helpable: Person, hosted: bool
) -> None:
    older = option(1, change("sleep", 5.0, 6.0))
    page = page_of(served, helpable, older, hosted=hosted)
    assert '<h3 id="option-1">Option 1</h3>' in page
    assert ("Sleep longer on work nights, by 1 h" if hosted else "Change sleep") in page
    for new in ('class="following"', 'class="part"', 'class="alone', "always", "Strategy</dt>"):
        assert new not in page


@pytest.mark.parametrize("hosted", [True, False])
def test_an_option_is_told_with_all_that_is_known_of_it(
    served: ServedModel, helpable: Person, hosted: bool
) -> None:
    page = page_of(served, helpable, option(1, SLEEP, SUGAR, **NEW), hosted=hosted)
    assert '<span class="rank">Option 1</span> Sleep and food</h3>' in page
    for told in ("Least effort of all", "15 of 21 points", "People differ."):
        assert told in page
    assert "because" not in page.lower()


def test_nothing_in_reach_is_told_with_parts_and_what_follows(served: ServedModel, helpable: Person) -> None:
    reached = {
        "lowest_reachable_risk": 0.55,
        "proved": True,
        "reached_by": [SLEEP | {"part": 0.04}, SUGAR | {"part": 0.02}],
        "brought_along": NEW["brought_along"],
    }
    said = {"feature": "cigarettes", "text": "Offer help to stop smoking.", "source": "Hu 2018"}
    page = page_of(served, helpable, status="infeasible", infeasible=reached, always=[said])
    for told in ("Of the <b>6 points</b>", "By averages of trials", "Offer help to stop smoking.", "Hu 2018"):
        assert told in page


def test_many_unknown_values_are_counted_above_the_estimate_and_named_in_a_fold(
    served: ServedModel, helpable: Person
) -> None:
    several = ("waist", "fibre", "sugar", "pulse", "alcohol")
    some = page_of(served, helpable | dict.fromkeys(several[:4]), option(1, SLEEP, SUGAR, **NEW))
    assert "waist, resting heart rate, total sugars, dietary fibre</dd>" in some
    many = page_of(served, helpable | dict.fromkeys(several), option(1, SLEEP, SUGAR, **NEW))
    total = len(served.model.schema.features)
    assert f"<summary>5 of {total} values</summary>waist, resting heart rate, total sugars," in many
