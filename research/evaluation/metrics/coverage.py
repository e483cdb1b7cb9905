"""Whom a method helps at all: reaches the target with what holds, improves robustly, or neither.

One judge for every method: it knows rows alone, not how they were found. Each refit and each draw is asked
from its own start, since a refit that sees more risk today may see more of it afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from app.classifiers.base import Classifier
from app.domain.risk_scale import LEAST_REDUCTION
from app.domain.schema import BoolArray, FloatArray
from app.domain.tolerances import SAME, SAME_RISK
from app.engine.goals import Starts, starts_of
from app.engine.robustness import NOISE_DRAWS, RobustnessEvaluator


class Coverage(StrEnum):
    """What a method does for one person, best first."""

    REACHES = "reaches"  # an option at or below the target that holds
    IMPROVES = "improves"  # a fall that is worth offering, and that holds
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Rules:
    """What counts: `target` is the risk to end at or below, `least` the share in which something holds.

    `reduction`: the least fall that is worth offering.
    """

    target: float
    least: float
    reduction: float = LEAST_REDUCTION


@dataclass(frozen=True, slots=True)
class Held:
    """What one set of refits and draws makes of options, by rules.

    `risk` and `reduction`, shape (n,), are the classifier's. The others, (n, 3), have the shares of refits,
    noise draws and adherence draws: `below`, in which the risk ends at or below the target; `falls`, in which
    it falls; `half`, in which it falls by at least half as far as the classifier's does.
    """

    rules: Rules
    risk: FloatArray
    reduction: FloatArray
    below: FloatArray
    falls: FloatArray
    half: FloatArray

    @property
    def reaches(self) -> BoolArray:
        """Which end at or below the target, and hold; shape (n,)."""
        return (self.risk <= self.rules.target) & self._enough(self.below)

    @property
    def improves(self) -> BoolArray:
        """Which fall by what is worth offering, and hold; shape (n,)."""
        worth_it = self.reduction >= self.rules.reduction - SAME_RISK
        return worth_it & self._enough(self.falls)

    @property
    def coverage(self) -> list[Coverage]:
        """Of each the best that can be said."""
        return [
            Coverage.REACHES if reaches else Coverage.IMPROVES if improves else Coverage.NEITHER
            for reaches, improves in zip(self.reaches, self.improves, strict=True)
        ]

    def _enough(self, shares: FloatArray) -> BoolArray:
        return np.asarray((shares >= self.rules.least - SAME).all(axis=1))


@dataclass(frozen=True)
class FallJudge:
    """A classifier's refits and draws."""

    classifier: Classifier
    evaluator: RobustnessEvaluator
    rules: Rules

    def starts(self, factual: FloatArray) -> Starts:
        """The risk as things are, of a person's row, shape (columns,)."""
        return starts_of(self.evaluator, self.classifier, factual)

    def held(self, starts: Starts, rows: FloatArray, drawn: FloatArray) -> Held:
        """How options hold: their rows, (n, columns), and these in each draw, (n, draws, columns)."""
        risk = self.classifier.risk(rows)
        in_draws = self.classifier.risk(drawn.reshape(-1, rows.shape[1])).reshape(len(rows), -1)
        after = [self.evaluator.committee.risk(rows).T, in_draws[:, :NOISE_DRAWS], in_draws[:, NOISE_DRAWS:]]
        before = [starts.refits, starts.draws[:NOISE_DRAWS], starts.draws[NOISE_DRAWS:]]
        falls = [start - end for start, end in zip(before, after, strict=True)]
        half = (starts.now - risk)[:, None] / 2
        return Held(
            rules=self.rules,
            risk=risk,
            reduction=starts.now - risk,
            below=_shares([end <= self.rules.target for end in after]),
            falls=_shares([fall >= SAME_RISK for fall in falls]),
            half=_shares([fall >= half - SAME_RISK for fall in falls]),
        )


def best_of(coverages: Sequence[Coverage]) -> Coverage:
    """The best that any option does; neither where there is none."""
    return min(coverages, key=list(Coverage).index, default=Coverage.NEITHER)


def _shares(groups: Sequence[BoolArray]) -> FloatArray:
    return np.stack([group.mean(axis=1) for group in groups], axis=1)
