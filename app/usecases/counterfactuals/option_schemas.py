"""The wire forms of options, of improvements, and of how far down the risk goes."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.domain.counterfactual import (
    TYPICAL_PERCENTILE,
    BroughtAlong,
    Change,
    Conditions,
    Generator,
    Optimality,
    OptionChange,
    Relaxed,
    Robustness,
    Strategy,
)
from app.domain.improvement import Grade
from app.domain.risk_scale import LEAST_REDUCTION
from app.domain.schema import Value


class Told(BaseModel):
    """A part of an answer on the wire."""

    model_config = ConfigDict(from_attributes=True, populate_by_name=True)


class PlausibilityOut(Told):
    """How much the changed person resembles real people of the target class."""

    in_range: bool = Field(description="Every moved value lies within the range observed in training.")
    neighbour_distance: float = Field(
        description="Mean distance to the five nearest real people, in robustly scaled units."
    )
    percentile: float = Field(description="Share (0-100) of real people with closer neighbours of their own.")
    joint_percentile: float | None = Field(
        None,
        description="Share (0-100) of real people whose values come together more readily. "
        "Null in answers recorded before this was measured.",
    )
    typical: bool | None = Field(
        None,
        description=f"In range, and both percentiles at most {TYPICAL_PERCENTILE:g}. "
        "Null in answers recorded before this was measured.",
    )


class CounterfactualOut(Told):
    """One verified option."""

    id: UUID = Field(description="Of the option; feedback names it.")
    rank: int = Field(
        description="From 1, the option of least effort. Where none holds in `min_robustness` of everything "
        "under `robustness`, those that hold in the largest share in reach, to a twentieth, come in their "
        "place: they are fragile."
    )
    strategy: Strategy | None = Field(
        None, description="What the option is about. Null in answers recorded before options had one."
    )
    changes: list[OptionChange] = Field(
        description="What the person would change, and what the classifier makes of each change."
    )
    linked: list[Change] = Field(
        description="What moves along since it measures the same: weight and waist with body mass index."
    )
    brought_along: list[BroughtAlong] = Field(
        [],
        description="What follows from the changes, on average, by published effects; risk and vector "
        "count it. A person may differ, and it is not said that the risk falls because of it. Empty in "
        "answers recorded before effects were counted.",
    )
    features: dict[str, Value] = Field(description="The whole vector with the option taken up.")
    risk: float = Field(description="The classifier's risk (0-1) of that vector.")
    verified: bool = Field(
        True,
        description="The classifier itself scored it. Of an item of `counterfactuals` also: at or below the "
        "target.",
    )
    plausibility: PlausibilityOut = Field(
        description="How much the changed person resembles real people of the target class."
    )
    effort: float = Field(
        description="How much it asks for, on the model's own scale; least effort comes first."
    )
    optimality: Optimality | None = Field(
        None, description="Null in answers recorded before this was proved."
    )
    robustness: Robustness = Field(
        description="Shares of perturbed versions under which the option still holds."
    )
    fragile: bool = Field(
        description="Holds in less than `min_robustness` of refits, noise draws or adherence draws; returned "
        "only where none that holds was found."
    )
    generator: Generator = Field(description="Who proposed it.")
    summary: str = Field(description="The option in a sentence.")
    consequences: str | None = Field(
        None, description="What is brought along, in a sentence; null where nothing is."
    )


class ImprovementOut(CounterfactualOut):
    """What lowers the risk reliably, wherever the target is; of the same shape as an option.

    `robustness` has the shares in which the estimate falls at all; `optimality` is about its risk: whether
    any permitted way to this risk or below takes less effort.
    """

    rank: int = Field(description="From 1, the improvement of least effort.")
    robustness: Robustness = Field(
        description="Shares of refits, noise draws and adherence draws in which the estimate falls at all, "
        "each from its own start."
    )
    fragile: bool = Field(description="Always false: what does not hold is no improvement.")
    optimality: Optimality | None = Field(
        None,
        description="Of its risk: whether it is proved that no permitted way to this risk or below, of "
        "whatever strategy, takes less effort, and what none takes less than.",
    )
    grades: list[Grade] = Field(
        description="What marks it on the front of effort and risk. `knee`: beyond it, more effort gives "
        "less and less. `largest`: of all that was found to hold, and looks most like real people, the "
        "largest fall but for half a point. "
        "`nearest_target`: the lowest `holds_at` of all that are offered. Empty for another "
        "strategy."
    )
    reduction: float = Field(
        description=f"By how much the risk falls (0-1): {LEAST_REDUCTION:g} or more, or a tenth of the "
        "threshold's distance from 0 or 1 where that is less."
    )
    reduction_holds: Robustness = Field(
        description="Shares of refits, noise draws and adherence draws in which at least half of `reduction` "
        "remains, each from its own start."
    )
    holds_at: float | None = Field(
        description="The lowest target (0-1, a whole point) at which it would hold as options do; null where "
        "that is not below the present risk."
    )


class InfeasibleOut(Told):
    """The lowest risk in reach, whether that is proved, and the changes that reach it.

    All of it holds under `conditions`, and says nothing of what lies outside them.
    """

    lowest_reachable_risk: float = Field(description="The lowest risk (0-1) that was found.")
    proved: bool = Field(description="Proved: nothing that is permitted under `conditions` goes lower.")
    risk_bound: float | None = Field(
        None,
        description="Nothing that is permitted goes below this. Null in answers recorded before bounds were.",
    )
    reached_by: list[OptionChange] = Field(
        description="The changes that reach it, and what the classifier makes of each."
    )
    linked: list[Change] = Field(
        [],
        description="What moves along with these changes because it measures the same, such as weight with "
        "body mass index. Empty in answers recorded before it was told.",
    )
    brought_along: list[BroughtAlong] = Field(
        [], description="What follows from these changes, on average, by published effects."
    )
    conditions: Conditions | None = Field(
        None, description="What the finding holds for. Null in answers recorded before conditions were."
    )
    relaxed: list[Relaxed] = Field(
        [], description="What more changes at once would give, where that lowers the risk further."
    )
