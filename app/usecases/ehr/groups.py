"""Who is in a group of an EHR's."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.ids import is_patient_id
from app.outbound.fhir.faults import FhirError, FhirFault
from app.usecases.ehr.records import Reader, Resource

_PATIENT = "Patient"


@dataclass(frozen=True, slots=True)
class Members:
    """Ids of patients, each once; and how many members are something else, or on another server."""

    patients: Sequence[str]
    others: int


async def members_of(reader: Reader, token: str, base: str, group: str) -> Members:
    """The members of a group, without those who are told to have left.

    Raises:
        FhirError: it cannot be read, or is no group.
    """
    resources = [
        one for one in await reader.read(f"Group/{group}", token) if one.get("resourceType") == "Group"
    ]
    if len(resources) != 1:
        raise FhirError(FhirFault.NOT_FHIR)
    found = [_id_of(entity, base) for entity in _entities(resources[0])]
    patients = list(dict.fromkeys(one for one in found if one is not None))
    return Members(patients, found.count(None))


def _entities(group: Resource) -> Iterator[Any]:
    members = group.get("member", [])
    if not isinstance(members, list):
        raise FhirError(FhirFault.NOT_FHIR)
    for member in members:
        if not isinstance(member, Mapping):
            yield None
        elif member.get("inactive") is not True:
            yield member.get("entity")


def _id_of(entity: Any, base: str) -> str | None:
    """The id in a reference `Patient/123`, or in the same as an address of this very server."""
    reference = entity.get("reference") if isinstance(entity, Mapping) else None
    if not isinstance(reference, str):
        return None
    kind, _, patient_id = reference.removeprefix(f"{base}/").partition("/")
    return patient_id if kind == _PATIENT and is_patient_id(patient_id) else None
