"""Telling a risk: nothing is recorded but the audit row."""

import asyncio

from pydantic import BaseModel, Field
from sqlalchemy import insert

from app.classifiers.hosted import HostedModel
from app.domain.ids import uuid7
from app.domain.patient import Patient
from app.storage.database import Database
from app.storage.tables import PredictionRow


class PredictionAnswer(BaseModel):
    """The classifier's risk and what it means against the decision threshold."""

    model: str = Field(description="The model's name.")
    version: str = Field(description="Its version.")
    risk: float = Field(description="The classifier's risk (0-1).")
    threshold: float = Field(description="The model's decision threshold (0-1).")
    label: str = Field(description="What the risk means against the threshold: high or low.")


_RECORD = insert(PredictionRow).returning(PredictionRow.id)


async def tell(model: HostedModel, patient: Patient, database: Database) -> PredictionAnswer:
    """The risk of one patient, once it is on record that it was told.

    Raises:
        ClassifierError: the classifier is away.
        RecordError: the database is.
    """
    facts = model.schema.model
    # In a thread: the classifier may be on another machine.
    risk = float((await asyncio.to_thread(model.classifier.risk, patient.row[None, :]))[0])
    answer = PredictionAnswer(
        model=model.name, version=model.version, risk=risk, threshold=facts.threshold, label=facts.label(risk)
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
    await database.run(_RECORD, audit)
    return answer
