"""Pure ASGI middleware about where a body begins and ends on its connection."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.faces.http.problems import problem_or_page

_TWO_LENGTHS = "The request has both Content-Length and Transfer-Encoding: where it ends cannot be told."


class OneLength:
    """Refuses a request that tells the length of its body in two ways, and closes its connection.

    A proxy in front may believe the one and this service the other (RFC 9112, section 6.3): what is left
    would be taken for another caller's request.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            if "content-length" in headers and "transfer-encoding" in headers:
                refused = problem_or_page(Request(scope), 400, _TWO_LENGTHS)
                refused.headers["Connection"] = "close"
                await refused(scope, receive, send)
                return
        await self._app(scope, receive, send)


class CloseUnread:
    """Closes the connection after an answer that was given before the body had been read.

    The rest of it would have to be read to find the next request: who was refused need not be listened to.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not has_body(scope):
            await self._app(scope, receive, send)
            return
        is_read = False

        async def noting() -> Message:
            nonlocal is_read
            message = await receive()
            is_read = is_read or not message.get("more_body", False)
            return message

        async def closing(message: Message) -> None:
            if message["type"] == "http.response.start" and not is_read:
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        await self._app(scope, noting, closing)


def has_body(scope: Scope) -> bool:
    """Whether a request announces a body."""
    headers = Headers(scope=scope)
    return "transfer-encoding" in headers or headers.get("content-length", "0").strip("0") != ""
