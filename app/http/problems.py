"""Errors as RFC 9457 problem documents: they name the field, never its value."""

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from app.classifiers.base import ClassifierError
from app.domain.patient import Fault, InvalidInputError
from app.http.bodies import UnreadableBodyError
from app.http.hanging_up import HungUpError
from app.http.pages.errors import RETRY, error_page
from app.http.pages.wanted import wants_page
from app.parsing.pointers import pointer_to
from app.storage.database import RecordError

MEDIA_TYPE = "application/problem+json"
_log = structlog.get_logger()


class FaultOut(BaseModel):
    """One thing wrong with the input."""

    pointer: str
    """JSON pointer (RFC 6901) into the request body, or `?name` for a query parameter."""
    detail: str


class Problem(BaseModel):
    """A problem document (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str | None = None
    errors: list[FaultOut] | None = None


class NotFoundError(LookupError):
    """Nothing is stored under the id or name in the path."""


class ConflictError(RuntimeError):
    """What is asked for does not go with the state that things are in."""


def problem(status: int, detail: str | None = None, faults: Sequence[Fault] = ()) -> JSONResponse:
    """A problem response; retry advice for what passes by itself."""
    body = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        errors=[FaultOut(pointer=fault.pointer, detail=fault.detail) for fault in faults] or None,
    )
    headers = RETRY if status == 503 else None
    return JSONResponse(body.model_dump(exclude_none=True), status, headers, media_type=MEDIA_TYPE)


def refusal(
    request: Request, status: int, detail: str | None = None, faults: Sequence[Fault] = ()
) -> Response:
    """What went wrong, for a program as a problem document and for a person as a page."""
    if wants_page(request):
        return error_page(request, status, detail, faults)
    return problem(status, detail, faults)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI `responses` of an endpoint that may answer with these problems."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def install(app: FastAPI) -> None:
    """Answer every error of the service, its framework's own included, with a problem document or a page."""
    _describe_problems(app)

    @app.exception_handler(RequestValidationError)
    async def _unreadable(request: Request, error: RequestValidationError) -> Response:
        faults = dict.fromkeys(
            Fault(_pointer(entry["loc"], error.body), _message(entry)) for entry in error.errors()
        )
        return refusal(request, 422, "The request has faults.", list(faults))

    @app.exception_handler(InvalidInputError)
    async def _invalid(request: Request, error: InvalidInputError) -> Response:
        return refusal(request, 422, "The request has faults.", error.faults)

    @app.exception_handler(HungUpError)
    async def _hung_up(_: Request, __: HungUpError) -> Response:
        return Response(status_code=499)  # nginx's code: for log and metrics, nobody reads it

    @app.exception_handler(NotFoundError)
    async def _not_found(request: Request, error: NotFoundError) -> Response:
        return refusal(request, 404, str(error))

    @app.exception_handler(ConflictError)
    async def _conflict(request: Request, error: ConflictError) -> Response:
        return refusal(request, 409, str(error))

    @app.exception_handler(RecordError)
    async def _no_record(request: Request, error: RecordError) -> Response:
        _log.error("record_unavailable", cause=type(error.__cause__).__name__)
        return refusal(
            request, 503, "The record is away, and no suggestion leaves unrecorded. Try again shortly."
        )

    @app.exception_handler(ClassifierError)
    async def _no_classifier(request: Request, error: ClassifierError) -> Response:
        _log.error("classifier_unavailable", why=str(error))  # which never holds a value of a row
        return refusal(request, 503, "The risk classifier is away. Try again shortly.")

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        if error.status_code == 400:
            why = error.detail if isinstance(error, UnreadableBodyError) else "cannot be read"
            return refusal(request, 400, "The body cannot be read.", [Fault("", why)])
        response = refusal(request, error.status_code)
        response.headers.update(error.headers or {})
        return response


def _describe_problems(app: FastAPI) -> None:
    """Put the schema that `documented` refers to into the OpenAPI document."""
    generate = app.openapi
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = {**schema.pop("$defs"), "Problem": schema}

    def with_problem() -> dict[str, Any]:
        document = generate()
        document["components"]["schemas"] |= schemas
        return document

    app.openapi = with_problem  # type: ignore[method-assign]


def _pointer(loc: Sequence[int | str], body: Any) -> str:
    """A JSON pointer from pydantic's location, cut before a key that is not a plain name."""
    source, *path = loc or ("body",)
    if source != "body":
        return f"?{path[0]}" if source == "query" and path else str(source)
    return pointer_to(_in_body(path, body))


def _in_body(path: Sequence[int | str], body: Any) -> Iterator[int | str]:
    """The location without the words by which pydantic says which of a union's members it took.

    Unions in requests are told apart by `kind`, whose value pydantic puts behind the union's own place.
    """
    node, may_be_kind = body, False
    for part in path:
        if may_be_kind and isinstance(node, dict) and node.get("kind") == part:
            may_be_kind = False
            continue
        yield part
        node, may_be_kind = _child(node, part), True


def _child(node: Any, part: int | str) -> Any:
    if isinstance(node, list):
        return node[part] if isinstance(part, int) and part < len(node) else None
    return node.get(part) if isinstance(node, dict) else None


_NO_ID = "must be 1 to 64 letters, digits, dots, underscores or hyphens, and not dots alone"
_MESSAGES = {
    "missing": "is required",
    "extra_forbidden": "is not a field of this request",
    "union_tag_invalid": "is of no known kind",  # pydantic's own words repeat what was sent
    "uuid_parsing": "should be a UUID",  # likewise
    "string_pattern_mismatch": _NO_ID,
    "string_too_long": "is too long",
}


def _message(entry: Any) -> str:
    known = _MESSAGES.get(entry["type"])
    return known or str(entry["msg"]).replace("Input should", "should").replace("Value error, ", "")
