"""Pure ASGI middleware: pages of origins that are listed may call the service from a browser (Fetch, CORS).

They need a key or token like any program: a browser is never told to send along what it signs in with by
itself. So a page acts as whoever gave it a token, and never as the person who is signed in here.
"""

from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
_SENT = "Authorization, Content-Type, Idempotency-Key, If-None-Match, Prefer, X-On-Behalf-Of, X-Request-ID"
_TOLD = (
    "ETag, Location, Preference-Applied, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, "
    "X-Correlation-ID, X-Pseudonym, X-Request-ID"
)
_REMEMBERED_S = "600"
_ASKED = ("Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers")


class Cors:
    """Answers preflights of listed origins before anybody is asked who they are, and lets their pages read.

    `request.state.is_listed_origin` says that a page of such an origin sent a request.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        self._app, self._origins = app, frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin", "")
        is_listed = origin in self._origins
        if is_listed and scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            await _preflight(origin)(scope, receive, send)
            return
        scope.setdefault("state", {})["is_listed_origin"] = is_listed

        async def send_readable(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = MutableHeaders(scope=message)
                told.add_vary_header("Origin")
                if is_listed:
                    told["Access-Control-Allow-Origin"] = origin
                    told["Access-Control-Expose-Headers"] = _TOLD
            await send(message)

        await self._app(scope, receive, send_readable)


def _preflight(origin: str) -> Response:
    headers = {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": _METHODS,
        "Access-Control-Allow-Headers": _SENT,
        "Access-Control-Max-Age": _REMEMBERED_S,
        "Vary": ", ".join(_ASKED),
    }
    return Response(status_code=204, headers=headers)
