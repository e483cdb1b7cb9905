"""One model's trials as tables and text."""

from collections.abc import Sequence

from research.evaluation.augmentation.augmenters import AUGMENTERS
from research.evaluation.augmentation.cohort import Scarcity
from research.evaluation.augmentation.recovery import (
    MAGNITUDES,
    RECOVERY,
    lost_f1,
    magnitude_rows,
    recovery_rows,
)
from research.evaluation.augmentation.run import TrialPlan
from research.evaluation.augmentation.trial import Trial
from research.evaluation.metrics.figures import Figures
from research.evaluation.reporting.environment import describe_environment
from research.evaluation.reporting.tables import TableSpec

_NAMES = {one.key: one.name for one in AUGMENTERS}


def name_of(key: str) -> str:
    """An augmenter's name in tables and figures."""
    return _NAMES[key]


def trial_tables(trials: Sequence[Trial], scarcity: Scarcity) -> list[tuple[TableSpec, dict[str, Figures]]]:
    """What is regained at a magnitude of 1, and by magnitude."""
    return [
        (RECOVERY, recovery_rows(trials, scarcity, name_of)),
        (MAGNITUDES, magnitude_rows(trials, scarcity, name_of)),
    ]


def headline(trials: Sequence[Trial], scarcity: Scarcity) -> str:
    """How much goes with the labels."""
    whose = "both classes" if scarcity is Scarcity.BOTH else f"the {scarcity} class"
    gone = lost_f1(trials, scarcity)
    if gone is None or gone.low is None:
        return f"Half the labels of {whose} gone."
    points = f"{gone.value:.1f} points of F1 lost ({gone.low:.1f} to {gone.high:.1f})"
    return f"Half the labels of {whose} gone: {points}."


def describe_trials(what: TrialPlan) -> str:
    """Who was drawn how often, with which versions and seeds."""
    return (
        f"{describe_environment()}. {what.people} labelled training people a draw, {what.seeds} draws "
        f"(seeds 0 to {what.seeds - 1}), tested on everybody held out who has a label; the classifier is "
        "fit as the model's own is, without a map of its risks. Bootstrap over draws, 10,000 resamples, seed "
        "2026."
    )
