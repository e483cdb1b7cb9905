"""POST /predictions: the risk of one feature vector, and how sure it is."""

import asyncio

from fastapi import APIRouter, Response
from pydantic import Field

from app.faces.http.dependencies import DatabaseDep, RegistryDep
from app.faces.http.idempotency import IdempotencyKey, KeyedRoute
from app.faces.http.problems import problem_responses
from app.faces.http.replies import json_reply
from app.usecases.patient_record import SaysFeatures, checked_patient
from app.usecases.predictions.service import PredictionAnswer, predict

router = APIRouter(prefix="/predictions", tags=["predictions"], route_class=KeyedRoute)


class PredictionRequest(SaysFeatures):
    """One feature vector."""

    model: str | None = Field(None, description="A hosted model's name; the configured one by default.")


@router.post(
    "",
    operation_id="createPrediction",
    response_model=PredictionAnswer,
    responses=problem_responses(400, 401, 409, 413, 415, 422, 503),
)
async def create_prediction(
    body: PredictionRequest, registry: RegistryDep, database: DatabaseDep, _: IdempotencyKey = None
) -> Response:
    """Tell the risk of one feature vector, and how sure it is."""
    served = registry.named(body.model)
    patient, record = await asyncio.to_thread(checked_patient, body, served)
    return json_reply(await predict(served, patient, database, record=record))
