"""A patient's results: what overrules an estimate, as JSON."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from app.domain.errors import InvalidParameterError, ParameterIssue
from app.engine.registry import NOT_HOSTED
from app.faces.http.dependencies import DatabaseDep, RegistryDep
from app.faces.http.idempotency import IdempotencyKey, KeyedRoute
from app.faces.http.parameters import PatientId
from app.faces.http.problems import Problem, problem_responses
from app.faces.http.replies import json_reply
from app.usecases.measurements.schemas import (
    MeasurementIn,
    MeasurementOut,
    MeasurementsList,
    StandingMeasurement,
)
from app.usecases.measurements.service import record_result, results_of


class MeasurementConflict(Problem):
    """Another result stands where this one was to stand, and nothing was stored."""

    standing: StandingMeasurement | None = Field(
        description="The row that stands there: once it has been looked at, send its `id` as `replaces`. "
        "Null where no more results can be taken."
    )


router = APIRouter(prefix="/patients", tags=["patients"], route_class=KeyedRoute)


@router.get(
    "/{patient_id}/measurements",
    operation_id="listMeasurements",
    response_model=MeasurementsList,
    responses=problem_responses(401, 404, 422, 503),
)
async def results(
    patient_id: PatientId,
    registry: RegistryDep,
    database: DatabaseDep,
    model: Annotated[str, Query(max_length=64, description="The hosted model whose outcome was looked for.")],
) -> Response:
    """List a patient's results for a model, newest measured first, corrected ones included."""
    served = registry.find(model)
    if served is None:
        raise InvalidParameterError(ParameterIssue("model", "query", NOT_HOSTED))
    return json_reply(await results_of(database, patient_id, served))


@router.post(
    "/{patient_id}/measurements",
    operation_id="createMeasurement",
    status_code=201,
    response_model=MeasurementOut,
    responses=problem_responses(400, 401, 413, 415, 422, 503)
    | problem_responses(409, body=MeasurementConflict)
    | {200: {"model": MeasurementOut, "description": "Said already; nothing changed."}},
)
async def add(
    patient_id: PatientId,
    body: MeasurementIn,
    registry: RegistryDep,
    database: DatabaseDep,
    _: IdempotencyKey = None,
) -> Response:
    """Record a result that says whether a patient has a model's outcome, correct one, or take one back."""
    served = registry.named(body.model)
    result, new = await record_result(database, patient_id, served, body)
    return json_reply(result, 201 if new else 200)
