"""Calls of CDS services as an EHR makes them."""

from typing import Any
from uuid import uuid4

Json = dict[str, Any]
PATIENT = "p1"


def call(**changes: Any) -> Json:
    """A call of CDS Hooks 2.0; None leaves a field out."""
    good: Json = {
        "hook": "patient-view",
        "hookInstance": str(uuid4()),
        "context": {"userId": "Practitioner/abc", "patientId": PATIENT},
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def authorization(**changes: Any) -> Json:
    good: Json = {
        "access_token": "t0ken",
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "patient/Patient.rs patient/Observation.rs",
        "subject": "turnpoint",
    }
    return {name: value for name, value in (good | changes).items() if value is not None}
