"""Observations as readings of features, and of the measured outcome."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from app.domain.ehr import LOINC, Asked, EhrMapping
from app.domain.feature import Kind
from app.domain.schema import Value
from app.ingest.fhir.bundle import Located, is_of_another_version
from app.ingest.fhir.dates import When, read_when
from app.ingest.fhir.modifiers import why_absent, why_modified
from app.ingest.fhir.quantity import Amount, Units, read_amount
from app.ingest.fhir.reasons import Left, NotUsedReason
from app.ingest.fhir.record import Original
from app.ingest.fhir.results import ResultReading, UnreadResult
from app.ingest.fhir.subject import Subject
from app.ingest.fhir.ucum import SYSTEM
from app.ingest.fhir.versions import RETRACTED, updated

_STATUSES = ("final", "amended", "corrected")
_DATES = ("effectiveDateTime", "effectiveInstant", "effectivePeriod", "issued")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one resource says of one feature; without a value it only rules one out."""

    feature: str
    value: Value
    when: When
    reference: str | None
    sent: Amount | bool | str
    """As the resource has it."""
    conversion: str | None = None
    is_coded: bool = False
    rules_out: Value = None
    is_whole: bool = False
    """Whether its resource tells all that belongs together, as a panel of both blood pressures does."""
    stands_for: tuple["Reading", ...] = ()
    """All readings of the moment, where there are several."""

    @property
    def original(self) -> Original:
        return self.sent.original if isinstance(self.sent, Amount) else Original(value=self.sent)


Read = Reading | ResultReading | UnreadResult | Left


