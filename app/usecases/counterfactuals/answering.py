"""From the engine's outcome to the answer on the wire."""

from dataclasses import asdict
from datetime import UTC, datetime

from app.domain.counterfactual import Change, Counterfactual, GenerationStats, Infeasibility, RecourseResult
from app.domain.ids import uuid7
from app.proposers.base import Degraded
from app.usecases.counterfactuals.request import Asked
from app.usecases.counterfactuals.schemas import (
    ChangeOut,
    ConditionsOut,
    CounterfactualOut,
    CounterfactualsAnswer,
    GenerationOut,
    InfeasibleOut,
    ModelOut,
    OptimalityOut,
    PlausibilityOut,
    PredictionOut,
    RelaxedOut,
    RobustnessOut,
)


def as_answer(
    asked: Asked, outcome: RecourseResult, cache_away: bool, elapsed_ms: float
) -> CounterfactualsAnswer:
    """An answer with ids of its own, ready to be recorded."""
    model = asked.served.model
    facts = model.schema.model
    return CounterfactualsAnswer(
        id=uuid7(),
        patient_id=asked.patient_id,
        created_at=datetime.now(UTC),
        model=ModelOut(name=model.name, version=model.version),
        prediction=PredictionOut(
            risk=outcome.risk, threshold=facts.threshold, target=asked.target, label=facts.label(outcome.risk)
        ),
        status=outcome.status,
        counterfactuals=[
            _option(rank, option) for rank, option in enumerate(outcome.counterfactuals, start=1)
        ],
        infeasible=_infeasible(outcome.infeasible),
        generation=_generation(outcome.generation, cache_away, elapsed_ms),
        warnings=asked.warnings(),
        based_on=asked.based_on,
    )


def _option(rank: int, option: Counterfactual) -> CounterfactualOut:
    return CounterfactualOut(
        id=uuid7(),
        rank=rank,
        changes=[_change(change) for change in option.changes],
        linked=[_change(change) for change in option.linked],
        features=dict(option.features),
        risk=option.risk,
        plausibility=PlausibilityOut.model_validate(option.plausibility),
        effort=option.effort,
        optimality=OptimalityOut.model_validate(option.optimality),
        robustness=RobustnessOut.model_validate(option.robustness),
        fragile=option.fragile,
        generator=option.generator,
        summary=option.summary,
    )


def _change(change: Change) -> ChangeOut:
    return ChangeOut(**asdict(change))


def _infeasible(found: Infeasibility | None) -> InfeasibleOut | None:
    if found is None:
        return None
    return InfeasibleOut(
        lowest_reachable_risk=found.lowest_reachable_risk,
        proved=found.proved,
        risk_bound=found.risk_bound,
        reached_by=[_change(change) for change in found.reached_by],
        conditions=ConditionsOut.model_validate(found.conditions),
        relaxed=[RelaxedOut.model_validate(relaxed) for relaxed in found.relaxed],
    )


def _generation(generation: GenerationStats, cache_away: bool, elapsed_ms: float) -> GenerationOut:
    away = [generation.degraded] if generation.degraded else []
    away += [Degraded.CACHE_UNAVAILABLE] if cache_away else []
    return GenerationOut(
        **asdict(generation) | {"degraded": ",".join(away) or None, "elapsed_ms": elapsed_ms}
    )
