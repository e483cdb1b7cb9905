"""The figures of `make bench ARGS=certainty`: of the shipped models, and by hand."""

from dataclasses import replace

import numpy as np
import pytest

from app.classifiers.model_version import ModelVersion, Population
from app.domain.certainty import Certainty
from app.engine.registry import ModelRegistry
from research.evaluation.metrics.certainty import (
    HeldOutCertainty,
    by_group,
    by_new_refits,
    by_record,
    held_out_certainty,
    neighbours,
    observed,
)
from research.evaluation.metrics.figures import Figures
from tests.unit.engine.models import NAMES


def value(figures: Figures, key: str) -> float:
    figure = figures[key]
    assert figure is not None
    return figure.value


@pytest.fixture(scope="module", params=NAMES[:3])
def held_out(request: pytest.FixtureRequest, registry: ModelRegistry) -> HeldOutCertainty:
    model = registry.named(request.param).model
    return held_out_certainty(model, model.committee)


@pytest.fixture(scope="module")
def four(model: ModelVersion) -> HeldOutCertainty:
    """Clearly low, low across the threshold of a half, clearly high, and low beside a band that is high."""
    risk = np.array([0.1, 0.4, 0.8, 0.49])
    return HeldOutCertainty(
        model=model,
        people=Population(np.zeros((4, len(model.schema.columns))), np.array([False, True, True, True])),
        values=[],
        risk=risk,
        bands=np.array([[0.05, 0.2], [0.3, 0.6], [0.7, 0.9], [0.6, 0.7]]),
        new_risks=np.array([[0.1, 0.45, 0.4, 0.3], [0.6, 0.45, 0.8, 0.4]]),
    )


def test_every_way_of_telling_counts_everybody_once(held_out: HeldOutCertainty) -> None:
    figures = observed(held_out)
    people = {name: value(one, "people") for name, one in figures.items()}
    count = len(held_out.risk)
    assert people["low"] + people["high"] == count
    assert sum(people[each] for each in Certainty) == count
    assert people["unclear, estimate low"] + people["unclear, estimate high"] == people["unclear"]
    with_outcome = [value(figures[each], "outcome") * people[each] / 100 for each in Certainty]
    assert sum(with_outcome) == pytest.approx(held_out.people.outcome.sum())


def test_clear_people_have_the_outcome_as_they_are_called(held_out: HeldOutCertainty) -> None:
    """What `certainty` is for: fewer of the clearly low have it than of the low, more of the clearly high."""
    outcome = {name: value(one, "outcome") for name, one in observed(held_out).items()}
    assert (
        outcome["clear_low"] < outcome["low"] < outcome["unclear"] < outcome["high"] < outcome["clear_high"]
    )


def test_groups_share_everybody_out(held_out: HeldOutCertainty) -> None:
    figures = by_group(held_out)
    for group in ("Sex", "Age"):
        ours = [one for name, one in figures.items() if name.startswith(f"{group}: ")]
        total = sum(value(one, f"people_{certainty}") for one in ours for certainty in Certainty)
        assert total == len(held_out.risk)


def test_what_is_told_of_incomplete_records_is_what_became_of_them(held_out: HeldOutCertainty) -> None:
    for one in by_record(held_out).values():
        assert sum(value(one, f"people_{certainty}") for certainty in Certainty) == len(held_out.risk)
        for clear in (Certainty.CLEAR_LOW, Certainty.CLEAR_HIGH):
            assert value(one, f"told_{clear}") == pytest.approx(value(one, f"outcome_{clear}"), abs=3)


def test_nothing_is_told_of_few_people(held_out: HeldOutCertainty) -> None:
    for one in by_group(held_out).values():
        for certainty in Certainty:
            is_told = one[f"outcome_{certainty}"] is not None
            assert is_told == (value(one, f"people_{certainty}") >= 20)


def test_the_committee_itself_says_the_same_again(held_out: HeldOutCertainty) -> None:
    figures = by_new_refits(held_out)
    for certainty in Certainty:
        assert value(figures[certainty], "same") == 100
        assert value(figures[certainty], "across") == 100 * (certainty is Certainty.UNCLEAR)
        assert value(figures[certainty], "other_side") == 0
    for clear in (Certainty.CLEAR_LOW, Certainty.CLEAR_HIGH):
        assert value(figures[clear], "agree") >= 95
        assert value(figures[clear], "below") == 0


def test_refits_that_say_otherwise_are_counted(four: HeldOutCertainty) -> None:
    assert four.certainty.tolist() == ["clear_low", "unclear", "clear_high", "unclear"]
    figures = by_new_refits(four)
    low, high = figures["clear_low"], figures["clear_high"]
    assert (value(low, "across"), value(low, "other_side"), value(low, "same")) == (100, 0, 0)
    assert (value(low, "agree"), value(high, "agree"), value(high, "below")) == (50, 50, 100)
    assert value(figures["unclear"], "across") == 0
    assert value(figures["unclear, estimate low"], "agree") == 100


def test_whose_band_is_on_the_other_side_is_counted(four: HeldOutCertainty) -> None:
    figures = by_new_refits(replace(four, new_risks=np.full((40, 4), 0.9)))
    assert value(figures["clear_high"], "same") == 100
    assert value(figures["clear_low"], "other_side") == 100
    assert value(figures["clear_low"], "across") == 0
    assert value(figures["unclear"], "same") == 100  # the estimate and the band are at odds


def test_nobody_is_among_those_they_are_compared_with(held_out: HeldOutCertainty) -> None:
    """Whoever is alone with an outcome would else find it among their own kind."""
    alone = np.zeros(len(held_out.risk), dtype=bool)
    alone[int(np.argmin(held_out.risk))] = True
    people = Population(held_out.people.rows, alone)
    figures = neighbours(replace(held_out, people=people))
    count = value(figures["clear_low"], "people")
    told = value(figures["clear_low"], "told") * count / 100
    shares = value(figures["clear_low"], "brier") * told
    assert shares >= 1  # the one who has it is told of none, which is wrong by one


def test_most_people_are_told_of_others_like_them(held_out: HeldOutCertainty) -> None:
    figures = neighbours(held_out)
    for name in ("low", "high"):
        assert value(figures[name], "told") > 80
        assert value(figures[name], "brier") < value(figures[name], "brier_estimate") + 0.01
