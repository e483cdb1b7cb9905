"""Counts by bin on record, within one transaction of a tenant's."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage import erasures
from app.storage.watch import ADD_DRIFT, DRIFT_SINCE, REMOVE_COUNTS
from app.usecases.tallies import Counts

Key = tuple[str, date, str]
"""The digest of a version, a day, and a feature's name."""


async def add_drift(session: AsyncSession, counted: Mapping[Key, Counts]) -> None:
    """As `DriftRepository.add`."""
    await DriftRepository(session).add(counted)


class DriftRepository:
    """Adds to counts, and reads them added up."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, counted: Mapping[Key, Counts]) -> None:
        """Add to what is there; in one order, so that two who add do not wait for each other in a circle."""
        rows = [
            {
                "model_digest": digest,
                "day": day,
                "feature": feature,
                "counts": counted[digest, day, feature].tolist(),
            }
            for digest, day, feature in sorted(counted)
        ]
        if rows:
            await self._session.execute(ADD_DRIFT, rows)

    async def since(self, digest: str, day: date, sizes: Mapping[str, int]) -> dict[str, Counts]:
        """A version's counts from a day on, by feature, each with so many bins."""
        counts = {name: np.zeros(size, dtype=np.int64) for name, size in sizes.items()}
        given = {"model_digest": digest, "since": day}
        for feature, place, many in await self._session.execute(DRIFT_SINCE, given):
            if feature in counts and place < len(counts[feature]):
                counts[feature][place] += many
        return counts

    async def remove(self, kind: str, before: datetime, most: int) -> int:
        """Take away at most so many rows of days before; how many went."""
        given = {"before": before.date(), "most": most}
        return len((await self._session.execute(REMOVE_COUNTS[kind], given)).all())

    async def tenants(self) -> Sequence[str]:
        """Every tenant that has something on record."""
        return await erasures.tenants_of(self._session)
