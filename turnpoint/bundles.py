"""The calls for what is answered in FHIR R4, as a Bundle."""

from typing import Any
from uuid import UUID

import httpx

from turnpoint.call import TRANSIENT, Call
from turnpoint.errors import UnexpectedAnswerError

FHIR = "application/fhir+json"
Bundle = dict[str, Any]
"""A FHIR R4 Bundle of the kind `collection`, as JSON."""


def answer(answer_id: UUID | str) -> Call[Bundle]:
    """A recorded answer."""
    return _call("/counterfactuals/{answer_id}", {"answer_id": str(answer_id)}, {})


def interventions(patient_id: str, page_size: int) -> Call[Bundle]:
    """The newest answers of a patient."""
    return _call("/patients/{patient_id}/interventions", {"patient_id": patient_id}, {"limit": page_size})


def plans(patient_id: str, page_size: int) -> Call[Bundle]:
    """The newest plans of a patient."""
    return _call("/patients/{patient_id}/plans", {"patient_id": patient_id}, {"limit": page_size})


def _call(route: str, places: dict[str, str], query: dict[str, str | int]) -> Call[Bundle]:
    return Call(
        method="GET",
        route=route,
        places=places,
        query=query,
        accept=f"{FHIR}, application/problem+json",
        read=_bundle,
        passing=TRANSIENT,
    )


def _bundle(response: httpx.Response) -> Bundle:
    try:
        found = response.json()
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("resourceType") != "Bundle":
        raise UnexpectedAnswerError("What the service answered is no FHIR Bundle.")
    return found
