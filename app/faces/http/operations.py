"""For whoever runs the service: is it alive, is it ready, how is it doing."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, Field

from app.faces.http.described import success, text
from app.faces.http.exposition import exposition
from app.faces.http.problems import problem_responses
from app.faces.http.readiness import Readiness, VerboseReadiness, readiness_of
from app.faces.http.replies import json_reply
from app.storage.queue_figures import QueueFigures
from app.usecases.drift.figures import DriftFigures

router = APIRouter(tags=["operations"])

Verbose = Annotated[str | None, Query(description="With it, whatever its value, `reasons` are told as well.")]


class Liveness(BaseModel):
    """The process answers."""

    alive: bool = Field(True, description="Always true.")


@router.get("/livez", operation_id="getLiveness")
async def livez() -> Liveness:
    """Answer as long as the process does."""
    return Liveness(alive=True)


@router.get(
    "/readyz",
    operation_id="getReadiness",
    response_model=VerboseReadiness | Readiness,
    responses=problem_responses(422) | {503: {"model": VerboseReadiness | Readiness}},
)
async def readyz(request: Request, verbose: Verbose = None) -> Response:
    """Say which parts answer, within some two seconds; 503 while the record or a classifier is away."""
    readiness: Readiness = await readiness_of(request.state)
    if verbose is None:
        readiness = Readiness.model_validate(readiness.model_dump())
    return json_reply(readiness, 200 if readiness.ready else 503)


@router.get(
    "/metrics",
    operation_id="getMetrics",
    response_class=Response,
    responses=success("Figures.", {"text/plain": text("Prometheus' text format.")}),
)
async def metrics(request: Request) -> Response:
    """Prometheus metrics; labels are route templates, never paths."""
    queue: QueueFigures = request.state.queue_figures
    drift: DriftFigures = request.state.drift_figures
    await asyncio.gather(queue.refresh(), drift.refresh())
    return Response(exposition(), media_type=CONTENT_TYPE_LATEST)
