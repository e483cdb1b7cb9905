"""What an answer is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from app.domain.degraded import Degraded
from app.domain.schema import Value

TYPICAL_PERCENTILE = 95.0
"""A percentile above this is unusual among real people of the target class."""


class Status(StrEnum):
    """How a request for counterfactuals ended; all three are findings, none is an error."""

    FOUND = "found"
    ALREADY_BELOW_TARGET = "already_below_target"
    INFEASIBLE = "infeasible"


class Generator(StrEnum):
    """Who proposes: the language model, the search, or both."""

    AUTO = "auto"
    LLM = "llm"
    SEARCH = "search"


class _Finding(BaseModel):
    """A part of an answer, in the very form that callers get."""

    model_config = ConfigDict(frozen=True, from_attributes=True, populate_by_name=True)


class Change(_Finding):
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


class Robustness(_Finding):
    """Shares of refits, noise draws and partial-adherence draws under which the option still holds."""

    refits: float = Field(description="Of bootstrap refits of the classifier, the share (0-1).")
    noise: float = Field(description="Of draws of measurement noise, the share (0-1).")
    adherence: float = Field(
        description="Of draws in which each change is carried out to four fifths or more, the share (0-1)."
    )


class Optimality(_Finding):
    """What is known of how much less effort would do."""

    proved: bool = Field(description="Proved: no option that could stand in its place takes less effort.")
    effort_bound: float = Field(
        description="No option that could stand in its place takes less effort than this: none that holds as "
        "well, looks as much like real people, has nothing needless in it and does not change all that an "
        "option before it changes. The option's own effort where that is proved to be the least; 0 where "
        "nothing is known."
    )


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """One verified option: the whole changed vector, its risk, and how well it holds."""

    changes: tuple[Change, ...]
    linked: tuple[Change, ...]
    features: Mapping[str, Value]
    risk: float
    plausibility: Plausibility
    effort: float
    optimality: Optimality
    robustness: Robustness
    fragile: bool
    generator: Generator
    summary: str


class PermittedChange(_Finding):
    """How far one feature may change."""

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
    step: float | None = Field(description="In which steps it changes, in `unit`; null for yes or no.")
    unit: str | None = Field(description="The unit of its numbers; null for yes or no.")


class Conditions(_Finding):
    """What the finding holds for: the schema's limits and the request's constraints together."""

    max_changes: int = Field(description="How many features may change at once, those that move along aside.")
    permitted: tuple[PermittedChange, ...] = Field(description="Which features may change, and how far.")


class Relaxed(_Finding):
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
    reached_by: tuple[Change, ...]
    conditions: Conditions
    relaxed: tuple[Relaxed, ...] = ()


@dataclass(frozen=True, slots=True)
class GenerationStats:
    """How the answer came about: counts of proposals, who proposed, what was away, what they cost."""

    proposals: int = 0
    well_formed: int = 0
    valid: int = 0
    repaired: int = 0
    llm_model: str | None = None
    prompt_version: str | None = None
    degraded: tuple[Degraded, ...] = ()
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    llm_ms: float | None = None


@dataclass(frozen=True, slots=True)
class RecourseResult:
    """The engine's answer to one question."""

    status: Status
    risk: float
    counterfactuals: tuple[Counterfactual, ...] = ()
    infeasible: Infeasibility | None = None
    generation: GenerationStats = GenerationStats()
