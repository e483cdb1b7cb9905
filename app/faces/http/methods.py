"""HEAD wherever GET is, and which methods an address takes."""

from starlette.requests import Request
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")


class Head:
    """Answers HEAD as GET, without the body (RFC 9110, section 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        as_get: Scope = {**scope, "method": "GET"}
        try:
            await self._app(as_get, receive, _without_body(send))
        except _EnoughError:
            pass
        finally:
            scope["route"] = as_get.get("route")  # for the access log, whose scope this is


class _EnoughError(Exception):
    """Stops what would go on sending a body, such as a stream of events."""


def _without_body(send: Send) -> Send:
    async def send_head(message: Message) -> None:
        if message["type"] != "http.response.body":
            await send(message)
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        if message.get("more_body", False):
            raise _EnoughError

    return send_head


def methods_at(request: Request) -> list[str]:
    """The methods that the request's address takes."""
    taken = [method for method in _METHODS if _is_routed(request, method)]
    return sorted([*taken, "HEAD"]) if "GET" in taken else taken


def _is_routed(request: Request, method: str) -> bool:
    scope = {**request.scope, "method": method}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)
