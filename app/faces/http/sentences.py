"""A sentence of ours for each fault that pydantic finds: its own words are no part of the API."""

from collections.abc import Mapping
from typing import Any

from app.domain.ids import PATIENT_ID
from app.parsing.misfits import SENTENCES, UNSAID, filled_in

IDEMPOTENCY_KEY = r"^[\x21-\x7e]{1,255}$"
LAST_ROW = r"^[0-9]{1,9}\.[0-9]{1,3}$"
FHIR_ID = r"^[A-Za-z0-9\-.]{1,64}$"
FHIR_USER = r"^[A-Za-z]{1,40}/[A-Za-z0-9\-.]{1,64}$"
ACCESS_TOKEN = r"^[A-Za-z0-9\-._~+/]+=*$"
BEARER = r"(?i)^bearer$"

_PATTERNS = {
    PATIENT_ID: "must be 1 to 64 letters, digits, dots, underscores or hyphens, and not dots alone",
    IDEMPOTENCY_KEY: "must be 1 to 255 visible ASCII characters",
    LAST_ROW: "must be a row's source_row and rank with a dot between, such as 17.2",
    FHIR_ID: "must be an id in FHIR: 1 to 64 letters, digits, hyphens or dots",
    FHIR_USER: "must be a reference, such as Practitioner/abc",
    ACCESS_TOKEN: "must be an access token",
    BEARER: "must be Bearer",
}
_OBJECT = "must be an object"

_SENTENCES = SENTENCES | {
    "missing": "is required",
    "extra_forbidden": "is not a field of this request",
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dict_type": _OBJECT,
    "union_tag_not_found": "must have a kind",
    "union_tag_invalid": "is of no known kind",
}
"""What is otherwise in a request, which is JSON, than in a file of an owner's."""


def sentence(kind: str, context: Mapping[str, Any]) -> str:
    """What is wrong, to be read after the name of the place."""
    if kind == "value_error":  # raised by a validator of ours
        return str(context["error"])
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(context["pattern"], UNSAID)
    return filled_in(_SENTENCES[kind], context) if kind in _SENTENCES else UNSAID
