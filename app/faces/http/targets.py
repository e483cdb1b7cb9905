"""Pure ASGI middleware that bounds the address of a request, before any of it is read."""

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.faces.http.problems import problem_or_page


class ShortTarget:
    """Refuses addresses of more bytes than any endpoint takes, and queries of more parameters."""

    def __init__(self, app: ASGIApp, most: int, most_fields: int) -> None:
        self._app = app
        self._most = most
        self._most_fields = most_fields

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (why := self._why_refused(scope)):
            await problem_or_page(Request(scope), 414, why)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _why_refused(self, scope: Scope) -> str | None:
        query: bytes = scope["query_string"]
        if len(scope.get("raw_path") or scope["path"]) + len(query) > self._most:
            return f"The address is longer than {self._most} bytes."
        if query.count(b"&") >= self._most_fields:
            return f"The query has more than {self._most_fields} parameters."
        return None
