"""A sentence of ours for each fault that pydantic finds: its own words are no part of the API."""

from collections.abc import Mapping
from typing import Any

from app.domain.ids import PATIENT_ID

UNSAID = "is not valid here"
"""For a kind of fault that no sentence was written for; a test finds none."""
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
_OBJECT, _LIST = "must be an object", "must be a list"
_NUMBER, _WHOLE = "must be a number", "must be a whole number"
_UUID, _YES_NO = "must be a UUID", "must be true or false"
_TIME = "must be a time with its offset, such as 2026-03-02T09:30:00.000Z"

_SENTENCES = {
    "missing": "is required",
    "extra_forbidden": "is not a field of this request",
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dict_type": _OBJECT,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "too_long": "must have no more entries than {max_length}",
    "too_short": "must have no fewer entries than {min_length}",
    "string_type": "must be text",
    "string_unicode": "must be Unicode text",
    "string_too_long": "must have at most {max_length} characters",
    "bool_type": _YES_NO,
    "bool_parsing": _YES_NO,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": "must be a finite number",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be at most {le:g}",
    "enum": "must be one of {expected}",
    "literal_error": "must be {expected}",
    "union_tag_not_found": "must have a kind",
    "union_tag_invalid": "is of no known kind",
    "uuid_type": _UUID,
    "uuid_parsing": _UUID,
    "datetime_type": _TIME,
    "datetime_parsing": _TIME,
    "datetime_object_invalid": _TIME,
    "datetime_from_date_parsing": _TIME,
    "timezone_aware": _TIME,
}
"""By pydantic's names; in braces what the constraint says, never what was sent."""


def sentence(kind: str, context: Mapping[str, Any]) -> str:
    """What is wrong, to be read after the name of the place."""
    if kind == "value_error":  # raised by a validator of ours
        return str(context["error"])
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(context["pattern"], UNSAID)
    if kind not in _SENTENCES:
        return UNSAID
    told = {
        name: value.replace("'", "") if isinstance(value, str) else value for name, value in context.items()
    }
    return _SENTENCES[kind].format_map(told)
