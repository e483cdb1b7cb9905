"""An answer on the wire: from the engine's result, to the rows that keep it, and back from them."""

from dataclasses import asdict
from datetime import UTC, datetime
from uuid import UUID

from app.domain.counterfactual import AlwaysSaid, Counterfactual, Infeasibility, LeverAlone, Shortfall, Status
from app.domain.degraded import Degraded
from app.domain.ids import RequestIds, uuid7
from app.domain.input_warning import InputWarning
from app.domain.recourse import GenerationStats, RecourseResult
from app.storage.record import Values, parameters_of
from app.storage.tables import AnswerRow, Base, GenerationRow, PatientRow, PredictionRow, RequestRow
from app.usecases.counterfactuals.request import ValidatedRequest
from app.usecases.counterfactuals.schemas import (
    CounterfactualOut,
    CounterfactualsAnswer,
    GenerationOut,
    InfeasibleOut,
    ModelOut,
    PlausibilityOut,
    PredictionOut,
)

_AS_TOLD = ("infeasible", "warnings", "shortfall", "most_helpful", "always")
"""Columns of an answer that hold what is on the wire."""


def from_result(
    validated: ValidatedRequest, result: RecourseResult, cache_away: bool, elapsed_ms: float
) -> CounterfactualsAnswer:
    """An answer with ids of its own, ready to be recorded."""
    model = validated.served.model
    facts = model.schema.model
    return CounterfactualsAnswer(
        id=uuid7(),
        patient_id=validated.patient_id,
        created_at=datetime.now(UTC),
        model=ModelOut(name=model.name, version=model.version),
        prediction=PredictionOut(
            risk=result.risk,
            threshold=facts.threshold,
            target=validated.target,
            label=facts.label(result.risk),
        ),
        status=result.status,
        counterfactuals=[
            _option(rank, option) for rank, option in enumerate(result.counterfactuals, start=1)
        ],
        shortfall=result.shortfall,
        infeasible=_infeasible(result.infeasible),
        most_helpful=list(result.most_helpful),
        always=list(result.always),
        generation=_generation(result.generation, cache_away, elapsed_ms),
        warnings=validated.warnings(),
        based_on=validated.based_on,
    )


def from_row(row: AnswerRow) -> CounterfactualsAnswer:
    """A recorded answer as it was first given."""
    prediction = row.prediction
    return CounterfactualsAnswer(
        id=row.id,
        patient_id=row.patient_id,
        created_at=row.created_at,
        model=ModelOut(name=prediction.model_name, version=prediction.model_version),
        prediction=PredictionOut(
            risk=prediction.risk, threshold=prediction.threshold, target=row.target, label=prediction.label
        ),
        status=Status(row.status),
        counterfactuals=[CounterfactualOut.model_validate(option) for option in row.counterfactuals],
        shortfall=Shortfall.model_validate(row.shortfall) if row.shortfall else None,
        infeasible=InfeasibleOut.model_validate(row.infeasible) if row.infeasible else None,
        most_helpful=[LeverAlone.model_validate(lever) for lever in row.most_helpful],
        always=[AlwaysSaid.model_validate(said) for said in row.always],
        generation=GenerationOut.model_validate(row.generation),
        warnings=[InputWarning.model_validate(warning) for warning in row.warnings],
        based_on=row.based_on,
    )


def to_parameters(
    validated: ValidatedRequest, digest: str, answer: CounterfactualsAnswer, ids: RequestIds
) -> Values:
    """The values that `INSERT_ANSWER` records an answer by, and that it was given."""
    prediction_id = uuid7()
    wire = answer.model_dump(mode="json", by_alias=True)
    rows: dict[type[Base], Values] = {
        PatientRow: {"id": validated.patient_id},
        PredictionRow: _prediction_columns(prediction_id, validated, answer),
        AnswerRow: _answer_columns(prediction_id, validated, digest, answer)
        | {name: wire[name] for name in _AS_TOLD},
        GenerationRow: {**answer.generation.model_dump(exclude={"cached"}), "answer_id": answer.id},
        RequestRow: _request_columns(answer.id, ids, cached=False),
    }
    options = [_option_columns(answer.id, option) for option in wire["counterfactuals"]]
    return parameters_of(rows) | {"options": options}


def to_request_parameters(answer_id: UUID, ids: RequestIds) -> Values:
    """The values that `INSERT_REQUEST` records by that an answer was given from the cache."""
    return parameters_of({RequestRow: _request_columns(answer_id, ids, cached=True)})


def _option(rank: int, option: Counterfactual) -> CounterfactualOut:
    return CounterfactualOut(
        id=uuid7(),
        rank=rank,
        strategy=option.strategy,
        changes=list(option.changes),
        linked=list(option.linked),
        brought_along=list(option.brought_along),
        features=dict(option.features),
        risk=option.risk,
        plausibility=PlausibilityOut.model_validate(option.plausibility),
        effort=option.effort,
        optimality=option.optimality,
        robustness=option.robustness,
        fragile=option.fragile,
        generator=option.generator,
        summary=option.summary,
        consequences=option.consequences,
    )


def _infeasible(infeasibility: Infeasibility | None) -> InfeasibleOut | None:
    if infeasibility is None:
        return None
    return InfeasibleOut(
        lowest_reachable_risk=infeasibility.lowest_reachable_risk,
        proved=infeasibility.proved,
        risk_bound=infeasibility.risk_bound,
        reached_by=list(infeasibility.reached_by),
        brought_along=list(infeasibility.brought_along),
        conditions=infeasibility.conditions,
        relaxed=list(infeasibility.relaxed),
    )


def _generation(stats: GenerationStats, cache_away: bool, elapsed_ms: float) -> GenerationOut:
    degraded = [*stats.degraded, *((Degraded.CACHE_UNAVAILABLE,) if cache_away else ())]
    return GenerationOut(**asdict(stats) | {"degraded": degraded, "elapsed_ms": elapsed_ms})


def _request_columns(answer_id: UUID, ids: RequestIds, cached: bool) -> Values:
    return {
        "id": uuid7(),
        "answer_id": answer_id,
        "correlation_id": ids.ours,
        "callers_id": ids.callers,
        "cached": cached,
    }


def _prediction_columns(
    prediction_id: UUID, validated: ValidatedRequest, answer: CounterfactualsAnswer
) -> Values:
    return {
        "id": prediction_id,
        "created_at": answer.created_at,
        "model_name": answer.model.name,
        "model_version": answer.model.version,
        "model_digest": validated.served.model.digest,
        "risk": answer.prediction.risk,
        "threshold": answer.prediction.threshold,
        "label": answer.prediction.label,
    }


def _answer_columns(
    prediction_id: UUID, validated: ValidatedRequest, digest: str, answer: CounterfactualsAnswer
) -> Values:
    return {
        "id": answer.id,
        "created_at": answer.created_at,
        "patient_id": validated.patient_id,
        "prediction_id": prediction_id,
        "question_digest": digest,
        "features": dict(validated.patient.values),
        "target": validated.target,
        "constraints": validated.constraints_json(),
        "count": validated.preferences.count,
        "min_robustness": validated.preferences.min_robustness,
        "generator": validated.preferences.generator,
        "include": list(validated.scope.include),
        "programme": validated.scope.programme,
        "diversity": validated.preferences.diversity,
        "status": answer.status,
        "based_on": validated.based_on,
    }


def _option_columns(answer_id: UUID, option: Values) -> Values:
    kept = {name: value for name, value in option.items() if name != "verified"}
    return kept | {"answer_id": str(answer_id)}
