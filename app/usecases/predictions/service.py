"""The risk of one patient: nothing is recorded but the audit row."""

from pydantic import BaseModel, Field

from app.classifiers.threads import in_thread
from app.domain.ids import uuid7
from app.domain.input_warning import InputWarning
from app.domain.patient import Patient
from app.engine.registry import ServedModel
from app.storage.database import Database
from app.storage.record import INSERT_PREDICTION


class PredictionAnswer(BaseModel):
    """The classifier's risk and what it means against the decision threshold."""

    model: str = Field(description="The model's name.")
    version: str = Field(description="Its version.")
    risk: float = Field(description="The classifier's risk (0-1).")
    threshold: float = Field(description="The model's decision threshold (0-1).")
    label: str = Field(description="What the risk means against the threshold: high or low.")
    warnings: list[InputWarning] = Field(
        description="Values that should be checked: outside what was observed, or unusual beside the others. "
        "The risk takes them as they are."
    )


async def predict(served: ServedModel, patient: Patient, database: Database) -> PredictionAnswer:
    """The risk of one patient, once it is on record that it was told.

    Raises:
        ClassifierError: the classifier is away.
        RecordError: the database is.
    """
    model, facts = served.model, served.model.schema.model
    # In a thread: the classifier may be on another machine.
    risk = float((await in_thread(model.classifier, model.classifier.risk, patient.factual[None, :]))[0])
    answer = PredictionAnswer(
        model=model.name,
        version=model.version,
        risk=risk,
        threshold=facts.threshold,
        label=facts.label(risk),
        warnings=served.oddness.warnings(patient.factual),
    )
    audit = {
        "id": uuid7(),
        "model_name": model.name,
        "model_version": model.version,
        "model_digest": model.digest,
        "risk": risk,
        "threshold": facts.threshold,
        "label": answer.label,
    }
    await database.run(INSERT_PREDICTION, audit)
    return answer
