"""What an answer is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from app.domain.on_days import OnDays
from app.domain.schema import Value

MOST_PARTS = 8
"""Of so many changes the parts are told: exact ones take a score of every subset."""
TYPICAL_PERCENTILE = 95.0
"""A percentile above this is unusual among real people of the target class."""


class Status(StrEnum):
    """How a request for counterfactuals ended; all three are findings, none is an error."""

    FOUND = "found"
    ALREADY_BELOW_TARGET = "already_below_target"
    OUTCOME_MEASURED = "outcome_measured"  # the estimate is, but a result shows the outcome
    INFEASIBLE = "infeasible"


BELOW = (Status.ALREADY_BELOW_TARGET, Status.OUTCOME_MEASURED)
"""Of an estimate that is at or below the target as it is."""


class Generator(StrEnum):
    """Who proposes: the language model, the search, or both."""

    AUTO = "auto"
    LLM = "llm"
    SEARCH = "search"


class Diversity(StrEnum):
    """Which options are chosen among those that hold."""

    STRATEGIES = "strategies"  # different ones: the best of each strategy, few behaviours in common
    LEAST_EFFORT = "least_effort"  # those of least effort, however alike


class Finding(BaseModel):
    """A part of an answer, in the very form that callers get."""

    model_config = ConfigDict(frozen=True, from_attributes=True, populate_by_name=True)


class Change(Finding):
    """One feature before and after."""

    feature: str = Field(description="The feature's name in the schema.")
    label: str = Field(description="What people call it.")
    before: Value = Field(
        serialization_alias="from", validation_alias="from", description="Its value now; null where unknown."
    )
    after: Value = Field(
        serialization_alias="to", validation_alias="to", description="Its value in the option."
    )
    delta: float | None = Field(
        description="The number after less the one before; null of what is no number."
    )
    unit: str | None = Field(
        description="The unit of the values and of their difference; null of what has none."
    )

    @property
    def is_rise(self) -> bool:
        """Whether it is a number that goes up."""
        return self.delta is not None and self.delta > 0


class OptionChange(Change):
    """One change that an option asks for, and what the classifier makes of it."""

    part: float | None = Field(
        None,
        description="Of the fall of the risk, this change's part (0-1; below 0 where it raises it): its "
        "Shapley value over the option's changes. The parts add up to the fall. "
        f"Null beyond {MOST_PARTS} changes.",
    )
    alone: float | None = Field(
        None, description="By how much this change alone, with what it brings along, lowers the risk (0-1)."
    )
    on_days: OnDays | None = Field(
        None,
        description="The level that it ends at, held against the question's `days`; null where none are "
        "told.",
    )


class BroughtAlong(Change):
    """What follows from the changes, on average, by published effects."""

    low: float = Field(
        description="The lower of the two values where all effects are at one end of their intervals."
    )
    high: float = Field(description="The higher of the two.")
    drivers: tuple[str, ...] = Field(description="The changed features that it follows from.")
    sources: tuple[str, ...] = Field(description="Where the effects were published.")
    judgement: tuple[str, ...] = Field(
        default=(), description="What in the figures is judgement, of those who wrote the schema."
    )
    grade: str = Field(description="The lowest grade of evidence among them: A, B or C.")
    lag: str = Field(description="After what time the trials saw it.")


class LeverAlone(Change):
    """How far the risk goes down by changing one feature alone."""

    reduction: float = Field(description="By how much the risk falls (0-1), with what is brought along.")


class Distinction(StrEnum):
    """What sets a strategy apart from the others of an answer."""

    LEAST_EFFORT = "least_effort"
    FEWEST_CHANGES = "fewest_changes"
    WITHOUT_WEIGHT_GOAL = "without_weight_goal"


class Strategy(Finding):
    """What an option is about."""

    name: str = Field(description="In words: 'Food and activity'.")
    themes: tuple[str, ...] = Field(
        description="The themes of its changes, in the schema's order; a feature without a theme is its own."
    )
    distinctions: tuple[Distinction, ...] = Field(
        description="What sets it apart from the other options: of least effort, of fewest changes, the one "
        "of least effort that sets no goal for weight."
    )


class Shortfall(Finding):
    """Why there are fewer options than were asked for."""

    variants: int = Field(
        description="How many further ways were left out since they share more than half of their "
        "behaviours with an option that is shown, or are another way of its strategy; 0 where there is no "
        "other way."
    )
    proved: bool = Field(description="Proved: there is no further way that holds as well.")


class AlwaysSaid(Finding):
    """What is said beside the options, outside their ranking."""

    feature: str = Field(description="The feature that it is about.")
    text: str = Field(description="What is said, with its trade-offs.")
    source: str = Field(description="Where it is known from.")


@dataclass(frozen=True, slots=True)
class Plausibility:
    """How much the changed person resembles real people of the target class.

    `in_range`: every moved value lies within the observed range. `neighbour_distance`: mean distance to
    the five nearest real people of the target class, in robustly scaled units. `percentile`: the share
    (0-100) of those people who have closer neighbours of their own. `joint_percentile`: the share (0-100)
    of them whose values come together more readily.
    """

    in_range: bool
    neighbour_distance: float
    percentile: float
    joint_percentile: float

    @property
    def typical(self) -> bool:
        """Whether all three checks pass."""
        return self.in_range and max(self.percentile, self.joint_percentile) <= TYPICAL_PERCENTILE


class Robustness(Finding):
    """Shares of refits, noise draws and partial-adherence draws under which the option still holds."""

    refits: float = Field(description="Of bootstrap refits of the classifier, the share (0-1).")
    noise: float = Field(description="Of draws of measurement noise, the share (0-1).")
    adherence: float = Field(
        description="Of draws in which each change is carried out to four fifths or more, the share (0-1)."
    )


class Optimality(Finding):
    """What is known of how much less effort would do."""

    proved: bool = Field(description="Proved: no option that could stand in its place takes less effort.")
    effort_bound: float = Field(
        description="No option that could stand in its place takes less effort than this: none of its "
        "strategy but those shown before it (with diversity `least_effort`: none at all) that holds as well, "
        "looks as much like real people, has nothing needless in it and does not change all that an option "
        "of less effort changes. The option's own effort where that is proved to be the least; 0 where "
        "nothing is known."
    )


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """One verified option: the whole changed vector, its risk, and how well it holds."""

    changes: tuple[OptionChange, ...]
    linked: tuple[Change, ...]
    brought_along: tuple[BroughtAlong, ...]
    strategy: Strategy
    features: Mapping[str, Value]
    risk: float
    plausibility: Plausibility
    effort: float
    optimality: Optimality
    robustness: Robustness
    fragile: bool
    generator: Generator
    summary: str
    consequences: str | None
    """In words, what is brought along."""


class PermittedChange(Finding):
    """How far one feature may change; of a category there is one for each value that it may become."""

    feature: str = Field(description="The feature's name in the schema.")
    label: str = Field(description="The feature in words.")
    start: Value = Field(
        serialization_alias="from", validation_alias="from", description="The value as it is, in `unit`."
    )
    end: Value = Field(
        serialization_alias="to",
        validation_alias="to",
        description="The furthest permitted value, in `unit`.",
    )
    step: float | None = Field(
        description="In which steps it changes, in `unit`; null for yes or no, or a category."
    )
    unit: str | None = Field(description="The unit of its numbers; null for yes or no.")


class KeptRange(Finding):
    """Between which values something that follows must stay if it moves."""

    feature: str = Field(description="The feature's name in the schema.")
    label: str = Field(description="The feature in words.")
    low: float | None = Field(description="The lowest permitted value, in `unit`; null where there is none.")
    high: float | None = Field(description="The highest; null where there is none.")
    unit: str | None = Field(description="The unit of both.")


class AssumedEffect(Finding):
    """A published effect that changes of this person may set off."""

    driver: str = Field(description="The feature whose change brings it along.")
    feature: str = Field(description="The feature that follows.")
    mean: float = Field(description="By how much `feature` changes on average, in its own unit, with sign.")
    low: float = Field(description="The least that trials make likely, with sign.")
    high: float = Field(description="The most, with sign.")
    per: float | None = Field(
        description="For so many units of the driver; null where the action is carried out whole."
    )
    source: str = Field(description="Where it was published.")
    grade: str = Field(description="How good the evidence is: A, B or C.")


class Conditions(Finding):
    """What findings hold for: the schema's limits, the request's constraints, and what is assumed."""

    max_changes: int = Field(
        description="How many behaviours may change at once, what moves along aside; weight is one."
    )
    permitted: tuple[PermittedChange, ...] = Field(description="Which features may change, and how far.")
    ranges: tuple[KeptRange, ...] = Field(
        default=(), description="What follows from changes must stay within these, or as it is."
    )
    effects: tuple[AssumedEffect, ...] = Field(
        default=(), description="Averages of trials that are taken for this person's; nobody is an average."
    )
    min_robustness: float | None = Field(
        default=None,
        description="Something holds if it does in at least this share of refits, of noise draws and of "
        "adherence draws. Null in answers recorded before this was told.",
    )


class Relaxed(Finding):
    """What more changes at once would give; ask for it with `constraints.max_changes`."""

    max_changes: int = Field(description="How many features would change at once.")
    lowest_reachable_risk: float = Field(
        description="The lowest risk that is then in reach, or found so far."
    )
    proved: bool = Field(description="Proved: nothing that is permitted then goes lower.")
    reaches_target: bool = Field(description="Whether that is at or below the target.")


@dataclass(frozen=True, slots=True)
class Infeasibility:
    """What helps most although it does not reach the target; `proved` when nothing can do better.

    All of it is within `conditions`. `risk_bound`: nothing goes below this risk; equal to the lowest
    reachable one when that is proved. `relaxed`: what more changes at once would give, where that helps.
    """

    lowest_reachable_risk: float
    proved: bool
    risk_bound: float
    reached_by: tuple[OptionChange, ...]
    linked: tuple[Change, ...]
    brought_along: tuple[BroughtAlong, ...]
    conditions: Conditions
    relaxed: tuple[Relaxed, ...] = ()
