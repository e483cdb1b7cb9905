"""POST /counterfactuals, and recorded answers by id."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from app.faces.http.acceptable import writes
from app.faces.http.audited import about
from app.faces.http.dependencies import AnsweringDep, FhirDep
from app.faces.http.described import FHIR_BUNDLE, success
from app.faces.http.disconnect import cancel_on_disconnect
from app.faces.http.idempotency import IdempotencyKey, KeyedRoute, keeps_as
from app.faces.http.negotiation import PAGE, wants_fhir, wants_page
from app.faces.http.preferring import Prefer, apply_wait, wait_of
from app.faces.http.problems import Problem, problem_responses
from app.faces.http.replies import fhir_reply, json_reply
from app.fhir.form import MEDIA_TYPE
from app.fhir.writer import FhirWriter
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer, CounterfactualsRequest


class PreferenceConflict(Problem):
    """A preference on record has no options offered to the patient, and nothing was answered."""

    preferences: list[str] = Field(description="The codes of the preferences that refuse.")


router = APIRouter(prefix="/counterfactuals", tags=["counterfactuals"], route_class=KeyedRoute)

_IN_FHIR = success("The answer, as JSON or as a FHIR Bundle.", {MEDIA_TYPE: FHIR_BUNDLE})
AnswerId = Annotated[UUID, Path(description="The `id` of an answer.")]


@router.post(
    "",
    operation_id="createCounterfactuals",
    response_model=CounterfactualsAnswer,
    dependencies=[writes(MEDIA_TYPE)],
    responses=problem_responses(400, 401, 406, 413, 415, 422, 503)
    | problem_responses(409, body=PreferenceConflict)
    | _IN_FHIR,
)
async def ask(
    body: CounterfactualsRequest,
    request: Request,
    service: AnsweringDep,
    fhir: FhirDep,
    _: IdempotencyKey = None,
    prefer: Prefer = None,
) -> Response:
    """Suggest the smallest verified changes that bring a patient's risk to the target.

    Where none do reliably, tell what lowers it all the same: `improvements`.
    """
    about(request, body.patient_id)
    wait_s = wait_of(request)

    def reply(answer: CounterfactualsAnswer) -> Response:
        return apply_wait(_reply(request, fhir, answer), wait_s)

    once = keeps_as(request, reply)
    return once(await cancel_on_disconnect(request, service.answer(body, wait_s=wait_s)))


@router.get(
    "/{answer_id}",
    operation_id="getCounterfactuals",
    response_model=CounterfactualsAnswer,
    dependencies=[writes(MEDIA_TYPE, PAGE)],
    responses=problem_responses(401, 404, 406, 422, 503)
    | _IN_FHIR
    | {303: {"description": "To the patient's page, where a person asks."}},
)
async def get_recorded(
    answer_id: AnswerId, request: Request, service: AnsweringDep, fhir: FhirDep
) -> Response:
    """Read a recorded answer: JSON, or FHIR where `Accept` asks for it.

    A browser is led to the patient's page, so that a link can lead there whose address names nobody.
    """
    answer = await service.recorded(answer_id)
    if wants_page(request):
        there = f"/patients/{answer.patient_id}/interventions?answer={answer_id}"
        return RedirectResponse(there, 303, {"Vary": "Accept"})
    return _reply(request, fhir, answer)


def _reply(request: Request, fhir: FhirWriter, answer: CounterfactualsAnswer) -> Response:
    if wants_fhir(request):
        return fhir_reply(fhir.answer(answer))
    reply = json_reply(answer)
    reply.headers["Vary"] = "Accept"
    return reply
