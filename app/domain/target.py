"""What is wished for: a risk not to be exceeded, or a fall of the risk."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from app.domain.schema import FloatArray


class TargetKind(StrEnum):
    """What the amount of a target is an amount of."""

    MAX_RISK = "max_risk"  # the risk itself
    RELATIVE_REDUCTION = "relative_reduction"  # a share of the risk as it is
    ABSOLUTE_REDUCTION = "absolute_reduction"  # points of risk


@dataclass(frozen=True, slots=True)
class Target:
    """A wish, before it is known what the risk is."""

    kind: TargetKind
    amount: float

    def from_start(self, start: FloatArray) -> FloatArray:
        """The risk to end at, from each risk as it is; 0 or below where no fall is so large."""
        if self.kind is TargetKind.RELATIVE_REDUCTION:
            return start * (1 - self.amount)
        if self.kind is TargetKind.ABSOLUTE_REDUCTION:
            return start - self.amount
        return np.full_like(start, self.amount)


def max_risk(risk: float) -> Target:
    """The wish that most questions have."""
    return Target(TargetKind.MAX_RISK, risk)
