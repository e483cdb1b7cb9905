"""The risk of one feature vector; nothing is recorded but the audit row."""

import asyncio
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import insert

from app.domain.ids import uuid7
from app.domain.patient import read_patient
from app.http.dependencies import DatabaseDep, HostingDep
from app.http.problems import documented
from app.http.replies import json_reply
from app.storage.tables import PredictionRow

router = APIRouter(prefix="/predictions", tags=["predictions"])


class PredictionRequest(BaseModel):
    """One feature vector."""

    model_config = ConfigDict(extra="forbid")

    model: str | None = Field(None, description="A hosted model's name; the configured one by default.")
    features: dict[str, Any] = Field(
        description="The feature vector: GET /models/{name}/schema describes it."
    )


class PredictionAnswer(BaseModel):
    """The classifier's risk and what it means against the decision threshold."""

    model: str
    version: str
    risk: float
    threshold: float
    label: str


_RECORD = insert(PredictionRow).returning(PredictionRow.id)


@router.post("", response_model=PredictionAnswer, responses=documented(400, 401, 413, 422, 503))
async def predict(
    body: PredictionRequest,
    hosting: HostingDep,
    database: DatabaseDep,
) -> Response:
    """Tell the risk of one feature vector."""
    model = hosting.named(body.model).model
    patient = read_patient(model.schema, body.features)
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
    return json_reply(answer)
