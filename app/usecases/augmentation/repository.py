"""Jobs, chunks, rows and uploads, within one transaction of the caller's."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import procrastinate
from sqlalchemy import Integer, func, insert, literal, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.degraded import Degraded
from app.storage.augmentation_tables import (
    AugmentationChunkRow,
    AugmentationRow,
    AugmentedRow,
    RejectedRow,
    UploadChunkRow,
    UploadRow,
)
from app.storage.queue import Arguments, defer_within
from app.storage.tables import Base, Json
from app.storage.tenancy import OWN_TENANT
from app.usecases.augmentation.schemas import Progress

_WITHOUT_DUPLICATES = text(f"""
    WITH ranked AS (
        SELECT source_row, rank, row_number() OVER (
            PARTITION BY fingerprint ORDER BY source_row, rank
        ) AS place
        FROM augmented_rows WHERE job_id = :job_id AND tenant = {OWN_TENANT.text}
    ), removed AS (
        DELETE FROM augmented_rows a USING ranked r
        WHERE a.job_id = :job_id AND a.source_row = r.source_row AND a.rank = r.rank AND r.place > 1
        RETURNING a.reached
    )
    SELECT count(*), count(*) FILTER (WHERE NOT reached) FROM removed
""")


_SET_DISTANCES = text(f"""
    UPDATE augmented_rows a SET nearest_own_distance = t.own, nearest_others_distance = t.others
    FROM jsonb_to_recordset(CAST(:told AS jsonb))
        AS t (number integer, rank integer, own double precision, others double precision)
    WHERE a.job_id = :job_id AND a.tenant = {OWN_TENANT.text}
        AND a.source_row = t.number AND a.rank = t.rank
