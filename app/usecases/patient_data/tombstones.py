"""Doing erasures again where a restore of an older backup undid them."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from app.audit.events import Access, Action, Entity
from app.audit.noting import note_access
from app.domain.errors import NotFoundError
from app.storage.cache import Cache
from app.storage.database import TenantDatabase
from app.usecases.patient_data.digests import can_be_looked_for, id_digest, without_mark
from app.usecases.patient_data.repository import PatientDataRepository
from app.usecases.patient_data.service import erase_patient


class Tombstone(BaseModel):
    """One erasure, as a line of JSON in a file kept with the backups."""

    model_config = ConfigDict(extra="forbid")

    tenant: str
    pseudonym: UUID
    erased_at: AwareDatetime
    id_digest: str | None


class TombstonesError(ValueError):
    """A file of tombstones that is none; the message names the line, never its content."""


def read_tombstones(lines: Iterable[str]) -> list[Tombstone]:
    """The tombstones of a file.

    Raises:
        TombstonesError: a line is no tombstone.
    """
    found = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                found.append(Tombstone.model_validate_json(line))
            except ValidationError:
                raise TombstonesError(f"Line {number} is no tombstone.") from None
    return found


async def tombstones_of(database: TenantDatabase) -> list[Tombstone]:
    """A tenant's, oldest first."""
    async with database.transaction() as session:
        rows = await PatientDataRepository(session).tombstones()
    return [Tombstone.model_validate(row, from_attributes=True) for row in rows]


async def take_in(database: TenantDatabase, tombstones: Iterable[Tombstone]) -> None:
    """Add a tenant's tombstones to the record, those that it does not have."""
    own = [one.model_dump(exclude={"tenant"}) for one in tombstones if one.tenant == database.caller.tenant]
    async with database.transaction() as session:
        await PatientDataRepository(session).take_in(own)


async def not_looked_for(database: TenantDatabase, key: bytes | None) -> int:
    """How many tombstones have a digest that this key cannot compare: there is none, or it was another."""
    stones = await tombstones_of(database)
    return sum(not can_be_looked_for(one.id_digest, key) for one in stones)


async def erase_again(database: TenantDatabase, cache: Cache, key: bytes | None) -> int:
    """Erase everybody who came back after they were erased; how many they were.

    They are known by their pseudonym, which a backup has, too. With the key, also those of a backup from
    before there were pseudonyms, and those in batch jobs alone: by their id, where it is on record since
    before the erasure. Who was asked about again after it is a new patient, and stays.

    Raises:
        RecordError: the database is away.
    """
    async with database.transaction() as session:
        repository = PatientDataRepository(session)
        back = {*await repository.came_back()}
        erased_at = await _by_digest(repository) if key else {}
        if erased_at:
            back |= await _came_back(repository.patients_since(), erased_at, key, database.caller.tenant)
        in_jobs = (
            await _came_back(repository.uploaded_since(), erased_at, key, database.caller.tenant)
            if erased_at
            else set()
        )
    for patient_id in sorted(back):
        await _erase_if_there(database, cache, patient_id, key)
    return len(back) + await _erase_in_jobs(database, in_jobs - back)


async def _by_digest(repository: PatientDataRepository) -> dict[str, datetime]:
    """When each id was erased last, by its digest."""
    found = await repository.tombstones()  # oldest first
    return {without_mark(one.id_digest): one.erased_at for one in found if one.id_digest is not None}


async def _came_back(
    ids: AsyncIterator[tuple[str, datetime]], erased_at: dict[str, datetime], key: bytes | None, tenant: str
) -> set[str]:
    """Of those ids, whose erasure is younger than their being there."""
    back = set()
    async for one, since in ids:
        erased = erased_at.get(without_mark(id_digest(key, tenant, one)))
        if erased is not None and since <= erased:
            back.add(one)
    return back


async def _erase_if_there(database: TenantDatabase, cache: Cache, patient_id: str, key: bytes | None) -> None:
    try:
        await erase_patient(database, cache, patient_id, key)
    except NotFoundError:  # somebody else was quicker
        return


async def _erase_in_jobs(database: TenantDatabase, ids: set[str]) -> int:
    """Erase rows of batch jobs alone: the patients of these ids are new ones, or none."""
    count = 0
    for one in sorted(ids):
        async with database.transaction() as session:
            count += await PatientDataRepository(session).erase_uploaded(one)
            note_access(session, Access(Action.DELETE, Entity.UPLOAD, detail="erased again"))
    return count
