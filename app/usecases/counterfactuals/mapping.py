"""An answer on the wire: from the engine's result, to the rows that keep it, and back from them."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.domain.ask_next import AskNext
from app.domain.certainty import Certainty, Observed, RiskEstimate
from app.domain.counterfactual import (
    AlwaysSaid,
    Conditions,
    Counterfactual,
    Infeasibility,
    LeverAlone,
    OptionChange,
    Shortfall,
    Status,
)
from app.domain.degraded import Degraded
from app.domain.effort_in_days import held_against
from app.domain.ids import RequestIds, uuid7
from app.domain.improvement import FrontierPoint, Improvement, NoImprovement
from app.domain.input_warning import InputWarning
from app.domain.recourse import GenerationStats, RecourseResult
from app.ingest.fhir.reasons import NotUsedReason
from app.ingest.fhir.record import FeatureSource, MeasuredResult, NotUsed
from app.storage.record import Values, parameters_of
from app.storage.tables import (
    AnswerRow,
    Base,
    GenerationRow,
    OptionKind,
    PatientRow,
    PredictionRow,
    RequestRow,
)
from app.usecases.counterfactuals.option_schemas import (
    CounterfactualOut,
    ImprovementOut,
    InfeasibleOut,
    PlausibilityOut,
)
from app.usecases.counterfactuals.question import asked_columns, question_of, question_of_row
from app.usecases.counterfactuals.request import ValidatedRequest
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer, GenerationOut, ModelOut, PredictionOut

_AS_TOLD = (
    "infeasible",
    "warnings",
    "shortfall",
    "no_improvement",
    "frontier",
    "conditions",
    "most_helpful",
    "always",
    "provenance",
    "not_used",
    "measured_outcome",
    "ask_next",
)
"""Columns of an answer that hold what is on the wire."""
_OPTIONS = {OptionKind.COUNTERFACTUAL: "counterfactuals", OptionKind.IMPROVEMENT: "improvements"}
"""Where the wire has options of each kind."""
_NO_GRADES: Values = {"grades": [], "reduction": None, "reduction_holds": None, "holds_at": None}
"""What options that reach the target have in the columns of improvements."""


def from_result(
    validated: ValidatedRequest,
    estimate: RiskEstimate,
    result: RecourseResult,
    cache_away: bool,
    elapsed_ms: float,
    ask_next: Sequence[AskNext] = (),
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
            target=result.target,
            target_asked=validated.target_json(),
            label=facts.label(result.risk),
            band=estimate.band,
            certainty=estimate.certainty,
            observed=estimate.observed,
        ),
        status=_status(validated, result),
        counterfactuals=[
            CounterfactualOut(**_option(validated, rank, option))
            for rank, option in enumerate(result.counterfactuals, start=1)
        ],
        shortfall=result.shortfall,
        infeasible=_infeasible(validated, result.infeasible),
        improvements=[
            _improvement(validated, rank, improvement)
            for rank, improvement in enumerate(result.improvements, start=1)
        ],
        no_improvement=result.no_improvement,
        frontier=list(result.frontier),
        conditions=result.conditions,
        most_helpful=list(result.most_helpful),
        always=[*result.always, *said_of_some(validated)],
        generation=_generation(result.generation, cache_away, elapsed_ms),
        question=question_of(validated),
        warnings=validated.warnings(),
        provenance=validated.record.provenance if validated.record else {},
        not_used=list(validated.record.not_used) if validated.record else [],
        measured_outcome=validated.measured,
        ask_next=list(ask_next),
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
            risk=prediction.risk,
            threshold=prediction.threshold,
            target=row.target,
            target_asked=row.target_asked,
            label=prediction.label,
            band=(prediction.band[0], prediction.band[1]) if prediction.band else None,
            certainty=Certainty(prediction.certainty) if prediction.certainty else None,
            observed=Observed.model_validate(prediction.observed) if prediction.observed else None,
        ),
        status=Status(row.status),
        counterfactuals=[CounterfactualOut.model_validate(option) for option in row.counterfactuals],
        shortfall=Shortfall.model_validate(row.shortfall) if row.shortfall else None,
        infeasible=InfeasibleOut.model_validate(row.infeasible) if row.infeasible else None,
        improvements=[ImprovementOut.model_validate(option) for option in row.improvements],
        no_improvement=NoImprovement.model_validate(row.no_improvement) if row.no_improvement else None,
        frontier=[FrontierPoint.model_validate(point) for point in row.frontier],
        conditions=Conditions.model_validate(row.conditions) if row.conditions else None,
        most_helpful=[LeverAlone.model_validate(lever) for lever in row.most_helpful],
        always=[AlwaysSaid.model_validate(said) for said in row.always],
        generation=GenerationOut.model_validate(row.generation),
        question=question_of_row(row),
        warnings=[InputWarning.model_validate(warning) for warning in row.warnings],
        provenance={name: FeatureSource.model_validate(one) for name, one in row.provenance.items()},
        not_used=[NotUsed.model_validate(one) for one in row.not_used],
        measured_outcome=MeasuredResult.model_validate(row.measured_outcome)
        if row.measured_outcome
        else None,
        ask_next=[AskNext.model_validate(one) for one in row.ask_next],
        based_on=row.based_on,
        refines=row.refines,
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
        GenerationRow: {
            **answer.generation.model_dump(exclude={"cached", "carried_over"}),
            "answer_id": answer.id,
        },
        RequestRow: _request_columns(answer.id, ids, cached=False),
    }
    options = [
        _option_columns(answer.id, kind, option) for kind, name in _OPTIONS.items() for option in wire[name]
    ]
    return parameters_of(rows) | {"options": options}


def to_request_parameters(answer_id: UUID, ids: RequestIds) -> Values:
    """The values that `INSERT_REQUEST` records by that an answer was given from the cache."""
    return parameters_of({RequestRow: _request_columns(answer_id, ids, cached=True)})


def _option(validated: ValidatedRequest, rank: int, option: Counterfactual) -> dict[str, Any]:
    """What options and improvements have in common on the wire."""
    return {
        "id": uuid7(),
        "rank": rank,
        "strategy": option.strategy,
        "changes": _on_days(validated, option.changes),
        "linked": list(option.linked),
        "brought_along": list(option.brought_along),
        "features": dict(option.features),
        "risk": option.risk,
        "plausibility": PlausibilityOut.model_validate(option.plausibility),
        "effort": option.effort,
        "optimality": option.optimality,
        "robustness": option.robustness,
        "fragile": option.fragile,
        "generator": option.generator,
        "summary": option.summary,
        "consequences": option.consequences,
    }


def _on_days(validated: ValidatedRequest, changes: Sequence[OptionChange]) -> list[OptionChange]:
    """Changes with what they ask for in days, where the question tells days."""
    schema, days = validated.schema, validated.days
    if not days:
        return list(changes)
    return [
        one.model_copy(update={"on_days": held_against(schema[one.feature], one, days)}) for one in changes
    ]


def _improvement(validated: ValidatedRequest, rank: int, improvement: Improvement) -> ImprovementOut:
    return ImprovementOut(
        **_option(validated, rank, improvement),
        grades=list(improvement.grades),
        reduction=improvement.reduction,
        reduction_holds=improvement.reduction_holds,
        holds_at=improvement.holds_at,
    )


def _status(validated: ValidatedRequest, result: RecourseResult) -> Status:
    """A result that shows the outcome counts in place of an estimate that is low enough."""
    is_below = result.status is Status.ALREADY_BELOW_TARGET
    return Status.OUTCOME_MEASURED if is_below and validated.is_overruled else result.status


def _infeasible(validated: ValidatedRequest, infeasibility: Infeasibility | None) -> InfeasibleOut | None:
    if infeasibility is None:
        return None
    return InfeasibleOut(
        lowest_reachable_risk=infeasibility.lowest_reachable_risk,
        proved=infeasibility.proved,
        risk_bound=infeasibility.risk_bound,
        reached_by=_on_days(validated, infeasibility.reached_by),
        linked=list(infeasibility.linked),
        brought_along=list(infeasibility.brought_along),
        conditions=infeasibility.conditions,
        relaxed=list(infeasibility.relaxed),
    )


def _generation(stats: GenerationStats, cache_away: bool, elapsed_ms: float) -> GenerationOut:
    degraded = [*stats.degraded, *((Degraded.CACHE_UNAVAILABLE,) if cache_away else ())]
    return GenerationOut(**asdict(stats) | {"degraded": degraded, "elapsed_ms": elapsed_ms})


def said_of_some(validated: ValidatedRequest) -> Iterator[AlwaysSaid]:
    """What is said to somebody of whom the record knows that there is some of a feature, and not how much.

    Such as a smoker whose cigarettes nobody counted: no option is made of it, but stopping helps.
    """
    left = validated.record.not_used if validated.record else ()
    some = {one.feature for one in left if one.reason is NotUsedReason.NOT_A_COUNT}
    for feature in validated.schema.features:
        is_less = feature.action is not None and feature.action.direction == "decrease"
        is_unknown = validated.patient.values[feature.name] is None
        if feature.always and is_less and is_unknown and feature.name in some:
            yield AlwaysSaid(feature=feature.name, text=feature.always.text, source=feature.always.source)


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
        "band": answer.prediction.band,
        "certainty": answer.prediction.certainty,
        "observed": answer.prediction.observed.model_dump() if answer.prediction.observed else None,
        "patient_id": None,  # the answer has it, and the features
        "features": None,
        "days": None,
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
        "target": answer.prediction.target,
        "status": answer.status,
        "based_on": validated.based_on,
        "refines": answer.refines,
        **asked_columns(validated),
    }


def _option_columns(answer_id: UUID, kind: OptionKind, option: Values) -> Values:
    """Each row has every column: one statement writes them all."""
    kept = {name: value for name, value in option.items() if name != "verified"}
    return _NO_GRADES | kept | {"answer_id": str(answer_id), "kind": kind}
