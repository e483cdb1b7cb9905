"""A job's rows for the way out, from the database a page at a time."""

from collections.abc import AsyncIterator

from app.audit.events import Access, Action, Entity
from app.audit.noting import note_access
from app.storage.augmentation_tables import AugmentedRow
from app.storage.database import TenantDatabase
from app.usecases.augmentation.formats import Page
from app.usecases.augmentation.repository import AugmentationRepository
from app.usecases.augmentation.schemas import Job

_PAGE = 2_000
_FIRST = (-1, 0)


async def pages_of(database: TenantDatabase, job: Job, after: str | None) -> AsyncIterator[Page]:
    """All rows behind `after` (`source_row.rank`), in order.

    Each page has a transaction of its own, so that a caller who reads slowly holds none.
    """
    last = _FIRST
    if after is not None:
        source_row, _, rank = after.partition(".")
        last = (int(source_row), int(rank))
    noted = [Access(Action.READ, Entity.JOB, entity_id=job.id)]
    while True:
        async with database.transaction() as session:
            rows = await AugmentationRepository(session).rows(job.id, last, _PAGE)
            note_access(session, *noted)
        noted.clear()  # it is one download, of however many pages
        if not rows:
            return
        yield [flat_row(row, job) for row in rows]
        last = (rows[-1].source_row, rows[-1].rank)


def flat_row(row: AugmentedRow, job: Job) -> dict[str, object]:
    """A row as callers get it: its features, then `formats.PROVENANCE`."""
    return row.features | {
        "label": job.target_label if row.reached else job.target_label.other,
        "source_row": row.source_row,
        "source_id": row.source_id,
        "rank": row.rank,
        "risk": row.risk,
        "reached": row.reached,
        "reduction": row.reduction,
        "verified": True,
        "neighbour_distance": row.neighbour_distance,
        "nearest_real_distance": row.nearest_real_distance,
        "nearest_own_distance": row.nearest_own_distance,
        "nearest_others_distance": row.nearest_others_distance,
        "generator": row.generator,
        "model": job.model.name,
        "model_version": job.model.version,
    }
