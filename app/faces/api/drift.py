"""Whether those asked about are still like the people of a model's data."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.faces.api.models import ServedModelDep
from app.faces.http.bodies import JsonRoute
from app.faces.http.dependencies import DatabaseDep
from app.faces.http.parameters import WHOLE_NUMBER
from app.faces.http.problems import problem_responses
from app.faces.http.replies import json_reply
from app.usecases.drift.schemas import DriftAnswer
from app.usecases.drift.service import drift_of

router = APIRouter(prefix="/models", tags=["models"], route_class=JsonRoute)

Days = Annotated[
    int, Query(ge=1, le=366, description="How many days are looked at, today (UTC) included."), WHOLE_NUMBER
]


@router.get(
    "/{name}/drift",
    operation_id="getModelDrift",
    response_model=DriftAnswer,
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def drift(served: ServedModelDep, request: Request, database: DatabaseDep, days: Days = 30) -> Response:
    """Compare those whom the caller's tenant asked about of late with the people of the model's data.

    Counted is everybody whom a caller asked about, each time, be the answer cached or not. What-ifs are not.
    Fewer questions than `least` are told by their number alone.
    """
    digest = served.model.digest
    return json_reply(await drift_of(database, digest, request.state.binnings[digest], days))
