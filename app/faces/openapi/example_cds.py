"""Examples of CDS Hooks: a call, the card of the example answer, and what became of it."""

from typing import Any

from app.engine.registry import ModelRegistry
from app.faces.ehr.cds.cards import Place, cards_of
from app.faces.ehr.cds.gathering import Gathered
from app.faces.ehr.cds.override_reasons import SYSTEM
from app.faces.ehr.cds.services import discovery
from app.faces.ehr.cds.state import Told
from app.faces.openapi.ids import ANSWER_ID, ASKED, CORRELATION_ID, MEASURED, PATIENT_ID
from app.fhir.terms import LOINC, UCUM
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer

_JSON = "application/json"
_PLACE = Place("https://turnpoint.example", is_launched=True)
_PATIENT = {"resourceType": "Patient", "id": PATIENT_ID, "gender": "female", "birthDate": "1971-08-14"}


def cds_requests() -> dict[str, Any]:
    """A call whose prefetch has nothing of long ago, and leaves the results out, so that they are asked for;
    and an overridden card."""
    return {
        "callCdsService": {
            "hook": "patient-view",
            "hookInstance": str(CORRELATION_ID),
            "fhirServer": "https://ehr.example/fhir",
            "fhirAuthorization": {
                "access_token": "some-opaque-fhir-access-token",
                "token_type": "Bearer",
                "expires_in": 300,
                "scope": "patient/Patient.rs patient/Observation.rs",
                "subject": "turnpoint",
            },
            "context": {"userId": "Practitioner/abc", "patientId": PATIENT_ID},
            "prefetch": {
                "patient": _PATIENT,
                "observations": _observations(),
                "observations_730_days": None,
                "observations_3650_days": None,
            },
        },
        "createCdsFeedback": {
            "feedback": [
                {
                    "card": str(ANSWER_ID),
                    "outcome": "overridden",
                    "overrideReason": {
                        "reason": {
                            "system": SYSTEM,
                            "code": "prefers-alternative",
                            "display": "Patient prefers an alternative approach or treatment",
                        },
                        "userComment": "swims instead",
                    },
                    "outcomeTimestamp": "2026-03-02T09:41:07.250Z",
                }
            ]
        },
    }


def cds_answers(registry: ModelRegistry, answer: CounterfactualsAnswer) -> dict[str, dict[str, Any]]:
    """The discovery of these models, and the card of an answer."""
    served = registry.named(None)
    cards = cards_of(Told(answer, served.consultation, ASKED.date()), served, Gathered([], {}), _PLACE)
    return {
        "listCdsServices": {_JSON: discovery(registry)},
        "callCdsService": {_JSON: cards.told()},
        "createCdsFeedback": {},
    }


def _observations() -> dict[str, Any]:
    told = [("8302-2", 164.0, "cm"), ("29463-7", 88.5, "kg"), ("39156-5", 32.9, "kg/m2")]
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": _observation(code, value, unit)} for code, value, unit in told],
    }


def _observation(code: str, value: float, unit: str) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": f"o-{code}",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "subject": {"reference": f"Patient/{PATIENT_ID}"},
        "effectiveDateTime": MEASURED.isoformat(),
        "valueQuantity": {"value": value, "unit": unit, "system": UCUM, "code": unit},
    }
