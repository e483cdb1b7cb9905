"""Giving a patient's data out, and taking it away."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from app.audit.events import Access, Action, Entity
from app.audit.noting import note_access
from app.domain.errors import NotFoundError
from app.storage.cache import Cache, CacheAwayError, answer_key
from app.storage.database import TenantDatabase
from app.usecases.patient_data.digests import id_digest
from app.usecases.patient_data.repository import PatientDataRepository
from app.usecases.patient_data.schemas import export_text

NOBODY = "Nobody of this id is on record."


@dataclass(frozen=True, slots=True)
class Erasure:
    """What is left of a patient who was erased.

    `is_cache_clean`: the cache answered. Where it did not, its answers about them end by their time to live;
    they are given to nobody.
    """

    pseudonym: UUID
    is_cache_clean: bool


async def export_patient(database: TenantDatabase, patient_id: str) -> str:
    """All that is recorded of a patient, as the JSON text of a `PatientExport`.

    Raises:
        NotFoundError: nobody of this id is on record, and no batch job names them.
        RecordError: the database is away.
    """
    async with database.transaction() as session:
        repository = PatientDataRepository(session)
        pseudonym = await repository.pseudonym(patient_id)
        records = await repository.rows(patient_id)
        if not any(records.values()):
            raise NotFoundError(NOBODY)
        note_access(session, Access(Action.READ, Entity.PATIENT, pseudonym=pseudonym))
    return export_text(patient_id, pseudonym, datetime.now(UTC), records)


async def erase_patient(
    database: TenantDatabase, cache: Cache, patient_id: str, key: bytes | None
) -> Erasure:
    """Take all of a patient away, and leave a tombstone; `key` is that of its digest of their id.

    Raises:
        NotFoundError: nobody of this id is on record, and no batch job names them.
        RecordError: the database is away.
    """
    tenant = database.caller.tenant
    async with database.transaction() as session:
        digest = id_digest(key, tenant, patient_id)
        erased = await PatientDataRepository(session).erase(patient_id, digest)
        if erased is None:
            raise NotFoundError(NOBODY)
        pseudonym, questions = erased
        note_access(session, Access(Action.DELETE, Entity.PATIENT, pseudonym=pseudonym))
    try:  # only now: until the record has none of them, an answer could be put back
        await cache.forget(answer_key(tenant, question) for question in sorted(questions))
    except CacheAwayError:
        return Erasure(pseudonym, is_cache_clean=False)
    return Erasure(pseudonym, is_cache_clean=True)
