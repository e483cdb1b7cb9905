"""HTTP in, HTTP out: JSON by programs, a form by the clinician's page."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from app.faces.api.counterfactuals import PreferenceConflict
from app.faces.http.dependencies import DatabaseDep, RegistryDep
from app.faces.http.forms import FormRoute, is_form
from app.faces.http.idempotency import IdempotencyKey
from app.faces.http.problems import Problem, problem_responses
from app.faces.http.replies import json_reply
from app.usecases.feedback.schemas import FeedbackIn, FeedbackOut, StandingVerdict
from app.usecases.plans.verdicts import give as give_verdict


class FeedbackConflict(Problem):
    """Another verdict stands than the one that was to be replaced, and nothing was stored."""

    standing: StandingVerdict | None = Field(
        description="The verdict that stands now: once it has been looked at, send its `id` as `replaces`. "
        "Null where none does: leave `replaces` out."
    )


router = APIRouter(tags=["counterfactuals"], route_class=FormRoute)


@router.post(
    "/counterfactuals/{answer_id}/feedback",
    status_code=201,
    response_model=FeedbackOut,
    operation_id="createFeedback",
    responses=problem_responses(400, 401, 403, 404, 413, 415, 422, 503)
    | problem_responses(409, body=(FeedbackConflict, PreferenceConflict))
    | {
        200: {"model": FeedbackOut, "description": "Said already; nothing changed."},
        303: {"description": "To the patient's page, where a form sent it."},
    },
)
async def give(
    answer_id: Annotated[UUID, Path(description="The `id` of an answer.")],
    body: FeedbackIn,
    request: Request,
    database: DatabaseDep,
    registry: RegistryDep,
    _: IdempotencyKey = None,
) -> Response:
    """Say what becomes of an option: accepted, declined for a reason, or taken back.

    Declining it, or taking back that it is accepted, stops the active plan that it is.
    """
    row, patient_id, new = await give_verdict(database, registry, answer_id, body)
    if is_form(request):
        there = f"/patients/{patient_id}/interventions?answer={answer_id}#option-{body.counterfactual_id}"
        return RedirectResponse(there, 303)
    return json_reply(FeedbackOut.model_validate(row), 201 if new else 200)
