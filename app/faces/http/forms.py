"""Forms of our pages; endpoints that take JSON from programs take it from a form too."""

import json
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from app.domain.errors import InvalidInputError, ValidationIssue
from app.faces.http.bodies import with_body
from app.faces.http.idempotency import KeyedRoute
from app.parsing.pointers import pointer_to

FORM = "application/x-www-form-urlencoded"


def is_form(request: Request) -> bool:
    """Whether a form sent this, so that a page is to be shown next."""
    return bool(getattr(request.state, "is_form", False))


async def form_fields(request: Request) -> Mapping[str, str]:
    """A form's texts by name.

    Raises:
        InvalidInputError: a field is there more than once.
    """
    fields = [(name, text) for name, text in (await request.form()).multi_items() if isinstance(text, str)]
    times = Counter(name for name, _ in fields)
    twice = [name for name, count in times.items() if count > 1]
    if twice:  # a field of a feature is called after it, as in `value.bmi`
        raise InvalidInputError(
            [
                ValidationIssue(pointer_to([name.rpartition(".")[2]]), "is there more than once")
                for name in twice
            ]
        )
    return dict(fields)


FieldsDep = Annotated[Mapping[str, str], Depends(form_fields)]


class FormRoute(KeyedRoute):
    """Reads a form as a JSON object of its fields' texts; fields left empty are left out."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_form(request: Request) -> Response:
            if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
                return await handle(request)
            fields = {name: text for name, text in (await form_fields(request)).items() if text != ""}
            return await handle(_as_json(request, json.dumps(fields).encode()))

        return handle_form


def _as_json(request: Request, body: bytes) -> Request:
    replayed = with_body(request, body, b"application/json")
    replayed.state.is_form = True
    return replayed
