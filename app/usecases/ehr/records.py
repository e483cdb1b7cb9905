"""Reading a patient's record from their EHR: what the model's features have codes for, and nothing else."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import quote

from app.engine.registry import ServedModel
from app.ingest.fhir.queries import filled, queries_of
from app.outbound.fhir.faults import FhirError, FhirFault

Resource = Mapping[str, Any]
_AT_ONCE = 4
"""Queries about one patient that are under way at a time."""


class Reader(Protocol):
    """A FHIR server that can be read: `app.outbound.fhir.client.FhirClient` is one."""

    async def read(self, address: str, token: str | None = None) -> Sequence[Resource]:
        """The resources at an address.

        Raises:
            FhirError: they cannot be had.
        """


async def read_record(reader: Reader, token: str, served: ServedModel, patient_id: str) -> list[Resource]:
    """A patient's resources, all that the model can use; a part is never taken for the whole.

    Raises:
        FhirError: one of the questions was not answered, or it is another patient who was told of.
    """
    gate = asyncio.Semaphore(_AT_ONCE)

    async def read(query: str) -> Sequence[Resource]:
        async with gate:
            return await reader.read(query, token)

    queries = filled(queries_of(served.ehr), quote(patient_id, safe=""))
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(_caught(read(query))) for query in queries.values()]
    answers = [task.result() for task in asked]
    failed = next((one for one in answers if isinstance(one, FhirError)), None)
    if failed is not None:
        raise failed
    found = [resource for one in answers if not isinstance(one, FhirError) for resource in one]
    told = [one.get("id") for one in found if one.get("resourceType") == "Patient"]
    if any(one != patient_id for one in told):
        raise FhirError(FhirFault.NOT_FHIR)
    return found


def bundle_of(resources: Sequence[Resource]) -> dict[str, Any]:
    """Resources as one bundle."""
    entries = [{"resource": dict(resource)} for resource in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


async def _caught(reading: Awaitable[Sequence[Resource]]) -> Sequence[Resource] | FhirError:
    try:
        return await reading
    except FhirError as error:
        return error
