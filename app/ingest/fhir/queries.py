"""What to ask a FHIR server about a patient: searches for the model's own codes, as prefetch templates."""

from collections.abc import Mapping

from app.domain.ehr import LOINC, EhrMapping

PATIENT = "patient"
_OBSERVATIONS, _RESULT = "observations", "result"
_PLACE = "{{context.patientId}}"
_MOST = 100
"""Newest first: of all codes together, more than a visit a month for years."""
_MOST_RESULTS = 5


def queries_of(mapping: EhrMapping) -> dict[str, str]:
    """By key, a FHIR query with `{{context.patientId}}` in the patient's place; empty where nothing is read.

    Only what servers widely support: reading an instance, equality of references and tokens, order, count.
    """
    if not mapping.codes.features:
        return {}
    queries = {PATIENT: f"Patient/{_PLACE}"}
    codes = sorted({*mapping.by_loinc, *mapping.asked_by_loinc, *_panels(mapping)})
    if codes:
        queries[_OBSERVATIONS] = _search(codes, _MOST)
    if mapping.measured_by_loinc:
        queries[_RESULT] = _search(sorted(mapping.measured_by_loinc), _MOST_RESULTS)
    return queries


def filled(queries: Mapping[str, str], patient_id: str) -> dict[str, str]:
    """The queries for a patient."""
    return {key: query.replace(_PLACE, patient_id) for key, query in queries.items()}


def _panels(mapping: EhrMapping) -> tuple[str, ...]:
    return mapping.codes.panels


def _search(codes: list[str], most: int) -> str:
    listed = ",".join(f"{LOINC}|{code}" for code in codes)
    return f"Observation?patient={_PLACE}&code={listed}&_sort=-date&_count={most}"
