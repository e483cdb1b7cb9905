"""GuidanceResponse: how a question ended, and what is missing for a better answer."""

from collections.abc import Sequence
from uuid import UUID

from app.domain.feature import Feature
from app.domain.schema import FeatureSchema
from app.fhir.form import Entry, entry_of, identity_of, instant
from app.fhir.measure import measure
from app.fhir.risk_assessment import Estimated
from app.fhir.terms import MODEL, STATUS, Json, coding, concept

_ANSWERS = "urn:ietf:rfc:3986"


def guidance_response(
    owner: UUID,
    estimated: Estimated,
    status: str,
    missing: Sequence[Feature] = (),
    notes: Sequence[str] = (),
    result: Entry | None = None,
    messages: Sequence[Entry] = (),
) -> Entry:
    """How the question of an answer ended; `missing` are features whose values were not known.

    `messages` are OperationOutcomes.
    """
    schema = estimated.occasion.schema
    wanted = [_requirement(schema, feature) for feature in missing] if schema else []
    return entry_of(
        "GuidanceResponse",
        identity_of(owner, "guidance-response"),
        notes,
        requestIdentifier={"system": _ANSWERS, "value": f"urn:uuid:{owner}"},
        moduleUri=f"{MODEL}:{estimated.reference}",
        status="data-requested" if wanted else "success",
        subject=estimated.occasion.subject,
        occurrenceDateTime=instant(estimated.at),
        performer=estimated.device.reference,
        reasonCode=[concept(coding(STATUS, status))],
        note=[{"text": note} for note in notes],
        evaluationMessage=[one.reference for one in messages],
        result=result.reference if result else None,
        dataRequirement=wanted,
    )


def _requirement(schema: FeatureSchema, feature: Feature) -> Json:
    codes = measure(schema, feature)["coding"]
    return {"type": "Observation", "codeFilter": [{"path": "code", "code": codes}]}
