"""The resources of a call: what was prefetched, and the rest by asking the EHR's own FHIR server."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.domain.errors import InvalidInputError
from app.faces.ehr.cds.unread import (
    FAILED_THERE,
    MORE_NOT_SENT,
    MORE_NOT_TRUSTED,
    NOT_SENT,
    NOT_TRUSTED,
    Unread,
    unread,
)
from app.outbound.fhir.bundles import Resource, next_of, resources_of, with_own_references
from app.outbound.fhir.client import FhirClient
from app.outbound.fhir.faults import FhirError, FhirFault


@dataclass(frozen=True, slots=True)
class Source:
    """The FHIR server that may be asked, with the token of the call; `client` is None where none may be.

    `is_strange`: the call names one that is not trusted.
    """

    client: FhirClient | None = None
    token: str | None = field(default=None, repr=False)
    is_strange: bool = False
    base: str | None = None
    """The address that the call names, by which its resources may name the patient."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """All resources that are there, and by key what could not be read, or not to its end."""

    resources: Sequence[Resource]
    unread: Mapping[str, Unread]


@dataclass(frozen=True, slots=True)
class _Told:
    resources: Sequence[Resource] = ()
    unread: Unread | None = None


async def gather(
    queries: Mapping[str, str], prefetch: Mapping[str, Any], source: Source, patient_id: str
) -> Gathered:
    """What each query gives. An answer that the client has is never asked for again.

    Raises:
        InvalidInputError: a value of the prefetch is no resource, or of another patient.
    """
    for key in queries.keys() & prefetch.keys():
        _check_form(key, prefetch[key])
    told = await asyncio.gather(
        *(
            _prefetched(prefetch[key], source) if key in prefetch else _asked(query, source)
            for key, query in queries.items()
        )
    )
    resources = [resource for one in told for resource in one.resources]
    if any(one.get("id") != patient_id for one in resources if one.get("resourceType") == "Patient"):
        raise InvalidInputError.at("/context/patientId", "is not the patient of the resources")
    missing = {key: one.unread for key, one in zip(queries, told, strict=True) if one.unread}
    own = with_own_references(resources, source.base) if source.base else resources
    return Gathered(own, missing)


def _check_form(key: str, value: Any) -> None:
    is_resource = isinstance(value, Mapping) and isinstance(value.get("resourceType"), str)
    if value is not None and not is_resource:
        raise InvalidInputError.at(f"/prefetch/{key}", "must be a resource, or null")


async def _prefetched(value: Any, source: Source) -> _Told:
    """Null says that there is nothing; an OperationOutcome that the client could not read it either."""
    if value is None:
        return _Told()
    try:
        found, more = resources_of(value), next_of(value)
    except FhirError as error:
        return _Told(unread=FAILED_THERE if error.reason is FhirFault.OUTCOME else unread(error.reason))
    if more is None:
        return _Told(found)
    if source.client is None:
        return _Told(found, MORE_NOT_TRUSTED if source.is_strange else MORE_NOT_SENT)
    rest = await _asked(more, source)
    return _Told([*found, *rest.resources], rest.unread)


async def _asked(address: str, source: Source) -> _Told:
    if source.client is None:
        return _Told(unread=NOT_TRUSTED if source.is_strange else NOT_SENT)
    try:
        return _Told(await source.client.read(address, source.token))
    except FhirError as error:
        return _Told(unread=unread(error.reason))
