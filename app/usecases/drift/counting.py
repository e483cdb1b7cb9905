"""Counting those asked about: in memory first, and added to the record now and then."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

from app.domain.schema import FloatArray
from app.storage.database import Database
from app.usecases.drift.binning import Binning
from app.usecases.drift.repository import DriftRepository, Transaction
from app.usecases.tallies import Counts, Tallies

TASK = "turnpoint.drift"


def today_in_utc() -> date:
    """The day that counts are of."""
    return datetime.now(UTC).date()


def last_days(days: int, today: date | None = None) -> tuple[date, date]:
    """The first and the last of so many days that counts are of; the last is today."""
    last = today or today_in_utc()
    return last - timedelta(days=days - 1), last


class DriftCounts:
    """What was counted since it was last added to the record. Belongs to one event loop."""

    def __init__(self, binnings: Mapping[str, Binning], today: Callable[[], date] = today_in_utc) -> None:
        """`binnings` by the digest of a version; others are not counted."""
        self._binnings = binnings
        self._today = today
        self._tallies = Tallies[tuple[str, date]](TASK)

    def add(self, tenant: str, digest: str, rows: FloatArray, risks: FloatArray) -> None:
        """Count encoded people of shape (n, columns) with their risks of shape (n,)."""
        binning = self._binnings.get(digest)
        if binning is not None:
            self._tallies.add(tenant, {(digest, self._today()): binning.flat_counts(rows, risks)})

    async def flush(self, database: Database) -> None:
        """Add to the record what was counted.

        Raises:
            RecordError: the database is away; what was not added is kept for next time.
        """
        await self._tallies.flush(database, self._write)

    async def _write(self, session: Transaction, counted: Mapping[tuple[str, date], Counts]) -> None:
        by_feature = {
            (digest, day, feature): many
            for (digest, day), flat in counted.items()
            for feature, many in self._binnings[digest].split(flat).items()
        }
        await DriftRepository(session).add(by_feature)