""")


class AugmentationRepository:
    """What is kept of jobs."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, job_id: UUID, lock: bool = False) -> AugmentationRow | None:
        """A job; with `lock` nobody else changes it before this transaction ends."""
        statement = select(AugmentationRow).where(AugmentationRow.id == job_id)
        return await self._session.scalar(statement.with_for_update() if lock else statement)

    async def page(self, before: UUID | None, limit: int) -> Sequence[AugmentationRow]:
        """Jobs, newest first, those older than `before` if it is given."""
        statement = select(AugmentationRow)
        if before is not None:
            statement = statement.where(AugmentationRow.id < before)
        return (await self._session.scalars(statement.order_by(AugmentationRow.id.desc()).limit(limit))).all()

    async def document(self, job_id: UUID, column: str) -> Any:
        """One of a finished job's documents: `report`, `page` or `card`; None where there is none."""
        wanted = getattr(AugmentationRow, column)
        return await self._session.scalar(select(wanted).where(AugmentationRow.id == job_id))

    async def progress(self, jobs: Sequence[AugmentationRow]) -> Mapping[UUID, Progress]:
        """How far each job is."""
        chunk = AugmentationChunkRow
        done = func.sum(chunk.size).filter(chunk.is_done)
        statement = (
            select(
                chunk.job_id,
                func.coalesce(done, 0).cast(Integer),
                func.sum(chunk.accepted).cast(Integer),
                func.sum(chunk.improved).cast(Integer),
                func.sum(chunk.rejected).cast(Integer),
            )
            .where(chunk.job_id.in_([job.id for job in jobs]))
            .group_by(chunk.job_id)
        )
        sums = {row[0]: row[1:] for row in await self._session.execute(statement)}
        progress = {}
        for job in jobs:
            done_, accepted, improved, rejected = sums.get(job.id, (0, 0, 0, 0))
            progress[job.id] = Progress(
                total=job.total,
                done=done_,
                accepted=accepted - (job.duplicates - job.duplicate_improvements),
                improved=improved - job.duplicate_improvements,
                rejected=rejected,
                invalid=job.invalid,
            )
        return progress

    async def degraded(self, jobs: Sequence[AugmentationRow]) -> Mapping[UUID, list[Degraded]]:
        """What was away, or of no use, for some row of each job: every reason once, in their order."""
        chunk = AugmentationChunkRow
        statement = (
            select(chunk.job_id, func.unnest(chunk.degraded))
            .where(chunk.job_id.in_([job.id for job in jobs]))
            .distinct()
        )
        reasons: dict[UUID, set[str]] = {job.id: set() for job in jobs}
        for job_id, reason in await self._session.execute(statement):
            reasons[job_id].add(reason)
        return {job_id: [one for one in Degraded if one in some] for job_id, some in reasons.items()}

    async def add_all(self, rows: Sequence[Base]) -> None:
        self._session.add_all(rows)
        await self._session.flush()

    async def insert(self, table: type[Base], values: Sequence[Mapping[str, Any]]) -> None:
        """Many rows at once."""
        if values:
            # With something to return it is one statement, not a pipeline of as many: who freezes within one
            # counts as at work, and the server would never end the transaction.
            statement = insert(table).returning(literal(1))
            await self._session.execute(statement, list(values))

    async def chunk(self, job_id: UUID, number: int, lock: bool = False) -> AugmentationChunkRow | None:
        return await self._session.get(AugmentationChunkRow, (job_id, number), with_for_update=lock)

    async def people_of(self, chunk: AugmentationChunkRow) -> list[Json]:
        """A chunk's source rows, its own or those of the upload; of who was erased the place is null."""
        people: Sequence[Json | None] = chunk.people
        if chunk.upload_id is not None:
            uploaded = await self._session.get(UploadChunkRow, (chunk.upload_id, chunk.number))
            people = uploaded.people[: chunk.size] if uploaded else []
        return [one for one in people if one is not None]

    async def chunks_left(self, job_id: UUID) -> int:
        chunk = AugmentationChunkRow
        statement = select(func.count()).where(chunk.job_id == job_id, chunk.is_done.is_(False))
        return await self._session.scalar(statement) or 0

    async def remove_duplicates(self, job_id: UUID) -> tuple[int, int]:
        """Of rows that are alike the earliest source row's stays; how many went, of them improvements."""
        removed, improvements = (await self._session.execute(_WITHOUT_DUPLICATES, {"job_id": job_id})).one()
        return removed, improvements

    async def set(self, job_id: UUID, **values: Any) -> None:
        await self._session.execute(
            update(AugmentationRow).where(AugmentationRow.id == job_id).values(**values)
        )

    async def rows(self, job_id: UUID, after: tuple[int, int], limit: int) -> Sequence[AugmentedRow]:
        """Rows in the order of source and rank, those behind `after`."""
        row = AugmentedRow
        behind = (row.source_row > after[0]) | ((row.source_row == after[0]) & (row.rank > after[1]))
        statement = select(row).where(row.job_id == job_id, behind)
        return (await self._session.scalars(statement.order_by(row.source_row, row.rank).limit(limit))).all()

    async def reasons(self, job_id: UUID) -> dict[str, int]:
        """How many source rows were refused for each reason."""
        statement = (
            select(RejectedRow.reason, func.count())
            .where(RejectedRow.job_id == job_id)
            .group_by(RejectedRow.reason)
            .order_by(RejectedRow.reason)
        )
        return {row[0]: row[1] for row in await self._session.execute(statement)}

    async def upload(self, upload_id: UUID) -> UploadRow | None:
        """An upload, which stays until this transaction ends."""
        held = {"read": True, "key_share": True}
        return await self._session.get(UploadRow, upload_id, with_for_update=held)

    async def upload_chunks(self, upload_id: UUID) -> AsyncIterator[UploadChunkRow]:
        """In order, one at a time."""
        statement = (
            select(UploadChunkRow)
            .where(UploadChunkRow.upload_id == upload_id)
            .order_by(UploadChunkRow.number)
        )
        async for chunk in await self._session.stream_scalars(statement, execution_options={"yield_per": 20}):
            yield chunk
            self._session.expunge(chunk)

    async def source_rows(self, job_id: UUID) -> AsyncIterator[Json]:
        """A job's source rows, chunk by chunk."""
        chunk = AugmentationChunkRow
        numbers = select(chunk.number).where(chunk.job_id == job_id).order_by(chunk.number)
        for number in (await self._session.scalars(numbers)).all():
            row = await self.chunk(job_id, number)
            for one in await self.people_of(row) if row is not None else ():
                yield one

    async def set_distances(
        self,
        job_id: UUID,
        places: Sequence[tuple[int, int]],
        distances: Sequence[tuple[float | None, float | None]],
    ) -> None:
        """Keep how far rows, by source row and rank, are from their own person's rows and from others'."""
        told = [
            {"number": number, "rank": rank, "own": own, "others": others}
            for (number, rank), (own, others) in zip(places, distances, strict=True)
        ]
        await self._session.execute(_SET_DISTANCES, {"job_id": job_id, "told": json.dumps(told)})

    async def sample(self, job_id: UUID, most: int) -> tuple[int, list[tuple[int, int, Json]]]:
        """How many rows of its class a job has; source row, rank and features of every n-th, about `most`."""
        row = AugmentedRow
        own = (row.job_id == job_id) & row.reached
        count = await self._session.scalar(select(func.count()).where(own)) or 0
        place = func.row_number().over(order_by=(row.source_row, row.rank)).label("place")
        every = select(row.source_row, row.rank, row.features, place).where(own).subquery()
        nth = max(1, -(-count // most))
        statement = select(every.c.source_row, every.c.rank, every.c.features).where(every.c.place % nth == 0)
        rows = await self._session.execute(statement.order_by(every.c.place))
        return count, [(number, rank, features) for number, rank, features in rows]

    async def improvements(self, job_id: UUID) -> tuple[int, float | None]:
        """How many rows of a job lower the risk without reaching its class, and the median fall."""
        row = AugmentedRow
        median = func.percentile_cont(0.5).within_group(row.reduction)
        statement = select(func.count(), median).where(row.job_id == job_id, row.reached.is_(False))
        count, reduction = (await self._session.execute(statement)).one()
        return count, reduction

    async def defer(self, queue: procrastinate.App, task: str, arguments: Sequence[Arguments]) -> None:
        """Put tasks into the queue, within this very transaction."""
        await self._session.flush()
        await defer_within(self._session, queue, task, arguments)
