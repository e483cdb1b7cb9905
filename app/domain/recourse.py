"""The engine's answer to one question, and how it came about."""

from dataclasses import dataclass

from app.domain.counterfactual import (
    AlwaysSaid,
    Conditions,
    Counterfactual,
    Infeasibility,
    LeverAlone,
    Shortfall,
    Status,
)
from app.domain.degraded import Degraded
from app.domain.improvement import FrontierPoint, Improvement, NoImprovement


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
    target: float
    counterfactuals: tuple[Counterfactual, ...] = ()
    shortfall: Shortfall | None = None
    infeasible: Infeasibility | None = None
    improvements: tuple[Improvement, ...] = ()
    no_improvement: NoImprovement | None = None
    frontier: tuple[FrontierPoint, ...] = ()
    conditions: Conditions | None = None
    most_helpful: tuple[LeverAlone, ...] = ()
    always: tuple[AlwaysSaid, ...] = ()
    generation: GenerationStats = GenerationStats()
