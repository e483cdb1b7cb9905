"""Bodies as the OpenAPI document describes them where no model does."""

from typing import Any

Content = dict[str, dict[str, Any]]

OBJECT: dict[str, Any] = {"schema": {"type": "object", "additionalProperties": True}}
EVENT: dict[str, Any] = {
    "schema": {
        "type": "object",
        "description": "One event of the stream.",
        "properties": {
            "event": {
                "type": "string",
                "description": "progress; end for the last one; closing if the service ends before the job: "
                "ask again.",
            },
            "data": {
                "type": "string",
                "contentMediaType": "application/json",
                "description": "What it tells, as JSON.",
            },
        },
        "required": ["event", "data"],
    }
}
"""Of server-sent events; the whole body is a stream of them."""
FHIR_BUNDLE: dict[str, Any] = {
    "schema": {
        "type": "object",
        "description": "An R4 Bundle; docs/ehr.md says what is in it.",
        "additionalProperties": True,
    }
}
OPERATION_OUTCOME: dict[str, Any] = {
    "type": "object",
    "description": "An R4 OperationOutcome: what went wrong, by place, without a value.",
    "additionalProperties": True,
}
BYTES: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}


def text(description: str) -> dict[str, Any]:
    """A body of text."""
    return {"schema": {"type": "string", "description": description}}


def success(description: str, content: Content) -> dict[int | str, dict[str, Any]]:
    """The `responses` entry of an answer that comes in these media types."""
    return {200: {"description": description, "content": content}}
