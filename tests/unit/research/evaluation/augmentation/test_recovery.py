"""How much of what was lost comes back, on trials whose scores are known."""

import pytest

from research.evaluation.augmentation.recovery import lost_f1, magnitude_rows, recovery_rows
from research.evaluation.augmentation.trial import SCARCE, WHOLE, ClassifierScores, Trial
from research.evaluation.metrics.estimates import Estimate

SEEDS = range(8)


def trials(augmenter: str, f1: float, magnitude: float = 0.0) -> list[Trial]:
    """One of each seed; scores differ a little by seed, alike for all augmenters."""
    return [
        Trial(
            scarcity="low",
            seed=seed,
            augmenter=augmenter,
            magnitude=magnitude,
            scores=ClassifierScores(
                f1=f1 + seed / 1000, f1_low=0.5, f1_high=0.5, balanced=0.5, auc=f1 + seed / 1000
            ),
            wanted=10,
            made=9,
            unchanged=3,
        )
        for seed in SEEDS
    ]


TRIALS = [
    *trials(WHOLE, 0.80),
    *trials(SCARCE, 0.70),
    *trials("oversampling", 0.75, 1.0),
    *trials("search", 0.80, 1.0),
    *trials("search", 0.72, 0.5),
]


def value(estimate: Estimate | None) -> float:
    assert estimate is not None
    return estimate.value


def test_the_share_is_of_what_was_lost() -> None:
    rows = recovery_rows(TRIALS, "low", str.upper)
    assert list(rows) == ["all labels", "none", "OVERSAMPLING", "SEARCH"]
    assert value(rows["OVERSAMPLING"]["regained"]) == pytest.approx(50)
    assert value(rows["SEARCH"]["regained"]) == pytest.approx(100)
    assert (value(rows["SEARCH"]["made"]), value(rows["SEARCH"]["unchanged"])) == (90, 30)
    assert value(rows["SEARCH"]["p_baseline"]) < 0.01
    assert rows["OVERSAMPLING"]["p_baseline"] is None


def test_it_is_told_by_how_many_rows_were_added() -> None:
    rows = magnitude_rows(TRIALS, "low", str.upper)
    assert list(rows["SEARCH"]) == ["0.5", "1.0"]
    assert value(rows["SEARCH"]["0.5"]) == pytest.approx(20)


def test_what_was_lost_is_in_points() -> None:
    assert value(lost_f1(TRIALS, "low")) == pytest.approx(10)
