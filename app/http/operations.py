"""For whoever runs the service: is it alive, is it ready, how is it doing."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from app.http.problems import documented
from app.http.readiness import Readiness, VerboseReadiness, readiness_of
from app.http.replies import json_reply

router = APIRouter(tags=["operations"])

Verbose = Annotated[str | None, Query(description="With it, whatever its value, `reasons` are told as well.")]


@router.get("/livez")
async def livez() -> dict[str, bool]:
    """Answer as long as the process does."""
    return {"alive": True}


@router.get(
    "/readyz",
    response_model=VerboseReadiness | Readiness,
    responses=documented(422) | {503: {"model": VerboseReadiness | Readiness}},
)
async def readyz(request: Request, verbose: Verbose = None) -> Response:
    """Say which parts answer, within some two seconds; 503 while the record or a classifier is away."""
    told: Readiness = await readiness_of(request.state)
    if verbose is None:
        told = Readiness.model_validate(told.model_dump())
    return json_reply(told, 200 if told.ready else 503)


@router.get("/metrics", response_class=Response)
async def metrics() -> Response:
    """Prometheus metrics; labels are route templates, never paths."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
