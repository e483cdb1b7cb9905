"""For whoever runs the service: is it alive, is it ready, how is it doing."""

import asyncio

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from app.http.replies import json_reply

router = APIRouter(tags=["operations"])


class Readiness(BaseModel):
    """Which parts answer. Only the database is needed; without the others answers are slower or fewer."""

    ready: bool
    database: bool
    cache: bool
    llm: bool | None


@router.get("/livez")
async def livez() -> dict[str, bool]:
    """Answer as long as the process does."""
    return {"alive": True}


@router.get("/readyz", response_model=Readiness, responses={503: {"model": Readiness}})
async def readyz(request: Request) -> Response:
    """Say which parts answer; 503 while the record is away."""
    state = request.state
    database, cache = await asyncio.gather(state.database.is_ready(), state.cache.is_ready())
    llm = await state.llm.is_ready() if state.llm else None
    body = Readiness(ready=database, database=database, cache=cache, llm=llm)
    return json_reply(body, 200 if database else 503)


@router.get("/metrics", response_class=Response)
async def metrics() -> Response:
    """Prometheus metrics; labels are route templates, never paths."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
