"""What to ask a FHIR server about a patient: searches for the model's own codes, as prefetch templates."""

from collections import defaultdict
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
    for days, codes in sorted(_codes_by_age(mapping).items()):
        usual = days == mapping.codes.max_age
        queries[_OBSERVATIONS if usual else f"{_OBSERVATIONS}_{days}_days"] = _search(sorted(codes), _MOST)
    if mapping.measured_by_loinc:
        queries[_RESULT] = _search(sorted(mapping.measured_by_loinc), _MOST_RESULTS)
    return queries


def filled(queries: Mapping[str, str], patient_id: str) -> dict[str, str]:
    """The queries for a patient."""
    return {key: query.replace(_PLACE, patient_id) for key, query in queries.items()}


def _codes_by_age(mapping: EhrMapping) -> dict[int, set[str]]:
    """By how old values may be: a height of years ago must not drown in the pulses of this week."""
    codes = defaultdict[int, set[str]](set)
    for loinc, name in mapping.by_loinc.items():
        codes[mapping.max_age_of(name)].add(loinc)
    for loinc, (name, _) in mapping.asked_by_loinc.items():
        codes[mapping.max_age_of(name)].add(loinc)
    codes[mapping.codes.max_age].update(mapping.codes.panels)
    return {days: own for days, own in codes.items() if own}


def _search(codes: list[str], most: int) -> str:
    listed = ",".join(f"{LOINC}|{code}" for code in codes)
    return f"Observation?patient={_PLACE}&code={listed}&_sort=-date&_count={most}"
