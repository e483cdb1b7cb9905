"""OperationOutcome: what went wrong, by place and never with a value."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.fhir.form import filled
from app.fhir.terms import Json

_CODES = {
    400: "structure",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    408: "timeout",
    409: "conflict",
    412: "required",
    413: "too-long",
    414: "too-long",
    415: "not-supported",
    422: "invalid",
    429: "throttled",
    503: "transient",
    507: "no-store",
}
"""The issue type of each status; what is ours to mend is an exception, all else could not be processed."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a request. `expression` is its place in FHIRPath, or `http.` and a parameter."""

    where: str
    detail: str
    expression: str | None = None

    @classmethod
    def in_body(cls, pointer: str, detail: str) -> "Fault":
        """By a JSON pointer into the body, whose member `fhir` is a bundle."""
        return cls(pointer, detail, _in_bundle(pointer))

    @classmethod
    def in_parameter(cls, name: str, detail: str) -> "Fault":
        """By the name of a parameter in the address or the head."""
        return cls(name, detail, f"http.{name}")


def operation_outcome(status: int, detail: str, faults: Sequence[Fault] = ()) -> Json:
    """What went wrong by its HTTP status and a sentence, or each fault by its place."""
    code = _CODES.get(status, "exception" if status >= 500 else "processing")
    if not faults:
        return _outcome([_issue(code, detail)])
    return _outcome([_issue(code, _sentence(fault), fault) for fault in faults])


def _outcome(issues: list[Json]) -> Json:
    return filled({"resourceType": "OperationOutcome", "issue": issues})


def _issue(code: str, text: str, fault: Fault | None = None) -> Json:
    return {
        "severity": "error",
        "code": code,
        "details": {"text": text},
        "diagnostics": fault.where if fault else None,
        "expression": [fault.expression] if fault else [],
    }


def _sentence(fault: Fault) -> str:
    return f"{fault.where or 'The body'} {fault.detail}"


def _in_bundle(pointer: str) -> str | None:
    """/fhir/entry/3/resource as Bundle.entry[3].resource; None of what is no place in a bundle."""
    _, head, *steps = [*pointer.split("/"), ""]
    if head != "fhir":
        return None
    path = "Bundle"
    for step in filter(None, steps):
        if step.isdecimal():
            path += f"[{step}]"
        elif step.isidentifier():
            path += f".{step}"
        else:
            return None
    return path
