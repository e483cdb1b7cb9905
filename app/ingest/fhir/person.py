"""What the Patient resource tells: age, sex, race and ethnicity."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.domain.ehr import EhrFeature, EhrMapping, Identity
from app.domain.schema import Value
from app.ingest.fhir.bundle import Located
from app.ingest.fhir.dates import When, read_when
from app.ingest.fhir.modifiers import why_modified
from app.ingest.fhir.quantity import is_in_range
from app.ingest.fhir.reasons import Left, NotUsedReason
from app.ingest.fhir.record import FeatureSource, Origin, Original

ADULT = 18
_ELEMENTS = {"birth_date": "birthDate", "gender": "gender"}
_US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"
_MOST = 100
"""Extensions that are looked at."""

Told = tuple[Value, FeatureSource]


def born(patient: Located | None) -> When | None:
    """When the patient was born, as far as that is known."""
    return None if patient is None else read_when(patient.resource.get("birthDate"))


def years_between(birth: date, day: date) -> int:
    """Whole years of age on a day; who was born on 29 February is a year older on 1 March."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def read_person(
    mapping: EhrMapping, patient: Located, as_of: date, conflicting: frozenset[str] = frozenset()
) -> Iterator[tuple[str, Told] | Left]:
    """Each feature that comes from the Patient, or why it does not; `conflicting` has what copies dispute."""
    modified = why_modified(patient.resource)
    for name, feature in mapping.by_name.items():
        if feature.element is None:
            continue
        if modified:
            read: Told | NotUsedReason = modified
        elif _ELEMENTS.get(feature.element) in conflicting:
            read = NotUsedReason.CONFLICTING
        elif feature.element == "birth_date":
            read = _age(mapping, name, patient, as_of)
        elif feature.element == "gender":
            read = _gender(feature, patient)
        else:
            read = _identity(feature, patient)
        yield Left(read, patient.reference, name) if isinstance(read, NotUsedReason) else (name, read)


def _age(mapping: EhrMapping, name: str, patient: Located, as_of: date) -> Told | NotUsedReason:
    if patient.resource.get("birthDate") is None:
        return NotUsedReason.NO_VALUE
    birth = born(patient)
    if birth is None or birth.moment is not None:
        return NotUsedReason.IMPOSSIBLE_DATE
    if birth.first > as_of:
        return NotUsedReason.IN_THE_FUTURE
    age = years_between(min(birth.middle, as_of), as_of)
    if not is_in_range(mapping.schema[name], age):
        return NotUsedReason.OUT_OF_RANGE
    said = "age on the day of the question"
    if not birth.is_exact:
        said += "; the birth date is not known to the day, so it may be a year off"
    source = FeatureSource(
        source=Origin.FHIR,
        reference=patient.reference,
        effective=as_of.isoformat(),
        original=Original(value=birth.text),
        conversion=said,
    )
    return age, source


def _gender(feature: EhrFeature, patient: Located) -> Told | NotUsedReason:
    gender = patient.resource.get("gender")
    if gender is None:
        return NotUsedReason.NO_VALUE
    if not isinstance(gender, str):
        return NotUsedReason.MALFORMED
    value = feature.genders.get(gender)
    if value is None:
        return NotUsedReason.NOT_MAPPED
    return value, _of_patient(patient, gender, None)


def _identity(feature: EhrFeature, patient: Located) -> Told | NotUsedReason:
    recorded = _recorded(patient.resource)
    if not recorded.ethnicity and not recorded.race:
        return NotUsedReason.NO_VALUE
    if len(recorded.ethnicity) > 1:
        return NotUsedReason.CONFLICTING
    for one in feature.identity:
        if _fits(one, recorded):
            codes = sorted(recorded.ethnicity | recorded.race | (recorded.detailed & set(one.detailed)))
            return one.value, _of_patient(patient, " ".join(codes), "US Core race and ethnicity")
    return NotUsedReason.NOT_MAPPED


def _of_patient(patient: Located, value: str, conversion: str | None) -> FeatureSource:
    return FeatureSource(
        source=Origin.FHIR,
        reference=patient.reference,
        effective=None,
        original=Original(value=value),
        conversion=conversion,
    )


@dataclass(frozen=True, slots=True)
class _Recorded:
    """Codes of race and ethnicity (CDC), those that the mapping can know."""

    race: frozenset[str]
    ethnicity: frozenset[str]
    detailed: frozenset[str]


def _fits(one: Identity, recorded: _Recorded) -> bool:
    if one.ethnicity is not None and one.ethnicity not in recorded.ethnicity:
        return False
    if one.detailed and recorded.detailed.isdisjoint(one.detailed):
        return False
    if len(recorded.race) > 1:
        return one.several or not one.race
    return not one.race or bool(recorded.race & set(one.race))


def _recorded(resource: Mapping[str, Any]) -> _Recorded:
    found: dict[str, set[str]] = {"race": set(), "ethnicity": set(), "detailed": set()}
    for extension in _list(resource.get("extension")):
        url = extension.get("url")
        kind = url.removeprefix(_US_CORE) if isinstance(url, str) else None
        if kind in ("race", "ethnicity"):
            for part in _list(extension.get("extension")):
                if part.get("url") in ("ombCategory", "detailed"):
                    coding = part.get("valueCoding")
                    code = coding.get("code") if isinstance(coding, dict) else None
                    if isinstance(code, str) and _is_code(code):
                        found["detailed" if part["url"] == "detailed" else kind].add(code)
    return _Recorded(**{name: frozenset(codes) for name, codes in found.items()})


def _list(value: object) -> Iterator[Mapping[str, Any]]:
    for one in value[:_MOST] if isinstance(value, list) else ():
        if isinstance(one, dict):
            yield one


def _is_code(code: str) -> bool:
    """A code of the CDC's race and ethnicity: "unknown" and "asked but unknown" are none."""
    head, _, check = code.partition("-")
    return len(code) <= 8 and head.isdecimal() and check.isdecimal() and code.isascii()
