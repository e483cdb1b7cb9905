"""Keeping nothing longer than the settings say."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from app.audit.events import Access, Action, Entity
from app.audit.noting import note_access
from app.storage.database import TenantDatabase
from app.usecases.drift.repository import DriftRepository
from app.usecases.patient_data.repository import PatientDataRepository


@dataclass(frozen=True, slots=True)
class RetentionLimits:
    """Days for which things are kept, None for ever; `batch` is the most that one transaction takes away."""

    answers_days: int | None = None
    uploads_days: int | None = None
    rows_days: int | None = None
    batch: int = 500
    counts_days: int | None = None

    def of(self, kind: str) -> int | None:
        """The days for which a kind of thing is kept."""
        if kind in ("plans", "answers", "predictions", "patients"):
            return self.answers_days
        if kind in _COUNTS:
            return self.counts_days
        return self.rows_days if kind == "jobs" else self.uploads_days


_COUNTS = ("drift", "shadow")
KINDS = ("plans", "answers", "predictions", "patients", "uploads", "people", "jobs", *_COUNTS)
"""Ended plans, answers, predictions of no answer, patients of whom nothing is left; uploads, source rows of
ended jobs, ended jobs; counts by bin, which are of nobody."""
_ENTITIES = {
    "plans": Entity.PLAN,
    "answers": Entity.ANSWER,
    "predictions": Entity.PREDICTION,
    "patients": Entity.PATIENT,
    "uploads": Entity.UPLOAD,
    "people": Entity.UPLOAD,
    "jobs": Entity.JOB,
}
_ONE_BY_ONE = ("uploads", "people", "jobs")
"""Each may have as many rows as a batch of the others."""


async def retain(
    database: TenantDatabase, limits: RetentionLimits, now: datetime | None = None
) -> dict[str, int]:
    """Take away what is too old, in one transaction a batch; how much of each kind went.

    A plan under way keeps its answers, and an answer the one that it was a what-if of, or refines.

    Raises:
        RecordError: the database is away; what went by then is gone.
    """
    counts = dict.fromkeys(KINDS, 0)
    for kind in KINDS:
        before = _before(limits.of(kind), now)
        if before is not None:
            batch = 1 if kind in _ONE_BY_ONE else limits.batch
            counts[kind] = await _all_of(partial(_batch, database, kind, before, batch))
    return counts


async def would_go(
    database: TenantDatabase, limits: RetentionLimits, now: datetime | None = None
) -> dict[str, int]:
    """How much `retain` would take away of what is somebody's; patients are left out, since who is left with
    nothing shows then."""
    counts = {}
    for kind in KINDS:
        before = _before(limits.of(kind), now)
        if kind == "patients" or kind in _COUNTS:
            continue
        async with database.transaction() as session:
            repository = PatientDataRepository(session)
            counts[kind] = await repository.count_old(kind, before) if before is not None else 0
    return counts


def _before(days: int | None, now: datetime | None) -> datetime | None:
    return None if days is None else (now or datetime.now(UTC)) - timedelta(days=days)


async def _all_of(batch: Callable[[], Awaitable[int]]) -> int:
    total = 0
    while went := await batch():
        total += went
    return total


async def _batch(database: TenantDatabase, kind: str, before: datetime, most: int) -> int:
    async with database.transaction() as session:
        if kind in _COUNTS:
            return await DriftRepository(session).remove(kind, before, most)
        went = await PatientDataRepository(session).remove_old(kind, before, most)
        if went:
            note_access(session, Access(Action.DELETE, _ENTITIES[kind], detail=f"retention: {kind} {went}"))
        return went
