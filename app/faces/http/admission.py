"""Pure ASGI middleware: lets requests in by caller and class of work, before any of a body is read."""

import asyncio
import hashlib
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.admission.current_caller import CALLER
from app.admission.doorway import Doorway, Limits, Standing, WorkClass
from app.admission.quota import WINDOW_S
from app.admission.refusals import QuotaError, RefusedError
from app.engine.budget import AbandonedError
from app.faces.http.problems import problem_or_page
from app.identity.principal import Principal
from app.settings import Settings

_PATIENT = r"/patients/[^/]+"
_WORK: tuple[tuple[str, re.Pattern[str], WorkClass | None], ...] = tuple(
    (method, re.compile(path), work)
    for method, path, work in (
        ("POST", r"/counterfactuals", WorkClass.SEARCHES),
        ("POST", r"/cds-services/[^/]+", WorkClass.CARDS),
        ("POST", rf"{_PATIENT}/(interventions|values|ask-again|preference)", WorkClass.SEARCHES),
        ("GET", rf"{_PATIENT}/charts", WorkClass.SEARCHES),
        ("POST", r"/augmentations(/uploads)?", WorkClass.BATCHES),
        ("GET", r"/(livez|readyz|metrics)|/static/.*", None),
    )
)
"""What requests are of another class than `REQUESTS`; those of none are let in at any time."""
_SHARED = frozenset({"open", "token"})
"""Principals that many callers may be: they are told apart by their addresses as well."""
_QUOTA_EXCEEDED = "https://iana.org/assignments/http-problem-types#quota-exceeded"
_BUSY_S = 2
_SHORT_BYTES, _SHORTLY_S = 65_536, 0.05
"""A body that is taken in though its request is refused, and for how long it is waited for."""


class Admission:
    """Counts requests in, answers those that are one too many, and tells callers what they have left.

    429 where a caller takes more than one caller may, 503 where the service has its hands full; the headers
    are those of draft-ietf-httpapi-ratelimit-headers-10.
    """

    def __init__(self, app: ASGIApp, doorways: Mapping[WorkClass, Doorway]) -> None:
        self._app = app
        self._doorways = doorways

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        work = work_of(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if work is None:
            await self._app(scope, receive, send)
            return
        caller, doorway = caller_key(scope), self._doorways[work]
        CALLER.set(caller)

        async def send_told(message: Message) -> None:
            if message["type"] == "http.response.start":
                tell(MutableHeaders(scope=message), doorway.standing(caller))
            await send(message)

        try:
            with doorway.pass_through(caller):
                await self._app(scope, receive, send_told)
        except RefusedError as refusal:
            await _take_in(scope, receive)
            await refused(Request(scope), refusal)(scope, receive, send_told)


async def _take_in(scope: Scope, receive: Receive) -> None:
    """Take in a short body that is there, or nearly: its connection can be kept then.

    Those who were turned away come again. A new connection for each would cost more than refusing them.
    """
    headers = Headers(scope=scope)
    announced = headers.get("content-length", "")
    if "expect" in headers or not (announced.isdecimal() and int(announced) <= _SHORT_BYTES):
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(_SHORTLY_S):
            while (await receive()).get("more_body", False):
                pass


def doorways_of(settings: Settings) -> dict[WorkClass, Doorway]:
    """The limits that the settings name."""
    limits = {
        WorkClass.SEARCHES: Limits(
            settings.searches_at_once,
            settings.searches_per_minute,
            settings.search_threads + settings.search_queue,
        ),
        WorkClass.CARDS: Limits(settings.cards_at_once, settings.cards_per_minute, settings.cards_at_once),
        WorkClass.BATCHES: Limits(
            settings.batches_at_once, settings.batches_per_minute, 4 * settings.batches_at_once
        ),
        WorkClass.REQUESTS: Limits(
            settings.requests_at_once, settings.requests_per_minute, 4 * settings.requests_at_once
        ),
    }
    return {work: Doorway(work, own, time.monotonic) for work, own in limits.items()}


def work_of(method: str, path: str) -> WorkClass | None:
    """The class of work of a request, HEAD as GET: it is as much."""
    method = "GET" if method == "HEAD" else method
    for own, pattern, work in _WORK:
        if method == own and pattern.fullmatch(path):
            return work
    return WorkClass.REQUESTS


def caller_key(scope: Scope) -> str:
    """Who sends a request, as limits tell callers apart."""
    principal: Principal | None = scope.get("state", {}).get("principal")
    address = scope["client"][0] if scope.get("client") else ""
    if principal is None:
        given = Headers(scope=scope).get("authorization", "")
        return f"{hashlib.sha256(given.encode()).hexdigest()}/{address}"
    shared = f"/{address}" if principal.source in _SHARED else ""
    return f"{principal.tenant}/{principal.name}{shared}"


def tell(headers: MutableHeaders, standing: Standing) -> None:
    """What limits there are, and what the caller has left of them."""
    work, limits, left = standing.work, standing.limits, standing.remaining
    headers["RateLimit-Policy"] = (
        f'"{work}";q={limits.per_minute};w={WINDOW_S}, '
        f'"{work}-at-once";q={limits.at_once};qu="concurrent-requests"'
    )
    headers["RateLimit"] = (
        f'"{work}";r={left.requests};t={left.reset_s}, "{work}-at-once";r={standing.at_once}'
    )


def refused(request: Request, refusal: RefusedError) -> Response:
    """The answer to a request that is not taken on, for a program or as a page."""
    members: dict[str, Any] = {}
    if isinstance(refusal, QuotaError):
        members = {"type": _QUOTA_EXCEEDED, "violated-policies": [refusal.policy]}
    status = 429 if isinstance(refusal, QuotaError) else 503
    response = problem_or_page(request, status, str(refusal), members=members)
    response.headers["Retry-After"] = str(refusal.retry_after_s)
    return response


def install(app: FastAPI) -> None:
    """Answer what is refused once it was let in."""

    @app.exception_handler(RefusedError)
    async def _refused(request: Request, error: RefusedError) -> Response:
        return refused(request, error)

    @app.exception_handler(AbandonedError)
    async def _abandoned(request: Request, _: AbandonedError) -> Response:
        return refused(request, RefusedError("The search took too long. Try again shortly.", _BUSY_S))
