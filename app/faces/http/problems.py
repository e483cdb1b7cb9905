"""Errors as RFC 9457 problem documents, or in FHIR: they name the place, never its value."""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from pydantic.config import JsonDict
from pydantic.json_schema import SkipJsonSchema
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from app.classifiers.base import ClassifierError
from app.domain.errors import (
    ConflictError,
    InvalidInputError,
    InvalidParameterError,
    NotFoundError,
    ParameterIssue,
    ValidationIssue,
)
from app.faces.http.bodies import UnreadableBodyError
from app.faces.http.described import OPERATION_OUTCOME
from app.faces.http.disconnect import HUNG_UP, ClientDisconnectedError
from app.faces.http.issues import BodyFaultOut, FaultOut, issues_out
from app.faces.http.methods import methods_at
from app.faces.http.negotiation import wants_outcome, wants_page
from app.faces.http.pages.errors import RETRY, error_page
from app.faces.http.places import faults_of
from app.faces.http.replies import fhir_reply
from app.fhir.form import MEDIA_TYPE as FHIR
from app.fhir.operation_outcome import Fault, operation_outcome
from app.storage.database import RecordError

MEDIA_TYPE = "application/problem+json"
_JSON = "application/json"
_FAULTS = "The request has faults."
RECORD_AWAY = "The record is away, and no suggestion leaves unrecorded. Try again shortly."
_DETAILS = {
    404: "There is nothing at this address.",
    405: "This address does not take this method; the header Allow lists those that it takes.",
}
"""Of what the framework refuses by itself."""
_log = structlog.get_logger()


def without_default(schema: JsonDict) -> None:
    """What is left out is not null."""
    schema.pop("default", None)


class Problem(BaseModel):
    """A problem document (RFC 9457)."""

    type: str = Field("about:blank", description="A URI; about:blank says that the status tells the kind.")
    title: str = Field(description="The phrase of the HTTP status.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What went wrong, in a sentence for people.")
    errors: list[FaultOut] | SkipJsonSchema[None] = Field(
        None,
        description="Where the request has faults, each of them; left out elsewhere.",
        json_schema_extra=without_default,
    )


def problem(
    status: int,
    detail: str,
    faults: Sequence[FaultOut] = (),
    members: Mapping[str, Any] | None = None,
) -> JSONResponse:
    """A problem response; retry advice for what passes by itself."""
    body = Problem(
        title=HTTPStatus(status).phrase, status=status, detail=detail, errors=list(faults) or None
    ).model_dump(by_alias=True, exclude_none=True)
    headers = RETRY if status == 503 else None
    return JSONResponse(body | dict(members or {}), status, headers, media_type=MEDIA_TYPE)


def problem_or_page(
    request: Request,
    status: int,
    detail: str,
    faults: Iterable[ValidationIssue | ParameterIssue] = (),
    members: Mapping[str, Any] | None = None,
) -> Response:
    """What went wrong: a page for a person, an OperationOutcome where FHIR is asked for, else a problem."""
    wire = list(issues_out(faults))
    if wants_page(request):
        return error_page(request, status, detail, wire)
    return problem_or_outcome(request, status, detail, wire, members)


def problem_or_outcome(
    request: Request,
    status: int,
    detail: str,
    faults: Sequence[FaultOut] = (),
    members: Mapping[str, Any] | None = None,
) -> Response:
    """The same where nobody is meant to read it but a program."""
    if wants_outcome(request):
        return outcome(status, detail, faults)
    return problem(status, detail, faults, members)


def outcome(status: int, detail: str, faults: Sequence[FaultOut] = ()) -> Response:
    """An OperationOutcome; retry advice for what passes by itself."""
    response = fhir_reply(operation_outcome(status, detail, [_fault(one) for one in faults]), status)
    response.headers.update(RETRY if status == 503 else {})
    return response


def _fault(fault: FaultOut) -> Fault:
    if isinstance(fault, BodyFaultOut):
        return Fault.in_body(fault.pointer, fault.detail)
    return Fault.in_parameter(fault.parameter, fault.detail)


def problem_responses(
    *statuses: int, body: type[Problem] | tuple[type[Problem], ...] = Problem
) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI `responses` of an endpoint that may answer with these problems, of one kind or several."""
    bodies = body if isinstance(body, tuple) else (body,)
    schemas = [{"$ref": f"#/components/schemas/{one.__name__}"} for one in bodies]
    content = {MEDIA_TYPE: {"schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas}}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def outcome_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The same of what is answered with an OperationOutcome."""
    content = {FHIR: {"schema": OPERATION_OUTCOME}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def install(app: FastAPI) -> None:
    """Answer every error of the service, its framework's own included, with a problem document or a page."""
    _install_faults(app)
    _install_states(app)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        headers = dict(error.headers or {})
        if error.status_code == 400:
            why = error.detail if isinstance(error, UnreadableBodyError) else "cannot be read"
            return problem_or_page(request, 400, "The body cannot be read.", [ValidationIssue("", why)])
        if error.status_code == 405:
            headers["Allow"] = ", ".join(methods_at(request))
        response = problem_or_page(request, error.status_code, _DETAILS.get(error.status_code, error.detail))
        response.headers.update(headers)
        return response


def _install_faults(app: FastAPI) -> None:
    """What is wrong with the request itself."""

    @app.exception_handler(RequestValidationError)
    async def _unreadable(request: Request, error: RequestValidationError) -> Response:
        if isinstance(error.body, bytes):  # left as it came, since it does not say that it is JSON
            return problem_or_page(request, 415, f"Send {_JSON}.")
        faults = (fault for entry in error.errors() for fault in faults_of(entry, error.body))
        return problem_or_page(request, 422, _FAULTS, faults)

    @app.exception_handler(InvalidInputError)
    async def _invalid(request: Request, error: InvalidInputError) -> Response:
        return problem_or_page(request, 422, _FAULTS, error.issues)

    @app.exception_handler(InvalidParameterError)
    async def _invalid_parameter(request: Request, error: InvalidParameterError) -> Response:
        return problem_or_page(request, 422, _FAULTS, error.issues)


def _install_states(app: FastAPI) -> None:
    """What is not there, has changed meanwhile, or is away."""

    @app.exception_handler(ClientDisconnectedError)
    @app.exception_handler(ClientDisconnect)
    async def _hung_up(_: Request, __: ClientDisconnectedError | ClientDisconnect) -> Response:
        return Response(status_code=HUNG_UP)

    @app.exception_handler(NotFoundError)
    async def _not_found(request: Request, error: NotFoundError) -> Response:
        return problem_or_page(request, 404, str(error))

    @app.exception_handler(ConflictError)
    async def _conflict(request: Request, error: ConflictError) -> Response:
        response = problem_or_page(request, 409, str(error), members=error.members)
        if error.retry_after_s is not None:
            response.headers["Retry-After"] = str(error.retry_after_s)
        return response

    @app.exception_handler(RecordError)
    async def _no_record(request: Request, error: RecordError) -> Response:
        _log.error("record_unavailable", cause=type(error.__cause__).__name__)
        return problem_or_page(request, 503, RECORD_AWAY)

    @app.exception_handler(ClassifierError)
    async def _no_classifier(request: Request, error: ClassifierError) -> Response:
        _log.error("classifier_unavailable", why=str(error))  # which never holds a value of a row
        return problem_or_page(request, 503, "The risk classifier is away. Try again shortly.")
