"""Counting those asked about: in memory first, and added to the record now and then."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

from app.domain.schema import FloatArray
from app.storage.database import Database
from app.usecases.drift.binning import Binning
from app.usecases.drift.repository import Key, add_drift
from app.usecases.tallies import Tallies

TASK = "turnpoint.drift"


def today_in_utc() -> date:
    """The day that counts are of."""
    return datetime.now(UTC).date()


class DriftCounts:
    """What was counted since it was last added to the record. Belongs to one event loop."""

    def __init__(self, binnings: Mapping[str, Binning], today: Callable[[], date] = today_in_utc) -> None:
        """`binnings` by the digest of a version; others are not counted."""
        self._binnings = binnings
        self._today = today
        self._tallies = Tallies[Key](TASK)

    def add(self, tenant: str, digest: str, rows: FloatArray, risks: FloatArray) -> None:
        """Count encoded people of shape (n, columns) with their risks of shape (n,)."""
        binning = self._binnings.get(digest)
        if binning is not None:
            day, counted = self._today(), binning.counts(rows, risks)
            self._tallies.add(tenant, {(digest, day, feature): many for feature, many in counted.items()})

    async def flush(self, database: Database) -> None:
        """Add to the record what was counted.

        Raises:
            RecordError: the database is away; what was not added is kept for next time.
        """
        await self._tallies.flush(database, add_drift)
