"""Code systems, and the codes of them that the service writes.

AI Transparency on FHIR is read from its sources (canonical http://hl7.org/fhir/uv/aitransparency).
"""

from typing import Any

Json = dict[str, Any]

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
SNOMED = "http://snomed.info/sct"
TERMS = "http://terminology.hl7.org/CodeSystem/"

AI = "http://hl7.org/fhir/uv/aitransparency/"
AI_DEVICES = f"{AI}CodeSystem/AIdeviceTypeCS"
AI_DOCUMENTS = f"{AI}CodeSystem/AIinputsCS"

MODEL = "urn:turnpoint:model"
"""Versions of models: name@version."""
OPTION_KIND = "urn:turnpoint:option-kind"
"""What an option claims: `counterfactual` that it reaches the target, `improvement` that it helps."""
STATUS = "urn:turnpoint:status"
"""How a question ended."""
ESTIMATE = "urn:turnpoint:estimate"
"""Whether an estimate is of what is (`as-is`) or of supposed values (`hypothetical`)."""

NOT_USED = "urn:turnpoint:not-used"
"""Why a resource that was sent tells the model nothing."""


def coding(system: str, code: str, display: str | None = None) -> Json:
    """One code; without a display it has none of its own."""
    return {"system": system, "code": code} | ({"display": display} if display else {})


def concept(*codings: Json, text: str | None = None) -> Json:
    """A CodeableConcept."""
    return ({"coding": list(codings)} if codings else {}) | ({"text": text} if text else {})


AI_ASSERTED = coding(f"{TERMS}v3-ObservationValue", "AIAST", "Artificial Intelligence asserted")
AI_ITSELF = coding(AI_DEVICES, "Artificial-Intelligence", "All kinds of Artificial Intelligence")


def feature_system(model: str) -> str:
    """The code system of a model's features."""
    return f"urn:turnpoint:model:{model}:feature"
