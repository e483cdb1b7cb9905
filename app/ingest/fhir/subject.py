"""Whose resources these are: one patient's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.errors import InvalidInputError
from app.ingest.fhir.bundle import Located
from app.ingest.fhir.reasons import NotUsedReason
from app.ingest.fhir.versions import newest_of

_MOST_LINKS = 100


@dataclass(frozen=True, slots=True)
class Subject:
    """The patient, as far as the resources tell: their own resource, and what refers to them."""

    patient: Located | None
    relative: str | None
    """Such as `Patient/1`; None of a patient who has no id."""
    absolute: str | None
    """The full URL of the entry."""
    conflicting: frozenset[str] = frozenset()
    """Elements of the Patient of which copies of one version say different things."""

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

    def why_not(self, resource: Mapping[str, Any], full_url: str | None = None) -> NotUsedReason | None:
        """Why a resource is not this patient's; None where it is. References are relative to `full_url`."""
        reference = _reference(resource)
        if reference is None:
            return NotUsedReason.NO_SUBJECT
        if "://" not in reference and _are_apart(full_url, self.absolute):
            return NotUsedReason.OTHER_SUBJECT
        return None if self._is_meant_by(reference) else NotUsedReason.OTHER_SUBJECT

    def _is_meant_by(self, reference: str) -> bool:
        return reference in (self.relative, self.absolute)


def subject_of(located: Sequence[Located]) -> Subject:
    """The one patient that the resources are about.

    Raises:
        InvalidInputError: there are two, or the patient has died.
    """
    patients = [one for one in located if one.type == "Patient"]
    if not patients:
        return _by_references(located)
    for other in patients[1:]:
        if other.reference is None or other.reference != patients[0].reference:
            raise InvalidInputError.at(other.pointer, "is a second patient")
    copies = newest_of(patients)
    newest = copies[-1]
    for copy in copies:
        _check_lives(copy)
    reference = newest.reference
    relative = reference if reference and reference.startswith("Patient/") else None
    return Subject(newest, relative, newest.full_url, _differing(copies))


def _check_lives(patient: Located) -> None:
    own = patient.resource
    for name, alive in (("deceasedBoolean", (None, False)), ("deceasedDateTime", (None,))):
        if own.get(name) not in alive:
            raise InvalidInputError.at(f"{patient.pointer}/{name}", "says that the patient has died")
    links = own.get("link")
    for one in links[:_MOST_LINKS] if own.get("active") is False and isinstance(links, list) else ():
        if isinstance(one, dict) and one.get("type") == "replaced-by":
            raise InvalidInputError.at(f"{patient.pointer}/link", "says that another record is in its place")


def _differing(copies: Sequence[Located]) -> frozenset[str]:
    """Elements of which copies, none known to be the newer, say different things."""
    first = copies[0].resource
    return frozenset(
        name
        for name in ("birthDate", "gender")
        if any(one.resource.get(name) != first.get(name) for one in copies)
    )


def _by_references(located: Sequence[Located]) -> Subject:
    """Without a Patient: the one that all observations are about."""
    named = {_reference(one.resource) for one in located if one.type == "Observation"} - {None}
    bases = {_base(one) for one in named} - {None}
    if len(bases) > 1 or len({_tail(one) for one in named if one}) > 1:
        raise InvalidInputError.at("/fhir/entry", "is about more than one patient")
    only = next(iter(sorted(one for one in named if one)), None)
    address = next(iter(sorted(one for one in named if one and "://" in one)), None)
    return Subject(None, _tail(only) if only else None, address or (only if len(named) == 1 else None))


def _reference(resource: Mapping[str, Any]) -> str | None:
    subject = resource.get("subject")
    reference = subject.get("reference") if isinstance(subject, dict) else None
    if not isinstance(reference, str) or not reference or len(reference) > 400:
        return None
    return reference.partition("/_history/")[0]


def _tail(reference: str) -> str:
    """The type and id at the end of an address; a URN as it is."""
    return "/".join(reference.rsplit("/", 2)[-2:])


def _are_apart(full_url: str | None, patients: str | None) -> bool:
    """Whether a resource is from another server than the patient."""
    own, other = (_base(url) for url in (full_url, patients))
    return own is not None and other is not None and own != other


def _base(url: str | None) -> str | None:
    """The address of the server; None of a URN, and where there is none."""
    if url is None or "://" not in url:
        return None
    return url.partition("/_history/")[0].rsplit("/", 2)[0].rstrip("/").lower()