class ObservationReader:
    """Reads one patient's observations for a model, as of a day."""

    def __init__(self, mapping: EhrMapping, subject: Subject, as_of: date) -> None:
        self._mapping = mapping
        self._subject = subject
        self._as_of = as_of
        self._units = Units(mapping)

    def read(self, located: Located) -> Iterator[Read]:
        """All that one observation says; why it is not used where it says nothing."""
        resource, reference = located.resource, located.reference
        if is_of_another_version(resource):
            yield Left(NotUsedReason.OTHER_VERSION, reference)
            return
        if why := self._subject.why_not(resource, located.full_url):
            yield Left(why, reference)
            return
        parts = list(self._parts(resource))
        if not parts:
            is_built = isinstance(resource.get("code"), dict)
            yield Left(NotUsedReason.CODE_NOT_READ if is_built else NotUsedReason.MALFORMED, reference)
        for code, part in parts:
            yield self._read_part(code, part, resource, reference)

    def _parts(self, resource: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The observation by its own code, or the components of a panel by theirs."""
        codes = _loincs(resource)
        if code := self._known(codes):
            yield code, resource
        elif any(code in self._mapping.codes.panels for code in codes):
            components = resource.get("component")
            for one in components[:100] if isinstance(components, list) else ():
                if isinstance(one, dict) and (code := self._known(_loincs(one))):
                    yield code, one

    def _known(self, codes: list[str]) -> str | None:
        mapping = self._mapping
        known = (mapping.by_loinc, mapping.asked_by_loinc, mapping.measured_by_loinc)
        return next((code for code in codes if any(code in one for one in known)), None)

    def _read_part(
        self, code: str, part: Mapping[str, Any], resource: Mapping[str, Any], reference: str | None
    ) -> Read:
        if code in self._mapping.measured_by_loinc:
            return self._measured(code, part, resource, reference)
        feature = self._feature(code)
        when = self._when(resource)
        why = _why_not_as_it_stands(resource, part)
        why = why or (NotUsedReason.STATUS if resource.get("status") not in _STATUSES else None)
        if why or isinstance(when, NotUsedReason):
            return Left(why or when, reference, feature)  # type: ignore[arg-type]
        assert feature is not None
        if code in self._mapping.asked_by_loinc:
            return self._coded(feature, self._mapping.asked_by_loinc[code][1], part, when, reference)
        return self._value(feature, part, when, reference)

    def _feature(self, code: str) -> str | None:
        asked = self._mapping.asked_by_loinc.get(code)
        return asked[0] if asked else self._mapping.by_loinc.get(code)

    def _when(self, resource: Mapping[str, Any]) -> When | NotUsedReason:
        name = next((one for one in _DATES if resource.get(one) is not None), None)
        if name is None:
            return NotUsedReason.NO_DATE
        told = resource[name]
        if name == "effectivePeriod":
            told = (told.get("end") or told.get("start")) if isinstance(told, dict) else None
        when = read_when(told)
        if when is None:
            return NotUsedReason.IMPOSSIBLE_DATE
        return NotUsedReason.IN_THE_FUTURE if (when.first - self._as_of).days > 1 else when

    def _value(self, feature: str, part: Mapping[str, Any], when: When, reference: str | None) -> Read:
        if self._mapping.schema[feature].kind is Kind.BOOLEAN:
            told = part.get("valueBoolean")
            if not isinstance(told, bool):
                return Left(NotUsedReason.NO_VALUE, reference, feature)
            return Reading(feature, told, when, reference, told)
        amount = read_amount(_quantity(part)) if _quantity(part) is not None else NotUsedReason.NO_VALUE
        if isinstance(amount, NotUsedReason):
            return Left(amount, reference, feature)
        converted = self._units.in_feature(feature, amount)
        if isinstance(converted, NotUsedReason):
            return Left(converted, reference, feature)
        value, conversion = converted
        return Reading(feature, value, when, reference, amount, conversion)

    def _coded(
        self, feature: str, asked: Asked, part: Mapping[str, Any], when: When, reference: str | None
    ) -> Read:
        concept = part.get("valueCodeableConcept")
        if not isinstance(concept, dict):
            return Left(NotUsedReason.NO_VALUE, reference, feature)
        codes = set(_codings(concept))
        said = [one for one in asked.answer if (one.system, one.code) in codes]
        if len({(one.value, one.rules_out) for one in said}) > 1:
            return Left(NotUsedReason.CONFLICTING, reference, feature)
        for answer in said:
            done = f"{answer.code} to {answer.value}" if answer.value is not None else None
            return Reading(feature, answer.value, when, reference, answer.code, done, True, answer.rules_out)
        return Left(NotUsedReason.NOT_MAPPED, reference, feature)

    def _measured(
        self, code: str, part: Mapping[str, Any], resource: Mapping[str, Any], reference: str | None
    ) -> ResultReading | UnreadResult:
        status, when = resource.get("status"), self._when(resource)
        why: ResultReading | NotUsedReason | None = _why_not_as_it_stands(resource, part)
        if why is not None:
            pass
        elif status not in _STATUSES:
            why = NotUsedReason.STATUS
        elif isinstance(when, NotUsedReason):
            why = when
        else:
            why = self._result(code, part, when, reference)
        assert why is not None
        if isinstance(why, ResultReading):
            return replace(why, updated=updated(resource))
        left = Left(why, reference, self._mapping.outcome.label)
        return UnreadResult(left, when if isinstance(when, When) else None, status in RETRACTED)

    def _result(
        self, code: str, part: Mapping[str, Any], when: When, reference: str | None
    ) -> ResultReading | NotUsedReason:
        quantity = _quantity(part)
        if quantity is None:
            return NotUsedReason.NO_VALUE
        bound = _lower_bound(quantity)
        amount = read_amount(
            quantity | {"comparator": None} if bound and isinstance(quantity, dict) else quantity
        )
        if isinstance(amount, NotUsedReason):
            return amount
        if amount.unit is None:
            return NotUsedReason.NO_UNIT
        if amount.unit not in self._mapping.measured_by_loinc[code].units:
            return NotUsedReason.OTHER_QUANTITY
        return ResultReading(amount.value, amount.unit, when, reference, bound)


def _why_not_as_it_stands(resource: Mapping[str, Any], part: Mapping[str, Any]) -> NotUsedReason | None:
    return why_modified(resource) or why_modified(part) or why_absent(part)


def _lower_bound(quantity: object) -> str | None:
    """The comparator of a value that the true one is above."""
    told = quantity.get("comparator") if isinstance(quantity, dict) else None
    return told if told in (">", ">=") else None


def _quantity(part: Mapping[str, Any]) -> object:
    whole = part.get("valueInteger")
    if whole is None:
        return part.get("valueQuantity")
    return {"value": whole, "system": SYSTEM, "code": "1"}


def _loincs(part: Mapping[str, Any]) -> list[str]:
    concept = part.get("code")
    return [code for system, code in _codings(concept) if system == LOINC]


def _codings(concept: object) -> Iterator[tuple[str, str]]:
    codings = concept.get("coding") if isinstance(concept, dict) else None
    for one in codings[:50] if isinstance(codings, list) else ():
        if isinstance(one, dict):
            system, code = one.get("system"), one.get("code")
            if isinstance(system, str) and isinstance(code, str):
                yield system, code
