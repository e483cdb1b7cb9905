"""What the audit tells: a person at the patient's page, in JSON and in FHIR."""

import hashlib
from typing import Any

from pydantic_core import to_jsonable_python

from app.audit.events import Action, Entity, Outcome
from app.faces.openapi import ids
from app.fhir.audit_event import bundle
from app.fhir.form import MEDIA_TYPE
from app.identity.principal import PrincipalKind
from app.usecases.audit.schemas import AuditEventOut, AuditEventsPage


def audit_answers() -> dict[str, dict[str, Any]]:
    """By operation, then by media type."""
    event = AuditEventOut(
        seq=1204,
        id=ids.AUDIT_EVENT_ID,
        at=ids.SAID,
        actor="Dr. Ada Byron",
        actor_kind=PrincipalKind.PERSON,
        actor_source="oidc",
        on_behalf_of=None,
        action=Action.READ,
        entity=Entity.PATIENT_PAGE,
        entity_id=None,
        patient=ids.PSEUDONYM,
        patient_id=ids.PATIENT_ID,
        answer_id=ids.ANSWER_ID,
        route="GET /patients/{patient_id}/interventions",
        outcome=Outcome.SUCCESS,
        correlation_id=str(ids.CORRELATION_ID),
        request_id=None,
        address="192.0.2.17",
        detail=None,
        hash=hashlib.sha256(b"example").digest(),
    )
    page = AuditEventsPage(events=[event], next=None)
    paths = {
        "listAuditEvents": "/audit-events",
        "listPatientAuditEvents": f"/patients/{ids.PATIENT_ID}/audit-events",
    }
    return {
        operation: {
            "application/json": to_jsonable_python(page),
            MEDIA_TYPE: bundle(page, "https://turnpoint.example/", path, None),
        }
        for operation, path in paths.items()
    }
