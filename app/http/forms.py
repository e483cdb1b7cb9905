"""Endpoints that take JSON from programs take it from a page's form too, which has no other way to say it."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import Message

FORM = "application/x-www-form-urlencoded"


def is_form(request: Request) -> bool:
    """Whether a form sent this, so that a page is to be shown next."""
    return bool(getattr(request.state, "is_form", False))


class FormRoute(APIRoute):
    """Reads a form as a JSON object of its fields' texts; fields left empty are left out."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_form(request: Request) -> Response:
            if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
                return await handle(request)
            fields = {name: text for name, text in (await request.form()).items() if text != ""}
            return await handle(_as_json(request, json.dumps(fields).encode()))

        return handle_form


def _as_json(request: Request, body: bytes) -> Request:
    headers = [(name, value) for name, value in request.scope["headers"] if name != b"content-type"]
    scope = {**request.scope, "headers": [*headers, (b"content-type", b"application/json")]}
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return pending.pop() if pending else await request.receive()

    made = Request(scope, receive)
    made.state.is_form = True
    return made
