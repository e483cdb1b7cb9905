"""Pure ASGI middleware: correlation ids, an access log without PHI, a body limit, safe headers."""

import time
import traceback
from collections.abc import Mapping

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.domain.ids import RequestIds
from app.faces.http.problems import problem_or_page
from app.faces.http.request_ids import request_ids
from app.faces.http.routes import method_of, route_of
from app.metrics import IN_FLIGHT, REQUESTS
from app.parsing.numbers import NumberError, read_whole_number

_log = structlog.get_logger()
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
        started, status = time.perf_counter(), 500
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
            finally:
                elapsed, method, route = time.perf_counter() - started, method_of(scope), route_of(scope)
                IN_FLIGHT.dec()
                REQUESTS.labels(method, route, status).observe(elapsed)
                _log.info(
                    "request",
                    method=method,
                    route=route,
                    status=status,
                    elapsed_ms=round(1000 * elapsed, 1),
                )


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
            _log.error("unexpected_error", error=type(error).__name__, where=_place(error))
            if scope["type"] == "http" and not started:
                response = problem_or_page(
                    Request(scope), 500, "Something went wrong here; it has been logged."
                )
                await response(scope, receive, send)


class BodyLimit:
    """Refuses bodies over a number of bytes, whether or not their length was announced.

    `others` are paths with a limit of their own; None is for a body that its endpoint takes in parts.
    """

    def __init__(self, app: ASGIApp, most: int, others: Mapping[str, int | None] | None = None) -> None:
        self._app = app
        self._most = most
        self._others = others or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._others.get(scope["path"], self._most)
        if most is None:
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if _is_over(announced, most):
            await _too_large(scope, most)(scope, receive, send)
            return
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return  # the caller hung up
            body += message.get("body", b"")
            if len(body) > most:
                await _too_large(scope, most)(scope, receive, send)
                return
            if not message.get("more_body", False):
                break
        await self._app(scope, _replaying(bytes(body), receive), send)


class Uncompressed:
    """Refuses bodies that are compressed: a limit on bytes would not bound what they hold."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        coding = Headers(scope=scope).get("content-encoding", "") if scope["type"] == "http" else ""
        if coding.strip().lower() in ("", "identity"):
            await self._app(scope, receive, send)
            return
        refused = problem_or_page(
            Request(scope), 415, "The body is compressed. Send it without Content-Encoding."
        )
        refused.headers["Accept-Encoding"] = "identity"
        await refused(scope, receive, send)


def _is_over(announced: str, most: int) -> bool:
    try:
        return read_whole_number(announced) > most
    except NumberError:
        return False  # the body itself is counted


def _too_large(scope: Scope, most: int) -> ASGIApp:
    return problem_or_page(Request(scope), 413, f"The body is larger than {most // 1024} KiB.")


def _replaying(body: bytes, receive: Receive) -> Receive:
    """Hand out the body that was read, then whatever comes after it."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay


def _place(error: BaseException) -> str:
    """File, line and function where an error was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno} {frames[-1].name}" if frames else "unknown"
