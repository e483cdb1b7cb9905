"""What an answer is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

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


@dataclass(frozen=True, slots=True)
class Change:
    """One feature before and after, in its unit."""

    feature: str
    label: str
    before: Value
    after: Value
    delta: float | None
    unit: str | None


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


@dataclass(frozen=True, slots=True)
class Robustness:
    """Shares (0-1) of perturbed versions under which the risk stays at or below the target.

    `refits`: bootstrap refits of the classifier; `noise`: measurement-noise draws; `adherence`: draws in
    which each change is carried out only to four fifths or more.
    """

    refits: float
    noise: float
    adherence: float


@dataclass(frozen=True, slots=True)
class Optimality:
    """What is known of how much less effort would do.

    `effort_bound`: no option that could stand in its place takes less effort than this: none that holds as
    well, looks as much like real people, has nothing needless in it and does not change all that an option
    before it changes. `proved` when that is the option's own effort; 0 where nothing is known.
    """

    proved: bool
    effort_bound: float


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


@dataclass(frozen=True, slots=True)
class PermittedChange:
    """How far one feature may change: from `start`, in steps of `step`, to `end` at most.

    In the feature's unit; `step` is None where it is yes or no.
    """

    feature: str
    label: str
    start: Value
    end: Value
    step: float | None
    unit: str | None


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a finding holds for: at most `max_changes` of the `permitted` changes at once."""

    max_changes: int
    permitted: tuple[PermittedChange, ...]


@dataclass(frozen=True, slots=True)
class Relaxed:
    """How far the risk goes down if more features may change at once, and whether nothing goes lower."""

    max_changes: int
    lowest_reachable_risk: float
    proved: bool
    reaches_target: bool


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
