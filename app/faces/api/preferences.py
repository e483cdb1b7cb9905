"""What a patient can or will not do, by JSON; the page's form posts to the same address."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from app.domain.errors import InvalidInputError, InvalidParameterError, ParameterIssue
from app.engine.registry import NOT_HOSTED, ModelRegistry, ServedModel
from app.faces.http.bodies import JsonRoute
from app.faces.http.dependencies import DatabaseDep, RegistryDep
from app.faces.http.parameters import PatientId
from app.faces.http.problems import Problem, problem_responses
from app.faces.http.replies import json_reply
from app.usecases.preferences.schemas import PreferencesIn, PreferencesOut, RecordedPreferences
from app.usecases.preferences.service import preferences_out, read_preferences, record_preferences


class PreferencesChanged(Problem):
    """Other preferences stand than those that were to be replaced, and nothing was stored."""

    standing: RecordedPreferences | None = Field(
        description="What stands now: once it has been looked at, send its `id` as `replaces`. Null where "
        "nothing does: leave `replaces` out."
    )


router = APIRouter(prefix="/patients", tags=["patients"], route_class=JsonRoute)

Model = Annotated[
    str | None,
    Query(max_length=64, description="Whose preferences; the configured model's by default."),
]


@router.get(
    "/{patient_id}/preferences",
    operation_id="getPreferences",
    response_model=PreferencesOut,
    responses=problem_responses(401, 404, 422, 503),
)
async def read(
    patient_id: PatientId, database: DatabaseDep, registry: RegistryDep, model: Model = None
) -> Response:
    """Read what a patient can or will not do, and the preferences that a model has."""
    served = _named(registry, model)
    standing = await read_preferences(database, patient_id, served)
    return json_reply(preferences_out(patient_id, served, standing))


@router.put(
    "/{patient_id}/preferences",
    operation_id="replacePreferences",
    response_model=PreferencesOut,
    responses=problem_responses(400, 401, 413, 415, 422, 503)
    | problem_responses(409, body=PreferencesChanged),
)
async def replace(
    patient_id: PatientId,
    body: PreferencesIn,
    database: DatabaseDep,
    registry: RegistryDep,
) -> Response:
    """Say what a patient can or will not do, in place of what was said before, which stays on record."""
    served = registry.named(body.model)
    standing = await record_preferences(database, patient_id, served, body)
    return json_reply(preferences_out(patient_id, served, standing))


def _named(registry: ModelRegistry, model: str | None) -> ServedModel:
    try:
        return registry.named(model)
    except InvalidInputError:
        raise InvalidParameterError(ParameterIssue("model", "query", NOT_HOSTED)) from None
