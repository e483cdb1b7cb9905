"""Pure ASGI middleware that waits for a body only as long as it comes."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.faces.http.closing import Closing
from app.faces.http.framing import has_body
from app.faces.http.problems import problem_or_page

_SLOW = "The body did not come in time."


class BodyTooSlowError(Exception):
    """The caller takes too long to send the body."""


@dataclass(frozen=True, slots=True)
class BodyPace:
    """How long a body is waited for: `wait_s`, and longer the more has come, `most_s` at the most."""

    wait_s: float
    bytes_per_s: float
    most_s: float

    def patience(self, received: int) -> float:
        """Seconds of waiting, in all, that so many bytes are worth."""
        return min(self.most_s, self.wait_s + received / self.bytes_per_s)


class PacedBody:
    """Gives up a body that comes too slowly: 408, and the connection is closed.

    What counts is the time spent waiting for the caller, not what is done with the body in between.
    `others` are paths with a pace of their own.
    """

    def __init__(
        self, app: ASGIApp, closing: Closing, pace: BodyPace, others: Mapping[str, BodyPace] | None = None
    ) -> None:
        self._app = app
        self._closing = closing
        self._pace = pace
        self._others = others or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not has_body(scope):
            await self._app(scope, receive, send)
            return
        started = False

        async def send_noted(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        pace = self._others.get(scope["path"], self._pace)
        try:
            await self._app(scope, _paced(receive, pace, self._closing), send_noted)
        except BodyTooSlowError:
            if started:
                raise
            refused = problem_or_page(Request(scope), 408, _SLOW)
            refused.headers["Connection"] = "close"
            await refused(scope, receive, send)


def _paced(receive: Receive, pace: BodyPace, closing: Closing) -> Receive:
    received, waited, is_read = 0, 0.0, False
    loop = asyncio.get_running_loop()

    async def receive_in_time() -> Message:
        nonlocal received, waited, is_read
        if is_read:  # what comes now is the caller's leaving, for which nobody is in a hurry
            return await receive()
        began = loop.time()
        try:
            async with asyncio.timeout(pace.patience(received) - waited) as limit:
                with closing.shortening(limit):
                    message = await receive()
        except TimeoutError:
            raise BodyTooSlowError from None
        waited += loop.time() - began
        received += len(message.get("body", b""))
        is_read = not message.get("more_body", False)
        return message

    return receive_in_time
