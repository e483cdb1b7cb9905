"""GET /patients/{id}/charts: what the model says of other values. The page takes it when it comes in view."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.faces.http.dependencies import LaneDep
from app.faces.http.negotiation import is_fragment
from app.faces.http.parameters import PatientId
from app.faces.pages.patient.dependencies import ContextLoaderDep
from app.faces.pages.patient.page import PAGES
from app.faces.pages.patient.views.charts import Charts, charts_of
from app.usecases.record.context import AnswerContext

router = APIRouter(prefix="/patients", include_in_schema=False)


class Part(StrEnum):
    """Charts of what is changed by something on offer, or of what could change besides."""

    OFFERED = "offered"
    OTHERS = "others"


_FRAGMENTS = {Part.OFFERED: "_charts.html", Part.OTHERS: "_more_charts.html"}


@router.get("/{patient_id}/charts")
async def charts(
    patient_id: PatientId,
    request: Request,
    loader: ContextLoaderDep,
    lane: LaneDep,
    answer: Annotated[UUID, Query()],
    part: Annotated[Part | None, Query()] = None,
) -> Response:
    """A part of the patient's page, or without scripts a page of its own with both."""
    context = await loader.alone(patient_id, answer)
    context.preferences.check_that_options_may_be_asked_for()
    facts: dict[str, Any] = {
        "answer": context.answer,
        "patient_id": patient_id,
        "is_supposed": context.is_supposed,
    }
    if part is not None and is_fragment(request):
        drawn = await lane.run(charts_of, context, part is Part.OTHERS)
        return PAGES.page(_FRAGMENTS[part], charts=drawn or Charts(), **facts)
    return PAGES.page("charts.html", **await lane.run(_both, context), **facts)


def _both(context: AnswerContext) -> dict[str, Any]:
    return {"charts": charts_of(context), "others": charts_of(context, others=True)}
