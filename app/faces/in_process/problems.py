"""Refusals as problem documents, as over HTTP: they name the place, never its value."""

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError

from app.domain.errors import ParameterIssue, ValidationIssue
from app.faces.http.issues import issues_out
from app.faces.http.places import faults_of

Reply = tuple[int, bytes]
"""A status of HTTP, and JSON."""


def problem(status: int, detail: str, faults: Iterable[ValidationIssue | ParameterIssue] = ()) -> Reply:
    """A problem document (RFC 9457)."""
    document: dict[str, Any] = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    if errors := [one.model_dump(by_alias=True) for one in issues_out(faults)]:
        document["errors"] = errors
    return status, json.dumps(document).encode()


def misfits(error: ValidationError, body: Any) -> list[ValidationIssue | ParameterIssue]:
    """What is wrong with a body that is no request."""
    entries = ({**entry, "loc": ("body", *entry["loc"])} for entry in error.errors(include_url=False))
    return [fault for entry in entries for fault in faults_of(entry, body)]
