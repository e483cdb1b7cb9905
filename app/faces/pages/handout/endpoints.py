"""The handout's address, and the language that it is in."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.faces.http.dependencies import DatabaseDep, RegistryDep
from app.faces.http.languages import chosen_language, preferred_language
from app.faces.http.pages.translation import in_language, languages
from app.faces.http.parameters import PagePlanId, PatientId
from app.faces.pages.handout.page import handout_page
from app.usecases.handout.service import handout_of

router = APIRouter(prefix="/patients", include_in_schema=False)


@router.get("/{patient_id}/plans/{plan_id}/handout")
async def handout(
    patient_id: PatientId,
    plan_id: PagePlanId,
    request: Request,
    database: DatabaseDep,
    registry: RegistryDep,
    lang: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """A plan for the patient to take home, in the language that is chosen, or else asked for."""
    chosen = chosen_language(lang, languages()) if lang is not None else None
    spoken = chosen or preferred_language(request.headers.get("accept-language", ""), languages())
    facts = await handout_of(database, registry, patient_id, plan_id)
    with in_language(spoken):
        return handout_page(facts, is_unknown_language=lang is not None and chosen is None)
