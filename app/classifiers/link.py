"""How the margin of a classifier becomes a risk: the last step, which the exact search has to undo.

Every link rises, or stays level: so the candidate of lowest margin is one of lowest risk.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from app.domain.schema import FloatArray

LEAST_RISK = 1e-12
"""No risk counts as nearer to 0 or 1: log-odds would be infinite."""

_NARROW = 1e-12
"""Of a margin: margins that are nearer to each other are sums of the same leaves in another order."""


class LinkKind(StrEnum):
    """How risk follows from margin."""

    LOGISTIC = "logistic"
    """The margin is the log-odds: boosted trees and logistic regression."""
    PLATT = "platt"
    """`slope * margin + intercept` are the log-odds (Platt, 1999)."""
    IDENTITY = "identity"
    """`slope * margin + intercept` is the risk: a mean of the shares in leaves, as of a random forest."""
    ISOTONIC = "isotonic"
    """Straight lines between points, level before the first and after the last (Zadrozny and Elkan, 2002)."""


@dataclass(frozen=True, slots=True)
class Link:
    """A map from margin to risk that never falls.

    `margins` and `risks` are the points of an isotonic one: margins rise, risks do not fall. A slope is above
    0; a logistic link has neither slope nor intercept of its own.

    Raises:
        ValueError: this is no such map.
    """

    kind: LinkKind = LinkKind.LOGISTIC
    slope: float = 1.0
    intercept: float = 0.0
    margins: tuple[float, ...] = ()
    risks: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not np.isfinite([self.slope, self.intercept, *self.margins, *self.risks]).all():
            raise ValueError("a number of a link is not finite")
        if self.slope <= 0:
            raise ValueError("a link's slope is not above 0")
        is_straight = self.slope == 1 and self.intercept == 0
        if self.kind in (LinkKind.LOGISTIC, LinkKind.ISOTONIC) and not is_straight:
            raise ValueError(f"a link of the kind {self.kind} has no slope or intercept")
        if self.kind is not LinkKind.ISOTONIC:
            if self.margins or self.risks:
                raise ValueError(f"a link of the kind {self.kind} has no points")
            return
        if len(self.margins) < 2 or len(self.margins) != len(self.risks):
            raise ValueError("an isotonic link has two points at least, each a margin and a risk")
        if any(here >= there for here, there in pairwise(self.margins)):
            raise ValueError("the margins of an isotonic link do not rise")
        if any(here > there for here, there in pairwise(self.risks)):
            raise ValueError("the risks of an isotonic link fall")
        if self.risks[0] < 0 or self.risks[-1] > 1:
            raise ValueError("a risk of an isotonic link is not between 0 and 1")

    def risk(self, margin: FloatArray) -> FloatArray:
        """The risk at each margin, of any shape."""
        if self.kind is LinkKind.ISOTONIC:
            return np.interp(margin, self.margins, self.risks)
        if self.kind is LinkKind.IDENTITY:
            # Shares add up to a last digit above 1.
            return np.clip(margin / self._divisor + self.intercept, 0.0, 1.0)
        log_odds = margin if self.kind is LinkKind.LOGISTIC else self.slope * margin + self.intercept
        with np.errstate(over="ignore"):  # far below 0 the risk is 0
            return 1 / (1 + np.exp(-log_odds))

    def highest_margin_below(self, target: npt.ArrayLike) -> FloatArray:
        """The highest margin whose risk is at or below each target; of the same shape.

        Minus infinity where no margin is, infinity where all are.
        """
        risk = np.asarray(target, dtype=float)
        if self.kind is LinkKind.ISOTONIC:
            return self._last_below(risk)
        if self.kind is LinkKind.IDENTITY:
            margin = (risk - self.intercept) * self._divisor
            return np.where(risk < 0, -np.inf, np.where(risk >= 1, np.inf, margin))
        inner = np.clip(risk, LEAST_RISK, 1 - LEAST_RISK)
        log_odds = np.where(risk <= 0, -np.inf, np.log(inner / (1 - inner)))
        return log_odds if self.kind is LinkKind.LOGISTIC else (log_odds - self.intercept) / self.slope

    def same_until(self, margin: float) -> float:
        """The highest margin of the same risk: further up, where an isotonic link stays level."""
        if self.kind is not LinkKind.ISOTONIC:
            return margin
        return max(margin, float(self.highest_margin_below(self.risk(np.array(margin)))))

    def complement(self) -> "Link":
        """The link from the margin's opposite to one minus the risk."""
        if self.kind is LinkKind.ISOTONIC:
            return replace(
                self,
                margins=tuple(-margin for margin in reversed(self.margins)),
                risks=tuple(1 - risk for risk in reversed(self.risks)),
            )
        if self.kind is LinkKind.IDENTITY:
            return replace(self, intercept=1 - self.intercept)
        return replace(self, intercept=-self.intercept)

    @property
    def _divisor(self) -> float:
        """One by the slope: of a mean the number of trees, so that 6 of 10 are 0.6 to the last digit."""
        divisor = 1 / self.slope
        return round(divisor) if np.isclose(divisor, round(divisor), rtol=1e-12, atol=0) else divisor

    def _last_below(self, risk: FloatArray) -> FloatArray:
        """By bisection: `risk` itself says which side each margin is on, so that rounding changes none."""
        low, high = np.full_like(risk, self.margins[0]), np.full_like(risk, self.margins[-1])
        while (high - low > _NARROW * (1 + np.abs(low))).any():
            middle = low / 2 + high / 2
            is_below = self.risk(middle) <= risk
            low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
        return np.where(risk < self.risks[0], -np.inf, np.where(risk >= self.risks[-1], np.inf, low))


LOGISTIC = Link()


class Links(NamedTuple):
    """The classifier's link, and that of the committee's members."""

    classifier: Link = LOGISTIC
    refits: Link = LOGISTIC
