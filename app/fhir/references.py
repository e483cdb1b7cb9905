"""References to what lies outside a bundle."""

import re

from app.fhir.terms import Json

_FHIR_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_REFERENCE = re.compile(r"\S{1,500}")
_PATIENT_IDS = "urn:turnpoint:patient"


def patient(patient_id: str) -> Json:
    """The patient by the caller's own id; by an identifier where that cannot be an id in FHIR."""
    if _FHIR_ID.fullmatch(patient_id):
        return {"reference": f"Patient/{patient_id}", "type": "Patient"}
    return {"type": "Patient", "identifier": {"system": _PATIENT_IDS, "value": patient_id}}


def observations(references: list[str]) -> list[Json]:
    """What values were read from, each once, by name; what cannot be a reference is left out."""
    return [{"reference": one} for one in sorted(set(references)) if _REFERENCE.fullmatch(one)]
