"""From FHIR resources to a record of one patient: values, where each comes from, what is not used and why."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from app.domain.ehr import BMI, HEIGHT, WEIGHT, EhrMapping
from app.domain.errors import InvalidInputError
from app.domain.measurement import in_own_unit
from app.domain.schema import Value
from app.ingest.fhir.bundle import Found, Located, in_bundle, in_list, is_of_another_version
from app.ingest.fhir.draft import Draft
from app.ingest.fhir.newest import newest_first, why_left
from app.ingest.fhir.observations import ObservationReader, Reading, ResultReading
from app.ingest.fhir.person import ADULT, born, read_person, years_between
from app.ingest.fhir.reasons import Left, NotUsedReason
from app.ingest.fhir.record import MeasuredResult, NotUsed, Original, PatientRecord, not_used
from app.ingest.fhir.settling import settle
from app.ingest.fhir.subject import subject_of
from app.ingest.fhir.together import MayCount, of_one_resource, pairs_first, without_halves

MOST_TOLD = 200
"""Resources that are told one by one; of more, how many there are of each reason."""
_MOST_YEARS_OF_RESULT = 30


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
    located = [one for one in whole if isinstance(one, Located)]
    draft = Draft(mapping, left=[one for one in whole if isinstance(one, Left)])
    subject = subject_of(located)
    draft.left += _others(located, subject.patient)
    if subject.patient is not None:
        _take_person(draft, subject.patient, as_of)
    reader = ObservationReader(mapping, subject, as_of)
    readings, results = defaultdict[str, list[Reading]](list), list[ResultReading]()
    for one in located:
        told = list(reader.read(one)) if one.type == "Observation" else []
        for read in of_one_resource(mapping, told):
            if isinstance(read, Reading):
                readings[read.feature].append(read)
            elif isinstance(read, ResultReading):
                results.append(read)
            else:
                draft.left.append(read)
    may_count = _may_count(draft, readings, subject.patient, as_of)
    outcome = _outcome(draft, results, as_of)
    draft = settle(draft, may_count, given)
    return PatientRecord(draft.values, draft.sources, _told(draft.left), outcome, as_of, subject.ids)


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


def _take_person(draft: Draft, patient: Located, as_of: date) -> None:
    if is_of_another_version(patient.resource):
        draft.left.append(Left(NotUsedReason.OTHER_VERSION, patient.reference))
        return
    for read in read_person(draft.mapping, patient, as_of):
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


def _outcome(draft: Draft, results: list[ResultReading], as_of: date) -> MeasuredResult | None:
    """The newest result, however old: of one moment the highest, so that none is hidden by a lower one."""
    measured, told = draft.mapping.outcome, list[tuple[ResultReading, float]]()
    for one in results:
        if (as_of - one.when.first) > timedelta(days=365 * _MOST_YEARS_OF_RESULT):
            draft.left.append(Left(NotUsedReason.TOO_OLD, one.reference))
            continue
        try:
            told.append((one, in_own_unit(measured, one.value, one.unit)))
        except InvalidInputError:
            draft.left.append(Left(NotUsedReason.OUT_OF_RANGE, one.reference))
    if not told:
        return None
    newest_one, value = max(told, key=lambda each: (each[0].when.order, each[1]))
    for one, other in told:
        if one.when.order != newest_one.when.order:
            draft.left.append(Left(NotUsedReason.NEWER_EXISTS, one.reference))
        elif other != value:
            draft.left.append(Left(NotUsedReason.CONFLICTING, one.reference))
    return MeasuredResult(
        value=value,
        unit=measured.unit or "",
        measured_on=min(newest_one.when.first, as_of),
        reference=newest_one.reference,
        has_outcome=measured.has_outcome(value),
        original=Original(value=newest_one.value, unit=newest_one.unit),
    )


def _told(left: list[Left]) -> tuple[NotUsed, ...]:
    """Those about features first; beyond `MOST_TOLD` how many there are of each reason and feature."""
    ordered = sorted(left, key=lambda one: one.feature is None)
    rest = Counter(one._replace(reference=None) for one in ordered[MOST_TOLD:])
    return (
        *(not_used(one) for one in ordered[:MOST_TOLD]),
        *(not_used(one, count) for one, count in rest.items()),
    )
