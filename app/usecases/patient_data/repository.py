"""A patient's data as a whole, within one transaction of the caller's."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.storage import erasures, retention
from app.storage.belongings import pseudonym_of, take_away
from app.storage.erasure_tables import ErasureRow
from app.storage.patient_export import rows_of
from app.storage.uploaded_people import take_away_uploaded


class PatientDataRepository:
    """Reads and takes away what is recorded of a patient; tombstones of those who are gone."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def pseudonym(self, patient_id: str) -> UUID | None:
        return await pseudonym_of(self._session, patient_id)

    async def rows(self, patient_id: str) -> dict[str, list[str]]:
        """All rows by table, as JSON texts."""
        return await rows_of(self._session, patient_id)

    async def erase(self, patient_id: str, id_digest: str | None) -> tuple[UUID, set[str]] | None:
        """The pseudonym of whom was erased, and the digests of their questions; None where there is nobody.

        Somebody who was in batch jobs alone gets a pseudonym now.
        """
        pseudonym = await self.pseudonym(patient_id)
        digests = await take_away(self._session, patient_id)
        uploaded = await take_away_uploaded(self._session, patient_id)
        if pseudonym is None and not uploaded:
            return None
        pseudonym = pseudonym or uuid4()
        await erasures.add_tombstone(self._session, pseudonym, id_digest)
        return pseudonym, digests

    async def erase_uploaded(self, patient_id: str) -> bool:
        """Whether batch jobs held rows of somebody, who are gone now."""
        return await take_away_uploaded(self._session, patient_id) > 0

    async def tombstones(self) -> Sequence[ErasureRow]:
        return await erasures.tombstones_of(self._session)

    async def take_in(self, tombstones: Sequence[dict[str, Any]]) -> None:
        await erasures.take_in(self._session, tombstones)

    async def came_back(self) -> Sequence[str]:
        return await erasures.came_back(self._session)

    def patients_since(self) -> AsyncIterator[tuple[str, datetime]]:
        return erasures.patients_since(self._session)

    def uploaded_since(self) -> AsyncIterator[tuple[str, datetime]]:
        return erasures.uploaded_since(self._session)

    async def remove_old(self, kind: str, before: datetime, most: int) -> int:
        """Take away at most so many of a kind (`retention.KINDS`) that are older; how many went."""
        remove = {
            "plans": retention.remove_plans,
            "answers": retention.remove_answers,
            "predictions": retention.remove_predictions,
            "patients": retention.remove_patients,
        }
        if kind in remove:
            return await remove[kind](self._session, before, most)
        remove_one = {
            "uploads": retention.remove_upload,
            "people": retention.remove_people,
            "jobs": retention.remove_job,
        }
        return await remove_one[kind](self._session, before)

    async def count_old(self, kind: str, before: datetime) -> int:
        return await retention.count_old(self._session, kind, before)

    async def tenants(self) -> Sequence[str]:
        return await erasures.tenants_of(self._session)
