"""Bodies of JSON: every endpoint that takes one reads it by `app.parsing.json_text`."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import Message

from app.domain.errors import InvalidInputError, ValidationIssue
from app.parsing.json_shape import LARGE
from app.parsing.json_text import JsonError, JsonFaultsError, read_json


class UnreadableBodyError(HTTPException):
    """A body that is not JSON; `detail` says why without its content."""

    def __init__(self, why: str) -> None:
        super().__init__(400, why)


class JsonRoute(APIRoute):
    """Refuses JSON that can be read in two ways, or that Python alone would read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_json(request: Request) -> Response:
            try:
                return await handle(_JsonRequest(request.scope, request.receive))
            except HTTPException as error:  # as which the framework raises whatever reading a body raises
                if isinstance(error.__cause__, InvalidInputError):
                    raise error.__cause__ from None
                raise

        return handle_json


def with_body(request: Request, body: bytes, media_type: bytes | None = None) -> Request:
    """The same request with this body, once its own was read; of another media type where one is given."""
    headers = request.scope["headers"]
    if media_type is not None:
        kept = [(name, value) for name, value in headers if name != b"content-type"]
        headers = [*kept, (b"content-type", media_type)]
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return pending.pop() if pending else await request.receive()

    return Request({**request.scope, "headers": headers}, receive)


class _JsonRequest(Request):
    async def json(self) -> Any:
        try:
            body = await self.body()
            # Others are answered meanwhile: thousands of people take a second to read.
            return read_json(body) if len(body) < LARGE else await asyncio.to_thread(read_json, body)
        except JsonError as error:
            raise UnreadableBodyError(str(error)) from error
        except JsonFaultsError as error:
            raise InvalidInputError([ValidationIssue(*one) for one in error.faults]) from error
