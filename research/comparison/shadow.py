"""What shadow scoring has on record of two versions: all tenants together."""

from app.classifiers.model_version import ModelVersion
from app.storage.database import Database
from app.usecases.drift.counting import last_days
from app.usecases.patient_data.daily import each_tenant
from app.usecases.shadow.counts import ShadowFigures, figures_of
from app.usecases.shadow.repository import shadow_since

_TASK = "turnpoint compare"


async def shadow_figures(
    database: Database, answered: ModelVersion, shadow: ModelVersion, days: int
) -> ShadowFigures | None:
    """Of the last days; None where this version never scored beside that one.

    Raises:
        RecordError: the database is away.
    """
    since, _ = last_days(days)
    total = None
    async for own in each_tenant(database, _TASK):
        async with own.transaction() as session:
            counts = await shadow_since(session, answered.digest, shadow.digest, since)
        total = counts if total is None else total + counts
    return None if total is None or not total.any() else figures_of(total)
