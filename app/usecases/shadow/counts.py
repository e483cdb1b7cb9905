"""What of two versions' risks is counted: whose label differs, and how far the risks are apart."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from app.domain.schema import FloatArray
from app.metrics import SHADOW_EDGES
from app.usecases.tallies import Counts


class Outcome(StrEnum):
    """What became of one person who was to be scored beside."""

    BOTH_LOW = "both_low"
    ONLY_SHADOW_HIGH = "only_shadow_high"
    ONLY_DEFAULT_HIGH = "only_default_high"
    BOTH_HIGH = "both_high"
    UNREADABLE = "unreadable"  # the shadow's schema does not take the values
    FAILED = "failed"
    DROPPED = "dropped"  # too much was waiting


OUTCOMES = tuple(Outcome)
SCORED = OUTCOMES[:4]
SIZE = len(OUTCOMES) + len(SHADOW_EDGES) + 1


@dataclass(frozen=True, slots=True)
class ShadowFigures:
    """Counts of some days, read: how many people by outcome, and by how far the risks are apart."""

    outcomes: dict[Outcome, int]
    differences: tuple[int, ...]
    """By bin up to each of `SHADOW_EDGES`; the last is above all of them."""

    @property
    def scored(self) -> int:
        return sum(self.outcomes[one] for one in SCORED)

    @property
    def disagree(self) -> int:
        """How many got another label."""
        return self.outcomes[Outcome.ONLY_SHADOW_HIGH] + self.outcomes[Outcome.ONLY_DEFAULT_HIGH]


def counts_of_scores(
    risks: FloatArray, shadows: FloatArray, threshold: float, shadow_threshold: float
) -> Counts:
    """Counts of people whom both scored: risks of shape (n,), each called high above its own threshold."""
    counts = np.zeros(SIZE, dtype=np.int64)
    labels = 2 * (risks > threshold) + (shadows > shadow_threshold)
    counts[: len(SCORED)] = np.bincount(labels, minlength=len(SCORED))
    apart = np.searchsorted(SHADOW_EDGES, shadows - risks, side="left")
    counts[len(OUTCOMES) :] = np.bincount(apart, minlength=len(SHADOW_EDGES) + 1)
    return counts


def counts_of(outcome: Outcome, many: int) -> Counts:
    """Counts of people who were not scored."""
    counts = np.zeros(SIZE, dtype=np.int64)
    counts[OUTCOMES.index(outcome)] = many
    return counts


def figures_of(counts: Counts) -> ShadowFigures:
    """What counts say."""
    many = [int(one) for one in counts]
    return ShadowFigures(dict(zip(OUTCOMES, many, strict=False)), tuple(many[len(OUTCOMES) :]))
