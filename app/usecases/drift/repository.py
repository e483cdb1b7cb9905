"""Counts by bin on record, within one transaction of a tenant's."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage import erasures
from app.storage.watch import ADD_DRIFT, DRIFT_SINCE, REMOVE_COUNTS
from app.usecases.drift.binning import Binning
from app.usecases.tallies import Counts

Transaction = AsyncSession
"""What a unit of work hands on: use cases name it, and write no SQL in it."""
Key = tuple[str, date, str]
"""The digest of a version, a day, and a feature's name."""


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

    async def since(self, day: date, binnings: Mapping[str, Binning]) -> dict[str, dict[str, Counts]]:
        """The counts from a day on of the versions with these digests, by digest and feature."""
        counts = {
            digest: {name: np.zeros(size, dtype=np.int64) for name, size in binning.sizes_by_name.items()}
            for digest, binning in binnings.items()
        }
        given = {"digests": list(binnings), "since": day}
        for digest, feature, place, many in await self._session.execute(DRIFT_SINCE, given):
            kept = counts[digest].get(feature)
            if kept is not None and place < len(kept):
                kept[place] += many
        return counts

    async def remove(self, kind: str, before: datetime, most: int) -> int:
        """Take away at most so many rows of days before; how many went."""
        given = {"before": before.date(), "most": most}
        return len((await self._session.execute(REMOVE_COUNTS[kind], given)).all())

    async def tenants(self) -> Sequence[str]:
        """Every tenant that has something on record."""
        return await erasures.tenants_of(self._session)
