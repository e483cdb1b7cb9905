"""For whoever runs the service: is it alive, is it ready, how is it doing."""

import asyncio

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from app.http.replies import json_reply

router = APIRouter(tags=["operations"])


class Readiness(BaseModel):
    """Which parts answer. Without cache or language model answers are slower or fewer, but there are some."""

    ready: bool
    database: bool
    classifier: bool | None
    """None where every classifier runs in the gateway itself."""
    cache: bool
    llm: bool | None


@router.get("/livez")
async def livez() -> dict[str, bool]:
    """Answer as long as the process does."""
    return {"alive": True}


@router.get("/readyz", response_model=Readiness, responses={503: {"model": Readiness}})
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


@router.get("/metrics", response_class=Response)
async def metrics() -> Response:
    """Prometheus metrics; labels are route templates, never paths."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
