"""Pure ASGI middleware: correlation ids, an access log without PHI, safe headers, an end to errors."""

import asyncio
import contextlib
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.domain.ids import RequestIds
from app.faces.http.problems import problem_or_page
from app.faces.http.request_ids import request_ids
from app.faces.http.routes import method_of, route_of
from app.metrics import IN_FLIGHT, REQUESTS
from app.raised_at import raised_at

_log = structlog.get_logger()
_NOTHING_SENT = 500
_SAFE_HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class CorrelationId:
    """Gives every request an id, logs how it ended by route template, and sets safe headers.

    `X-Correlation-ID` is our id; `X-Request-ID` is the caller's own, or ours where there is none.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        ids, returned = request_ids(Headers(scope=scope).get("x-request-id", ""))
        scope.setdefault("state", {})["ids"] = ids
        started, status = time.perf_counter(), _NOTHING_SENT
        with contextlib.suppress(OSError):
            IN_FLIGHT.inc()

        async def send_labelled(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Correlation-ID"], headers["X-Request-ID"] = ids.ours, returned
                for name, value in _SAFE_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        with structlog.contextvars.bound_contextvars(**_logged(ids)):
            try:
                await self._app(scope, receive, send_labelled)
            except asyncio.CancelledError:  # the process ends, and cannot wait any longer
                status = 503 if status == _NOTHING_SENT else status
                raise
            finally:
                _note(scope, status, time.perf_counter() - started)


def _note(scope: Scope, status: int, elapsed: float) -> None:
    """Count and log how a request ended, which must not fail it: with a full disk it might."""
    method, route = method_of(scope), route_of(scope)
    with contextlib.suppress(OSError):
        IN_FLIGHT.dec()
        REQUESTS.labels(method, route, status).observe(elapsed)
    _log.info("request", method=method, route=route, status=status, elapsed_ms=round(1000 * elapsed, 1))


def _logged(ids: RequestIds) -> dict[str, str]:
    theirs = {"request_id": ids.callers} if ids.callers else {}
    return {"correlation_id": ids.ours} | theirs


class ErrorBoundary:
    """Answers unexpected errors with a problem, and ends them here.

    Further out, the framework would hand the error to the server, whose log would show its message: and
    that may hold a patient's values. Logged are the error's type and place.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def send_noted(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except Exception as error:
            _log.error("unexpected_error", error=type(error).__name__, where=raised_at(error))
            if scope["type"] == "http" and not started:
                response = problem_or_page(
                    Request(scope), 500, "Something went wrong here; it has been logged."
                )
                await response(scope, receive, send)
