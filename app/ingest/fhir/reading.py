"""From FHIR resources to a record of one patient: values, where each comes from, what is not used and why."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from app.domain.ehr import BMI, HEIGHT, WEIGHT, EhrMapping
from app.domain.schema import Value
from app.ingest.fhir.bundle import Found, Located, in_bundle, in_list, is_of_another_version
from app.ingest.fhir.draft import Draft
from app.ingest.fhir.newest import newest_first, why_left
from app.ingest.fhir.observations import ObservationReader, Reading
from app.ingest.fhir.person import ADULT, born, read_person, years_between
from app.ingest.fhir.reasons import Left, NotUsedReason
from app.ingest.fhir.record import NotUsed, PatientRecord, not_used
from app.ingest.fhir.results import ResultReading, Results, UnreadResult
from app.ingest.fhir.settling import settle
from app.ingest.fhir.subject import Subject, subject_of
from app.ingest.fhir.together import MayCount, of_one_resource, pairs_first, without_halves
from app.ingest.fhir.versions import RETRACTED, newest_versions

MOST_TOLD = 200
"""Resources that are told one by one; of more, how many there are of each reason."""


def read_bundle(
    mapping: EhrMapping, bundle: Mapping[str, Any], as_of: date, given: Mapping[str, Value] | None = None
) -> PatientRecord:
    """What an R4 bundle says of a patient, as of a day; `given` adds to it and overrules it.

    Raises:
        InvalidInputError: it is no such bundle, or is not about one living patient.
    """
    return _read(mapping, in_bundle(bundle), as_of, given or {})


def read_resources(
    mapping: EhrMapping,
    resources: Sequence[Mapping[str, Any]],
    as_of: date,
    given: Mapping[str, Value] | None = None,
) -> PatientRecord:
    """The same of resources by themselves, such as those of a prefetch; searchsets among them are opened.

    Raises:
        InvalidInputError: they are too many, or are not about one living patient.
    """
    return _read(mapping, in_list(resources), as_of, given or {})


def _read(mapping: EhrMapping, found: Found, as_of: date, given: Mapping[str, Value]) -> PatientRecord:
    whole = list(found)
    copies = [one for one in whole if isinstance(one, Located)]
    located, older = newest_versions(copies)
    draft = Draft(mapping, left=[*(one for one in whole if isinstance(one, Left)), *older])
    subject = subject_of(copies)
    draft.left += _others(located, subject.patient)
    if subject.patient is not None:
        _take_person(draft, subject.patient, subject.conflicting, as_of)
    reader = ObservationReader(mapping, subject, as_of)
    readings, results = defaultdict[str, list[Reading]](list), Results(mapping, as_of)
    results.retracted |= _retracted(located, subject) | _deleted(draft.left)
    for one in located:
        told = list(reader.read(one)) if one.type == "Observation" else []
        for read in of_one_resource(mapping, told):
            if isinstance(read, Reading):
                readings[read.feature].append(read)
            elif isinstance(read, ResultReading):
                results.readings.append(read)
            elif isinstance(read, UnreadResult):
                results.unread.append(read)
            else:
                draft.left.append(read)
    may_count = _may_count(draft, readings, subject.patient, as_of)
    outcome, left = results.settle()
    draft.left += left
    draft = settle(draft, may_count, given)
    sources = {name: one for name, one in draft.sources.items() if draft.values[name] is not None}
    return PatientRecord(draft.values, sources, _told(draft.left), outcome.chosen, subject.ids, outcome)


def _others(located: Iterable[Located], patient: Located | None) -> list[Left]:
    """Resources of types that are not read, and older versions of the patient's own."""
    return [
        Left(
            NotUsedReason.NEWER_EXISTS if one.type == "Patient" else NotUsedReason.TYPE_NOT_READ,
            one.reference,
        )
        for one in located
        if one is not patient and one.type != "Observation"
    ]


def _retracted(located: Iterable[Located], subject: Subject) -> set[str]:
    """Observations that do not hold, even where a server has emptied them."""
    return {
        one.reference
        for one in located
        if one.type == "Observation"
        and one.reference is not None
        and one.resource.get("status") in RETRACTED
        and subject.why_not(one.resource, one.full_url) is not NotUsedReason.OTHER_SUBJECT
    }


def _deleted(left: Iterable[Left]) -> set[str]:
    return {
        one.reference for one in left if one.reason is NotUsedReason.DELETED and one.reference is not None
    }


def _take_person(draft: Draft, patient: Located, conflicting: frozenset[str], as_of: date) -> None:
    if is_of_another_version(patient.resource):
        draft.left.append(Left(NotUsedReason.OTHER_VERSION, patient.reference))
        return
    for read in read_person(draft.mapping, patient, as_of, conflicting):
        if isinstance(read, Left):
            draft.left.append(read)
        else:
            name, (draft.values[name], draft.sources[name]) = read


def _may_count(
    draft: Draft, readings: dict[str, list[Reading]], patient: Located | None, as_of: date
) -> MayCount:
    """By feature, the readings that may count, newest first; the draft is told why others do not."""
    kept, left = without_halves(draft.mapping, readings)
    draft.left += left
    may_count: MayCount = {}
    for name, own in kept.items():
        young = _in_childhood(draft.mapping, own, patient)
        draft.left += why_left(young, NotUsedReason.IN_CHILDHOOD)
        may_count[name], left = newest_first(draft.mapping, [one for one in own if one not in young], as_of)
        draft.left += left
    may_count, left = pairs_first(draft.mapping, may_count)
    draft.left += left
    return may_count


def _in_childhood(mapping: EhrMapping, readings: list[Reading], patient: Located | None) -> list[Reading]:
    """Readings of a body that was still growing."""
    birth = born(patient)
    is_of_body = any(mapping.with_code(code) == readings[0].feature for code in (HEIGHT, WEIGHT, BMI))
    if birth is None or not is_of_body:
        return []
    return [one for one in readings if years_between(birth.first, one.when.last) < ADULT]


def _told(left: list[Left]) -> tuple[NotUsed, ...]:
    """Those about features first; beyond `MOST_TOLD` how many there are of each reason and feature."""
    ordered = sorted(left, key=lambda one: one.feature is None)
    rest = Counter(one._replace(reference=None) for one in ordered[MOST_TOLD:])
    return (
        *(not_used(one) for one in ordered[:MOST_TOLD]),
        *(not_used(one, count) for one, count in rest.items()),
    )
