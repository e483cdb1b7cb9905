"""A request to the service as a plain value, and how its answer is read."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import quote
from uuid import uuid4

import httpx
from pydantic import TypeAdapter, ValidationError

from turnpoint.errors import UnexpectedAnswerError, UnsendableError

T = TypeVar("T")

JSON = "application/json"
TRANSIENT = frozenset({429, 502, 503, 504})
"""Statuses of what passes by itself."""
IN_FLIGHT = 409
"""With advice when to come again: the same request, under the same key, is still under way."""
KEYED = TRANSIENT | {IN_FLIGHT}
"""Of a call that has a key: sent again, it is done once."""


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file whose bytes are the body; it is streamed."""

    path: Path
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[T]):
    """One request.

    `route` is the path as the OpenAPI document writes it, `places` what stands in its braces. `read` turns a
    successful response into what the caller gets. `passing`: the statuses after which the call may be sent
    again, as it may when nothing came back; None where sending it twice could do something twice.
    """

    method: str
    route: str
    read: Callable[[httpx.Response], T]
    places: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str | int] = field(default_factory=dict)
    content: Mapping[str, Any] | FileContent | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    accept: str = JSON
    passing: frozenset[int] | None = None

    @property
    def path(self) -> str:
        return self.route.format_map({name: quote(place, safe="") for name, place in self.places.items()})

    @property
    def all_headers(self) -> dict[str, str]:
        sends = {"Content-Type": self.media_type} if self.media_type else {}
        return {"Accept": self.accept, **sends, **self.headers}

    @property
    def media_type(self) -> str | None:
        """Of the body; None where there is none."""
        if isinstance(self.content, FileContent):
            return self.content.media_type
        return None if self.content is None else JSON

    def json_bytes(self) -> bytes | None:
        """The body, unless it is a file.

        Raises:
            UnsendableError: A value is not a finite number, text, boolean, None, or made of these.
        """
        if self.content is None or isinstance(self.content, FileContent):
            return None
        try:
            return json.dumps(self.content, ensure_ascii=False, allow_nan=False).encode()
        except (TypeError, ValueError):
            raise UnsendableError(
                "The request holds a value that is no finite number, text, boolean or None."
            ) from None


def reading(kind: type[T]) -> Callable[[httpx.Response], T]:
    """Read a JSON body as a model, or as a list of models."""
    adapter = TypeAdapter(kind)

    def read(response: httpx.Response) -> T:
        try:
            return adapter.validate_json(response.content)
        except ValidationError as error:
            raise UnexpectedAnswerError(_misfits(error)) from None  # pydantic's own words hold values

    return read


def keyed(key: str | None = None) -> dict[str, str]:
    """The header by which a call that is sent again is done once: the caller's own key, or a new one."""
    return {"Idempotency-Key": key or str(uuid4())}


def nothing(_: httpx.Response) -> None:
    """Read no body."""


def text(response: httpx.Response) -> str:
    """Read a body of text."""
    return response.text


def given(**fields: Any) -> dict[str, Any]:
    """A JSON object of those fields that are not None: the service knows its own defaults."""
    return {name: value for name, value in fields.items() if value is not None}


def _misfits(error: ValidationError) -> str:
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    where = sorted({"/".join(str(part) for part in fault["loc"]) for fault in faults} - {""})
    if not where:
        return "What the service answered is not JSON of the kind that was expected."
    return f"The service's answer does not fit this version of the client at {', '.join(where[:3])}."


def refuse_unknown(method: str, options: Mapping[str, object], known: type) -> None:
    """Options come by keyword, and a misspelt one must not be lost.

    Raises:
        TypeError: One is unknown, as Python says of any function.
    """
    for name in options.keys() - known.__annotations__.keys():
        raise TypeError(f"{method}() got an unexpected keyword argument {name!r}")
