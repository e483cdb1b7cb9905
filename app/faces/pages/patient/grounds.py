"""GET /patients/{id}/grounds: what an answer rests on. The page takes it when it comes in view."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.faces.http.negotiation import is_fragment
from app.faces.http.parameters import PatientId
from app.faces.pages.patient.dependencies import ContextLoaderDep
from app.faces.pages.patient.page import PAGES, grounds_of

router = APIRouter(prefix="/patients", include_in_schema=False)


@router.get("/{patient_id}/grounds")
async def grounds(
    patient_id: PatientId, request: Request, loader: ContextLoaderDep, answer: Annotated[UUID, Query()]
) -> Response:
    """What the model saw, what words mean, sources, conditions: folds of the page, or a page of its own."""
    context = await loader.alone(patient_id, answer)
    facts: dict[str, Any] = await asyncio.to_thread(grounds_of, context)
    return PAGES.page("_grounds.html" if is_fragment(request) else "grounds.html", **facts)
