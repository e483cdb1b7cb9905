"""From recorded rows back to the wire form."""

from app.domain.counterfactual import Status
from app.domain.input_warning import InputWarning
from app.storage.tables import AnswerRow
from app.usecases.counterfactuals.schemas import (
    CounterfactualOut,
    CounterfactualsAnswer,
    GenerationOut,
    InfeasibleOut,
    ModelOut,
    PredictionOut,
)


def as_answer(row: AnswerRow) -> CounterfactualsAnswer:
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
        infeasible=InfeasibleOut.model_validate(row.infeasible) if row.infeasible else None,
        generation=GenerationOut.model_validate(row.generation),
        warnings=[InputWarning.model_validate(warning) for warning in row.warnings],
        based_on=row.based_on,
    )
