"""GET /patients/{id}/charts: the charts of values that nothing on offer changes."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.faces.http.negotiation import is_fragment
from app.faces.http.parameters import PatientId
from app.faces.pages.patient.dependencies import ContextLoaderDep
from app.faces.pages.patient.page import PAGES
from app.faces.pages.patient.views.charts import charts_of

router = APIRouter(prefix="/patients", include_in_schema=False)


@router.get("/{patient_id}/charts")
async def other_charts(
    patient_id: PatientId, request: Request, loader: ContextLoaderDep, answer: Annotated[UUID, Query()]
) -> Response:
    """A part of the patient's page, or without scripts a page of its own."""
    context = await loader.alone(patient_id, answer)
    charts = await asyncio.to_thread(charts_of, context, others=True)
    template = "_more_charts.html" if is_fragment(request) and charts else "more_charts.html"
    return PAGES.page(template, charts=charts, answer=context.answer, patient_id=patient_id)
