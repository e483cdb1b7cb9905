"""Whose resources these are: one patient's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.errors import InvalidInputError
from app.ingest.fhir.bundle import Located
from app.ingest.fhir.reasons import NotUsedReason


@dataclass(frozen=True, slots=True)
class Subject:
    """The patient, as far as the resources tell: their own resource, and what refers to them."""

    patient: Located | None
    relative: str | None
    """Such as `Patient/1`; None of a patient who has no id."""
    absolute: str | None
    """The full URL of the entry."""

    @property
    def ids(self) -> frozenset[str]:
        """What the patient is called by all that names them; a URN names nobody."""
        own = self.patient.resource.get("id") if self.patient else None
        found = {own} if isinstance(own, str) else set()
        for address in (self.relative, self.absolute):
            tail = _tail(address.partition("/_history/")[0]) if address else ""
            if tail.startswith("Patient/") or (self.patient is None and tail and not tail.startswith("urn:")):
                found.add(tail.removeprefix("Patient/"))
        return frozenset(found)

    def why_not(self, resource: Mapping[str, Any]) -> NotUsedReason | None:
        """Why a resource is not this patient's; None where it is."""
        reference = _reference(resource)
        if reference is None:
            return NotUsedReason.NO_SUBJECT
        return None if self._is_meant_by(reference) else NotUsedReason.OTHER_SUBJECT

    def _is_meant_by(self, reference: str) -> bool:
        if reference in (self.relative, self.absolute):
            return True
        has_address = self.absolute is not None and "://" in self.absolute
        return not has_address and "://" in reference and _tail(reference) == self.relative


def subject_of(located: Sequence[Located]) -> Subject:
    """The one patient that the resources are about.

    Raises:
        InvalidInputError: there are two, or the patient has died.
    """
    patients = [one for one in located if one.type == "Patient"]
    if not patients:
        return _by_references(located)
    newest = max(patients, key=_updated)
    for other in patients:
        if other is not newest and (other.reference is None or other.reference != newest.reference):
            raise InvalidInputError.at(other.pointer, "is a second patient")
    own = newest.resource
    for name, alive in (("deceasedBoolean", (None, False)), ("deceasedDateTime", (None,))):
        if own.get(name) not in alive:
            raise InvalidInputError.at(f"{newest.pointer}/{name}", "says that the patient has died")
    reference = newest.reference
    relative = reference if reference and reference.startswith("Patient/") else None
    return Subject(newest, relative, newest.full_url)


def _by_references(located: Sequence[Located]) -> Subject:
    """Without a Patient: the one that all observations are about."""
    named = {_reference(one.resource) for one in located if one.type == "Observation"} - {None}
    if len({_tail(one) for one in named if one}) > 1:
        raise InvalidInputError.at("/fhir/entry", "is about more than one patient")
    only = next(iter(sorted(one for one in named if one)), None)
    return Subject(None, _tail(only) if only else None, only if len(named) == 1 else None)


def _reference(resource: Mapping[str, Any]) -> str | None:
    subject = resource.get("subject")
    reference = subject.get("reference") if isinstance(subject, dict) else None
    if not isinstance(reference, str) or not reference or len(reference) > 400:
        return None
    return reference.partition("/_history/")[0]


def _tail(reference: str) -> str:
    """The type and id at the end of an address; a URN as it is."""
    return "/".join(reference.rsplit("/", 2)[-2:])


def _updated(patient: Located) -> str:
    meta = patient.resource.get("meta")
    updated = meta.get("lastUpdated") if isinstance(meta, dict) else None
    return updated if isinstance(updated, str) else ""
