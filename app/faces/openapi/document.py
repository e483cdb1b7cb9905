"""Completing the document that the framework writes: problems, who may call, examples."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from app.engine.examples import example_people, with_a_way_down
from app.engine.registry import ModelRegistry
from app.faces.api.counterfactuals import PreferenceConflict
from app.faces.api.feedback import FeedbackConflict
from app.faces.api.measurements import MeasurementConflict
from app.faces.api.plans import PlanConflict
from app.faces.api.preferences import PreferencesChanged
from app.faces.http.admission import work_of
from app.faces.http.auth import AccessProblem
from app.faces.http.problems import Problem, outcome_responses, problem_responses
from app.faces.openapi.example_answers import Answers, answers_of
from app.faces.openapi.example_requests import Requests, requests_of
from app.faces.openapi.security import add_security, refusals_of
from app.settings import Settings

Document = dict[str, Any]

_CDS = "/cds-services"
_TRIED = 20
"""Of how many people the first one who can be helped is the example."""


_RETRY: Document = {
    "Retry-After": {"description": "Seconds after which to ask again.", "schema": {"type": "integer"}}
}
_LIMITS: Document = {
    name: {"description": what, "schema": {"type": "string"}}
    for name, what in (
        (
            "RateLimit-Policy",
            "How many requests of this class of work one caller may send and have in hand.",
        ),
        ("RateLimit", "How many of them are left to the caller, and seconds until all are again."),
    )
}


def describe(app: FastAPI, registry: ModelRegistry, settings: Settings) -> None:
    """Have the app serve the whole document; examples are of the default model, and worked out here."""
    requests, answers = _examples(registry)
    write = app.openapi

    @cache
    def document() -> Document:
        whole = write()
        _add_problems(whole)
        _add_refusals(whole, settings.asks_who)
        if settings.asks_who:
            add_security(whole, settings.oidc_issuer)
        for name, operation in operations_of(whole):
            operation["summary"] = _in_words(name)
            _add_examples(operation, requests.get(name), answers[name])
        return whole

    app.openapi = document  # type: ignore[method-assign]


@lru_cache(maxsize=2)
def _examples(registry: ModelRegistry) -> tuple[Requests, Answers]:
    """By operation. They take a search: once, however many gateways of these models a process makes."""
    served = registry.named(None)
    person = with_a_way_down(served, example_people(served.model, _TRIED))
    return requests_of(registry.default, person, served.consultation.measured), answers_of(registry, person)


def _in_words(name: str) -> str:
    """createCounterfactuals: Create counterfactuals."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize()


def operations_of(document: Document) -> Iterator[tuple[str, Document]]:
    """Each operation with its id."""
    for operations in document["paths"].values():
        for operation in operations.values():
            yield operation["operationId"], operation


def _add_problems(document: Document) -> None:
    """The schemas that `documented` refers to."""
    documented = (
        Problem,
        AccessProblem,
        FeedbackConflict,
        MeasurementConflict,
        PlanConflict,
        PreferenceConflict,
        PreferencesChanged,
    )
    kinds = [(one, "serialization") for one in documented]
    _, schemas = models_json_schema(kinds, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    document["components"]["schemas"] |= schemas["$defs"]


def _add_refusals(document: Document, asks_who: bool) -> None:
    """What middleware answers for every endpoint (`http.origins`, `http.auth`, `http.admission`)."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            refused = refusals_of(method, path) | ({} if asks_who else problem_responses(421))
            is_limited = work_of(method.upper(), path) is not None
            refused |= problem_responses(429, 503) if is_limited else {}
            if path.startswith(_CDS):
                refused = outcome_responses(*map(int, refused))
            documented = {str(status): response for status, response in refused.items()}
            operation["responses"] = dict(sorted((operation["responses"] | documented).items()))
            if is_limited:
                _add_headers(operation)


def _add_headers(operation: Document) -> None:
    """What tells a caller how much it may send, and when to come again."""
    for status, response in operation["responses"].items():
        told = _LIMITS if status.startswith("2") else _LIMITS | _RETRY if status in ("429", "503") else {}
        if told:
            response["headers"] = response.get("headers", {}) | told


def _add_examples(operation: Document, request: Any, answers: dict[str, Any]) -> None:
    """`answers` by media type; every success has the same ones."""
    if request is not None:
        operation["requestBody"]["content"]["application/json"]["example"] = request
    for status, response in operation["responses"].items():
        for kind, body in response.get("content", {}).items():
            if status.startswith("2") and kind in answers:
                body["example"] = answers[kind]
