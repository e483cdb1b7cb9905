"""Plans of a patient: made, listed, changed by programs. The page's own forms are the pages'."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field

from app.faces.api.counterfactuals import PreferenceConflict
from app.faces.http.acceptable import writes
from app.faces.http.dependencies import DatabaseDep, FhirDep, RegistryDep
from app.faces.http.described import FHIR_BUNDLE, success
from app.faces.http.idempotency import IdempotencyKey, KeyedRoute
from app.faces.http.negotiation import wants_fhir
from app.faces.http.parameters import PageSize, PatientId
from app.faces.http.problems import Problem, problem_responses
from app.faces.http.replies import address_of, address_of_next, fhir_reply, json_reply
from app.fhir.form import MEDIA_TYPE
from app.usecases.plans.reading import plans_of
from app.usecases.plans.schemas import PlanChangeIn, PlanIn
from app.usecases.plans.service import PlanService
from app.usecases.plans.told import PlanOut, PlansPage, StandingEvent


class PlanConflict(Problem):
    """The plan does not stand as it was seen, or cannot be made, and nothing was stored."""

    standing_event: StandingEvent | None = Field(
        description="How the plan stands now: once it has been looked at, send its `id` as `replaces`. Null "
        "where no plan is changed."
    )


router = APIRouter(prefix="/patients", tags=["patients"], route_class=KeyedRoute)


async def _service(database: DatabaseDep, registry: RegistryDep) -> PlanService:
    return PlanService(database, registry)


ServiceDep = Annotated[PlanService, Depends(_service)]


@router.post(
    "/{patient_id}/plans",
    status_code=201,
    response_model=PlanOut,
    operation_id="createPlan",
    responses=problem_responses(400, 401, 404, 413, 415, 422, 503)
    | problem_responses(409, body=(PlanConflict, PreferenceConflict))
    | {200: {"model": PlanOut, "description": "That is the active plan already; nothing changed."}},
)
async def make(
    patient_id: PatientId, body: PlanIn, service: ServiceDep, _: IdempotencyKey = None
) -> Response:
    """Plan an option, an improvement or a what-if; an active plan by the same model is replaced.

    Of an option it records the verdict `accepted` as well, unless that stands.
    """
    plan, is_new = await service.make(patient_id, body)
    return json_reply(plan, 201 if is_new else 200)


@router.get(
    "/{patient_id}/plans",
    operation_id="listPlans",
    response_model=PlansPage,
    dependencies=[writes(MEDIA_TYPE)],
    responses=problem_responses(401, 404, 406, 422, 503)
    | success("A page of plans, as JSON or as a FHIR Bundle.", {MEDIA_TYPE: FHIR_BUNDLE}),
)
async def listed(
    patient_id: PatientId,
    request: Request,
    database: DatabaseDep,
    fhir: FhirDep,
    before: Annotated[UUID | None, Query(description="The cursor `next` of the page before.")] = None,
    limit: PageSize = 20,
) -> Response:
    """List a patient's plans, newest first, each with what became of it: JSON, or FHIR by `Accept`."""
    page = await plans_of(database, patient_id, before, limit)
    if wants_fhir(request):
        return fhir_reply(fhir.plans(page, address_of(request), address_of_next(request, page.next)))
    reply = json_reply(page)
    reply.headers["Vary"] = "Accept"
    return reply


@router.patch(
    "/{patient_id}/plans/{plan_id}",
    response_model=PlanOut,
    operation_id="changePlan",
    responses=problem_responses(400, 401, 404, 413, 415, 422, 503)
    | problem_responses(409, body=PlanConflict),
)
async def change(
    patient_id: PatientId,
    plan_id: Annotated[UUID, Path(description="The `id` of a plan.")],
    body: PlanChangeIn,
    service: ServiceDep,
) -> Response:
    """Move the review of a plan, complete it or stop it; what is planned stays as it was."""
    return json_reply(await service.change(patient_id, plan_id, body))
