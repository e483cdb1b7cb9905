"""A patient's recorded answers: JSON in pages for programs, the clinician's page for a browser."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from app.faces.http.acceptable import writes
from app.faces.http.dependencies import DatabaseDep, FhirDep, RegistryDep
from app.faces.http.described import FHIR_BUNDLE, success, text
from app.faces.http.negotiation import PAGE, wants_fhir, wants_page
from app.faces.http.parameters import WHOLE_NUMBER, PageSize, PatientId
from app.faces.http.problems import problem_responses
from app.faces.http.replies import address_of, address_of_next, fhir_reply, json_reply
from app.faces.pages.patient.dependencies import ContextLoaderDep
from app.faces.pages.patient.entry import entering_page
from app.faces.pages.patient.page import PAGES, WhatIfResult, view_of
from app.faces.pages.patient.views.certainty import estimate_with
from app.faces.pages.patient.views.moves import moved_by
from app.faces.pages.patient.views.what_if import what_if_of
from app.fhir.form import MEDIA_TYPE
from app.usecases.record.context import AnswerContext
from app.usecases.record.interventions import interventions_of
from app.usecases.record.loader import UnknownPatientError
from app.usecases.record.schemas import InterventionsPage

router = APIRouter(prefix="/patients", tags=["patients"])

Rank = Annotated[int, Field(ge=1, le=10), WHOLE_NUMBER]
_PAGE = "For the page alone. "
_KINDS = {MEDIA_TYPE: FHIR_BUNDLE, PAGE: text("The clinician's page.")}


@router.get(
    "/{patient_id}/interventions",
    operation_id="listPatientInterventions",
    response_model=InterventionsPage,
    dependencies=[writes(MEDIA_TYPE, PAGE)],
    responses=problem_responses(401, 404, 406, 422, 503)
    | success("A page of answers, as JSON or as a FHIR Bundle; or the clinician's page.", _KINDS),
)
async def interventions(
    patient_id: PatientId,
    request: Request,
    database: DatabaseDep,
    registry: RegistryDep,
    loader: ContextLoaderDep,
    fhir: FhirDep,
    before: Annotated[UUID | None, Query(description="The cursor `next` of the page before.")] = None,
    limit: PageSize = 20,
    answer: Annotated[UUID | None, Query(description=f"{_PAGE}The answer to show.")] = None,
    option: Annotated[Rank | None, Query(description=f"{_PAGE}Puts the what-if to this option.")] = None,
    improvement: Annotated[
        Rank | None, Query(description=f"{_PAGE}Puts the what-if to this improvement.")
    ] = None,
    model: Annotated[
        str | None, Query(max_length=64, description=f"{_PAGE}Whom to ask about an unknown patient.")
    ] = None,
) -> Response:
    """List what was suggested for a patient, newest first; or show it, where a browser asks."""
    if not wants_page(request):
        listed = await interventions_of(database, patient_id, before, limit)
        if wants_fhir(request):
            own, older = address_of(request), address_of_next(request, listed.next)
            reply = fhir_reply(fhir.interventions(listed, own, older))
        else:
            reply = json_reply(listed)
        reply.headers["Vary"] = "Accept, HX-Request"
        return reply
    try:
        context = await loader.of(patient_id, answer, before)
    except UnknownPatientError:
        return await entering_page(request, registry, database, patient_id, model)
    return PAGES.page("patient.html", **await asyncio.to_thread(_view, context, option, improvement))


def _view(context: AnswerContext, option: int | None, improvement: int | None) -> dict[str, Any]:
    """With the what-if put to an option or an improvement, where there is such a one."""
    chosen = next((one for one in context.options if one.rank == option), None)
    chosen = chosen or next((one for one in context.answer.improvements if one.rank == improvement), None)
    what_if = what_if_of(context, chosen.features if chosen else {})
    if chosen is None:
        return view_of(context, what_if, WhatIfResult(estimate_with(context, None), (), ()))
    moved = moved_by(context.schema, [*chosen.changes, *chosen.linked])
    follows = moved_by(context.schema, chosen.brought_along)
    return view_of(context, what_if, WhatIfResult(estimate_with(context, chosen), (), moved, follows))
