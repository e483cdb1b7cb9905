"""What helps where the target is out of reach: graded improvements, and the front that they lie along."""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field

from app.domain.counterfactual import Change, Counterfactual, Finding, Robustness

MOST_POINTS = 12
"""Of the front so many are told."""


class Grade(StrEnum):
    """What marks an improvement on the front of effort and risk."""

    KNEE = "knee"  # beyond it, more effort gives less and less
    LARGEST = "largest"  # the largest fall that was found to hold, of those that look most like real people
    NEAREST_TARGET = "nearest_target"  # of all that is offered, the lowest target at which it would hold


@dataclass(frozen=True, slots=True)
class Improvement(Counterfactual):
    """A verified option that lowers the risk, wherever the target is.

    `robustness` has the shares in which the estimate falls, each refit and each draw from its own start;
    `reduction_holds` those in which at least half of `reduction` remains. `holds_at`: the lowest target, in
    whole points (`ModelInfo.point`), at which it would hold as options do; None where none below the present
    risk does.
    """

    grades: tuple[Grade, ...]
    reduction: float
    reduction_holds: Robustness
    holds_at: float | None


class NoImprovement(Finding):
    """That nothing lowers the risk by what is worth offering, and lowers it reliably."""

    largest_reduction: float = Field(
        description="The largest fall of the risk (0-1) that was found among the permitted changes."
    )
    proved: bool = Field(description="Proved: no permitted way lowers the risk further than that.")
    holds: bool = Field(
        description="Whether that fall shows in enough refits, noise draws and adherence draws; if so it is "
        "smaller than what is offered as help: 0.02, or less for a model whose threshold is near 0 or 1."
    )
    text: str = Field(description="The finding in words.")


class FrontierPoint(Finding):
    """One level of risk, and the least effort that it takes."""

    risk: float = Field(description="The classifier's risk (0-1) of the changed vector.")
    reduction: float = Field(description="By how much that is below the risk as it is.")
    effort: float = Field(description="The effort of the changes, on the model's own scale.")
    changes: tuple[Change, ...] = Field(description="The changes that get there.")
    moves_along: tuple[Change, ...] = Field(
        (),
        description="All else that moves with these changes: what measures the same, and what follows on "
        "average by published effects. The risk is that of both together. Empty in answers recorded before "
        "it was told.",
    )
    proved: bool = Field(
        description="Proved: under `conditions` no way to this risk or below takes less effort."
    )
    effort_bound: float = Field(
        description="No permitted way to this risk or below takes less effort than this; 0 where nothing is "
        "known."
    )
    robustness: Robustness = Field(
        description="Shares of refits, noise draws and adherence draws in which the estimate falls, each "
        "from its own start. Proofs of effort are about the classifier alone."
    )
