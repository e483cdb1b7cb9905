"""What is on record of drift, told to a caller of one tenant."""

from datetime import date

from app.storage.database import TenantDatabase
from app.usecases.drift.binning import Binning
from app.usecases.drift.counting import last_days
from app.usecases.drift.report import report_of
from app.usecases.drift.repository import DriftRepository
from app.usecases.drift.schemas import DriftAnswer


async def drift_of(
    database: TenantDatabase, digest: str, binning: Binning, days: int, today: date | None = None
) -> DriftAnswer:
    """Whether those whom the caller's tenant asked about in the last days are like the reference population.

    Raises:
        RecordError: the database is away.
    """
    first, last = last_days(days, today)
    async with database.transaction() as session:
        asked = await DriftRepository(session).since(first, {digest: binning})
    return report_of(binning, asked[digest], first, last)
