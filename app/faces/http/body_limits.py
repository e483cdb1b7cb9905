"""Pure ASGI middleware that bounds what is taken in of a body."""

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.faces.http.disconnect import HUNG_UP
from app.faces.http.problems import problem_or_page
from app.parsing.numbers import NumberError, read_whole_number


class BodyLimit:
    """Refuses bodies over a number of bytes, whether or not their length was announced.

    `others` are templates of paths with a limit of their own. The bodies of `streamed` paths are taken in
    parts by their endpoints, which count them.
    """

    def __init__(
        self,
        app: ASGIApp,
        most: int,
        others: Mapping[str, int] | None = None,
        streamed: frozenset[str] = frozenset(),
    ) -> None:
        self._app = app
        self._most = most
        self._others = others or {}
        self._streamed = streamed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        place = scope.get("state", {}).get("admitted_at") or scope["path"]
        most = self._others.get(place, self._most)
        if _is_over(Headers(scope=scope).get("content-length", "0"), most):
            await _too_large(scope, most)(scope, receive, send)
        elif scope["path"] in self._streamed:
            await self._app(scope, receive, send)
        else:
            await self._read_first(scope, receive, send, most)

    async def _read_first(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        body, more = bytearray(), True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                await Response(status_code=HUNG_UP)(scope, receive, send)
                return
            body += message.get("body", b"")
            if len(body) > most:
                await _too_large(scope, most)(scope, receive, send)
                return
            more = message.get("more_body", False)
        whole = bytes(body)
        body.clear()  # not both for as long as the answer takes
        await self._app(scope, _replaying(whole, receive), send)


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
