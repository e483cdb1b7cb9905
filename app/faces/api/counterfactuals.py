"""POST /counterfactuals, and recorded answers by id."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from app.faces.http.audited import about
from app.faces.http.bodies import JsonRoute
from app.faces.http.dependencies import AnsweringDep
from app.faces.http.disconnect import cancel_on_disconnect
from app.faces.http.problems import Problem, problem_responses
from app.faces.http.replies import json_reply
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer, CounterfactualsRequest


class PreferenceConflict(Problem):
    """A preference on record has no options offered to the patient, and nothing was answered."""

    preferences: list[str] = Field(description="The codes of the preferences that refuse.")


router = APIRouter(prefix="/counterfactuals", tags=["counterfactuals"], route_class=JsonRoute)

AnswerId = Annotated[UUID, Path(description="The `id` of an answer.")]


@router.post(
    "",
    operation_id="createCounterfactuals",
    response_model=CounterfactualsAnswer,
    responses=problem_responses(400, 401, 413, 415, 422, 503)
    | problem_responses(409, body=PreferenceConflict),
)
async def ask(body: CounterfactualsRequest, request: Request, service: AnsweringDep) -> Response:
    """Suggest the smallest verified changes that bring a patient's risk to the target.

    Where none do reliably, tell what lowers it all the same: `improvements`.
    """
    about(request, body.patient_id)
    answering = service.answer(body)
    return json_reply(await cancel_on_disconnect(request, answering))


@router.get(
    "/{answer_id}",
    operation_id="getCounterfactuals",
    response_model=CounterfactualsAnswer,
    responses=problem_responses(401, 404, 422, 503),
)
async def get_recorded(answer_id: AnswerId, service: AnsweringDep) -> Response:
    """Read a recorded answer."""
    return json_reply(await service.recorded(answer_id))
