"""What a model needs and a record does not tell: by code, never by a value (412)."""

from collections.abc import Mapping, Sequence

from app.domain.ehr import EhrMapping
from app.domain.feature import Feature
from app.faces.ehr.cds.services import or_instead
from app.faces.ehr.cds.unread import Unread
from app.fhir.form import filled
from app.fhir.terms import LOINC, Json, coding, concept
from app.ingest.fhir.record import NotUsed

_ELEMENTS = {"birth_date": "Patient.birthDate", "gender": "Patient.gender"}


class MissingDataError(Exception):
    """A call that cannot be answered; `outcome` says what is missing."""

    def __init__(
        self,
        mapping: EhrMapping,
        missing: Sequence[Feature],
        not_used: Sequence[NotUsed],
        unread: Mapping[str, Unread],
    ) -> None:
        super().__init__("data that the model needs are missing")
        whys = {one.feature: one.detail for one in reversed(not_used)}
        issues = [_of_feature(mapping, one, whys.get(one.name)) for one in missing]
        self.outcome: Json = filled(
            {
                "resourceType": "OperationOutcome",
                "issue": [*issues, *(_of_query(key, one) for key, one in unread.items())],
            }
        )


def _of_feature(mapping: EhrMapping, feature: Feature, why: str | None) -> Json:
    own = mapping.by_name.get(feature.name)
    element = _ELEMENTS.get(own.element or "") if own else None
    others = mapping.in_place_of(feature.name)
    names = (feature.name, *others[:1]) if own else ()
    codes = dict.fromkeys(one.loinc for name in names for one in mapping.codes_of(name))
    told = f"{feature.label}{or_instead(mapping, feature)} is needed, and the record does not tell it."
    return {
        "severity": "error",
        "code": "required",
        "details": concept(*(coding(LOINC, code) for code in codes), text=f"{told} {why}" if why else told),
        "expression": [element] if element else [],
    }


def _of_query(key: str, why: Unread) -> Json:
    return {
        "severity": "error",
        "code": why.code,
        "details": {"text": f"The prefetch key {key} {why.says}."},
        "diagnostics": f"/prefetch/{key}",
    }
