"""How sure an estimate is: where refits put the person, and how many people like them had the outcome."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Z95 = 1.959963984540054
"""Of the normal distribution, 95 % lie within so many standard deviations."""

Band = tuple[float, float]
"""Where nine of ten refits put a person's risk: its lower and its upper end (0-1)."""


class Certainty(StrEnum):
    """On which side of the decision threshold a person is, by the classifier and by nine of ten refits."""

    CLEAR_HIGH = "clear_high"
    UNCLEAR = "unclear"
    CLEAR_LOW = "clear_low"


class Observed(BaseModel):
    """How many held-out people like this one had the outcome: a share among them, no promise to anybody."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    people: int = Field(
        description="How many held-out people this counts: those of the same certainty whose estimates are "
        "nearest to this one, none more than 10 points away."
    )
    share: float = Field(
        description="Of them, the share (0-1) who had the outcome. It tells of people like this one, not of "
        "this one, and a low share never rules anything out."
    )
    low: float = Field(description="The lower end of its 95 % interval (Wilson).")
    high: float = Field(description="The upper end.")


BandTold = Annotated[
    Band | None,
    Field(
        description="Where refits of the classifier on resampled people put this person: at most one in "
        "twenty of them is below the first number, at most one in twenty above the second. It tells how far "
        "the estimate depends on who was in the training data, not what will happen to this person. Null in "
        "answers from before there were bands."
    ),
]
CertaintyTold = Annotated[
    Certainty | None,
    Field(
        description="clear_high: the estimate and its whole band are above the decision threshold. "
        "clear_low: both are at or below it. unclear: the band crosses the threshold, or is on another side "
        "of it than the estimate. It is said of the estimate alone: people who are clear_low may still have "
        "the outcome. Null where the band is."
    ),
]
ObservedTold = Annotated[
    Observed | None,
    Field(
        description="How many held-out people like this one had the outcome. Training took nobody of them; "
        "whether a classifier that its owner gave learned from them is not known. Null where fewer than 20 "
        "of them are like this one, and where the band is."
    ),
]


@dataclass(frozen=True, slots=True)
class RiskEstimate:
    """A person's risk, and how sure it is."""

    risk: float
    band: Band
    certainty: Certainty
    observed: Observed | None


FEWEST_TOLD = 20
"""Of fewer people no share of a group is told in a sentence: it would be chance's."""


def certainty_of(risk: float, band: Band, threshold: float) -> Certainty:
    """On which side of a threshold risk and band are; `unclear` unless all of it is on one side.

    The classifier itself may lie outside the band of its refits, and on the other side: what is said beside
    its risk must not contradict it.
    """
    low, high = band
    if risk > threshold and low > threshold:
        return Certainty.CLEAR_HIGH
    return Certainty.CLEAR_LOW if risk <= threshold and high <= threshold else Certainty.UNCLEAR


def observed_among(people: int, with_outcome: int) -> Observed:
    """The share of people who had the outcome, with its interval; `people` is above 0."""
    low, high = wilson_interval(with_outcome, people)
    return Observed(
        people=people, share=round(with_outcome / people, 4), low=round(low, 4), high=round(high, 4)
    )


def wilson_interval(having: float, people: int) -> tuple[float, float]:
    """The 95 % interval of a share, the score interval of Wilson (1927); `people` is above 0.

    `having` is a count, or a sum of shares. Unlike the share with two standard errors the interval stays
    within 0 and 1, and is no point where nobody or everybody has it.
    """
    share, z2 = having / people, Z95**2
    middle = share + z2 / (2 * people)
    half = Z95 * math.sqrt(share * (1 - share) / people + z2 / (4 * people**2))
    low, high = ((middle + side * half) / (1 + z2 / people) for side in (-1, 1))
    return min(max(low, 0.0), share), max(min(high, 1.0), share)
