"""The span of a request: its method, its route template and how it ended."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.faces.http.routes import method_of, route_of
from app.tracing import Attribute, request_span

_NOTHING_SENT = 499
"""The caller has left (nginx's code)."""


class Traced:
    """Gives every request a span, inside its caller's own where the header `traceparent` tells of one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method, status = method_of(scope), _NOTHING_SENT

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with request_span(method, Headers(scope=scope).get("traceparent", "")) as span:
            try:
                await self._app(scope, receive, send_noted)
            finally:
                route = route_of(scope)
                span.rename(f"{method} {route}")
                span.set(Attribute.METHOD, method)
                span.set(Attribute.ROUTE, route)
                span.set(Attribute.STATUS, status)
                if status >= 500:
                    span.fail()
