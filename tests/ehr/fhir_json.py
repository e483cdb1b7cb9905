"""What a FHIR server sends: JSON under FHIR's own media type, and OperationOutcomes."""

import json
from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

Json = dict[str, Any]
FHIR = "application/fhir+json"


class FhirResponse(Response):
    """A resource as a response."""

    media_type = FHIR

    def render(self, content: Json) -> bytes:
        return json.dumps(content).encode()


def searchset(base: str, found: Sequence[Json], total: int, links: Sequence[Json]) -> Json:
    """A page of what a search found."""
    entries = [
        {"fullUrl": f"{base}/{one['resourceType']}/{one['id']}", "resource": one, "search": {"mode": "match"}}
        for one in found
    ]
    bundle = {"resourceType": "Bundle", "type": "searchset", "total": total, "link": list(links)}
    return bundle | ({"entry": entries} if entries else {})


def outcome(status: int, code: str, text: str) -> Response:
    """An OperationOutcome with an HTTP status; the text holds no value that was sent."""
    issue = {"severity": "error", "code": code, "details": {"text": text}}
    return FhirResponse({"resourceType": "OperationOutcome", "issue": [issue]}, status)
