"""POST /predictions: the risk of one feature vector or of several, and how sure it is."""

from fastapi import APIRouter, Request, Response

from app.faces.http.audited import about
from app.faces.http.dependencies import DatabaseDep, RegistryDep, WatchDep
from app.faces.http.idempotency import IdempotencyKey, KeyedRoute
from app.faces.http.problems import problem_responses
from app.faces.http.replies import json_reply
from app.usecases.predictions.schemas import PredictionAnswer, PredictionRequest, PredictionsAnswer
from app.usecases.predictions.service import answer_predictions

router = APIRouter(prefix="/predictions", tags=["predictions"], route_class=KeyedRoute)


@router.post(
    "",
    operation_id="createPrediction",
    response_model=PredictionAnswer | PredictionsAnswer,
    responses=problem_responses(400, 401, 409, 413, 415, 422, 503),
)
async def create_prediction(
    body: PredictionRequest,
    request: Request,
    registry: RegistryDep,
    database: DatabaseDep,
    watch: WatchDep,
    _: IdempotencyKey = None,
) -> Response:
    """Tell the risk of one feature vector, or of each of several, and how sure it is."""
    if body.patient_id is not None:
        about(request, body.patient_id)
    return json_reply(await answer_predictions(registry.named(body.model), body, database, watch))
