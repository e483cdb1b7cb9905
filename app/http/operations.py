"""For whoever runs the service: is it alive, is it ready, how is it doing."""

import asyncio

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field

from app.http.described import success, text
from app.http.replies import json_reply

router = APIRouter(tags=["operations"])


class Liveness(BaseModel):
    """The process answers."""

    alive: bool = Field(True, description="Always true.")


class Readiness(BaseModel):
    """Which parts answer. Without cache or language model answers are slower or fewer, but there are some."""

    ready: bool = Field(description="Whether questions are answered: database and classifiers are there.")
    database: bool = Field(description="Whether the record can be written.")
    classifier: bool | None = Field(
        description="Whether every classifier elsewhere answers; null where all run in the gateway itself."
    )
    cache: bool = Field(description="Whether the cache answers; without it answers take longer.")
    llm: bool | None = Field(description="Whether the language model answers; null where none is set up.")


@router.get("/livez", operation_id="getLiveness")
async def livez() -> Liveness:
    """Answer as long as the process does."""
    return Liveness(alive=True)


@router.get(
    "/readyz", operation_id="getReadiness", response_model=Readiness, responses={503: {"model": Readiness}}
)
async def readyz(request: Request) -> Response:
    """Say which parts answer; 503 while the record or a classifier is away."""
    state = request.state
    database, cache, *remote = await asyncio.gather(
        state.database.is_ready(),
        state.cache.is_ready(),
        *(asyncio.to_thread(classifier.is_ready) for classifier in state.remote_classifiers),
    )
    llm = await state.llm.is_ready() if state.llm else None
    ready = database and all(remote)
    body = Readiness(
        ready=ready, database=database, classifier=all(remote) if remote else None, cache=cache, llm=llm
    )
    return json_reply(body, 200 if ready else 503)


@router.get(
    "/metrics",
    operation_id="getMetrics",
    response_class=Response,
    responses=success("Figures.", {"text/plain": text("Prometheus' text format.")}),
)
async def metrics() -> Response:
    """Prometheus metrics; labels are route templates, never paths."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
