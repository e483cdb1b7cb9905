"""Replies written in one pass: by pydantic, without a detour over Python dictionaries, or as FHIR."""

from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.datastructures import URL

from app.fhir.form import MEDIA_TYPE
from app.fhir.terms import Json


def json_reply(model: BaseModel, status: int = 200) -> Response:
    """A JSON response without a detour over Python dictionaries."""
    return Response(model.model_dump_json(by_alias=True), status, media_type="application/json")


def fhir_reply(resource: Json, status: int = 200) -> Response:
    """A FHIR resource."""
    return JSONResponse(resource, status, {"Vary": "Accept"}, media_type=MEDIA_TYPE)


def address_of(request: Request) -> str:
    """The address of what is asked for, at `PUBLIC_URL`; relative without one: a host is a caller's word."""
    return _address(request, request.url)


def address_of_next(request: Request, before: UUID | int | None) -> str | None:
    """The address of the next, older page, by its cursor; None on the last one."""
    return _address(request, request.url.include_query_params(before=before)) if before else None


def _address(request: Request, url: URL) -> str:
    path = str(url).split("/", 3)[-1]
    return f"{request.state.public_url or ''}/{path}"
