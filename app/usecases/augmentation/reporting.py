"""The last task of a job: measure what was made, keep the report, its page and the data card."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import Any
from uuid import UUID

import numpy as np

from app.domain.schema import FeatureSchema, FloatArray
from app.engine.registry import ModelRegistry
from app.storage.augmentation_tables import AugmentationRow
from app.storage.database import TenantDatabase
from app.usecases.augmentation.ending import end, log_end
from app.usecases.augmentation.label import Label
from app.usecases.augmentation.mapping import wants_improvements
from app.usecases.augmentation.owners import MOST_SOURCES, Owners, owners_of
from app.usecases.augmentation.report_request import ReportRequest, documents_of
from app.usecases.augmentation.repository import AugmentationRepository
from app.usecases.augmentation.schemas import State
from app.usecases.webhooks.notices import Notices

_Found = tuple[ReportRequest, list[tuple[int, int]]]
"""What is measured, and source row and rank of each row of it."""
MOST_ROWS = 10_000
"""The report is of no more rows than about so many, every n-th of them."""


class ReportWork:
    """Makes reports in a process of their own each, whose memory goes with it."""

    def __init__(self, registry: ModelRegistry, notices: Notices) -> None:
        self._registry, self._notices = registry, notices

    async def run(self, database: TenantDatabase, job_id: UUID) -> None:
        """Complete a job with its report, unless it has ended.

        Raises:
            RecordError: the database is away.
        """
        found = await self._measured(database, job_id)
        if found is None:
            return
        report_request, places = found
        loop = asyncio.get_running_loop()
        with ProcessPoolExecutor(1, get_context("spawn")) as process:
            measured = await loop.run_in_executor(process, documents_of, report_request)
        report, page, card, distances = measured
        async with database.transaction() as session:
            repository = AugmentationRepository(session)
            job = await repository.get(job_id, lock=True)
            if job is None or State(job.state).is_final:
                return
            if distances:
                await repository.set_distances(job_id, places, distances)
            job.report, job.page, job.card = report, page, card
            await end(session, self._notices, job, State.COMPLETED)
        log_end(job_id, State.COMPLETED)

    async def _measured(self, database: TenantDatabase, job_id: UUID) -> _Found | None:
        async with database.transaction() as session:
            repository = AugmentationRepository(session)
            job = await repository.get(job_id)
            served = self._registry.with_digest(job.model_digest) if job is not None else None
            if job is None or served is None or State(job.state).is_final:
                return None
            model = served.model
            accepted, rows = await repository.sample(job_id, MOST_ROWS)
            improved, median_reduction = await repository.improvements(job_id)
            request = ReportRequest(
                folder=model.folder,
                label=Label(job.settings["target_label"]) is Label.HIGH,
                synthetic=_encoded(model.schema, [features for _, _, features in rows]),
                source_row=np.array([number for number, _, _ in rows], dtype=np.int64),
                accepted=accepted,
                improved=improved,
                median_reduction=median_reduction,
                duplicates=job.duplicates,
                reasons=await repository.reasons(job_id),
                facts=_facts(job, (await repository.degraded([job]))[job.id]),
                owners=await _owners(repository, job, model.schema),
            )
            return request, [(number, rank) for number, rank, _ in rows]


async def _owners(
    repository: AugmentationRepository, job: AugmentationRow, schema: FeatureSchema
) -> Owners | None:
    """Whose the job's source rows are, where somebody has several and they are not too many."""
    if job.total > MOST_SOURCES:
        return None
    rows, numbers, ids = list[FloatArray](), list[int](), list[str | None]()
    async for one in repository.source_rows(job.id):  # without whoever was erased meanwhile
        rows.append(schema.encode(one["features"]))
        numbers.append(one["row"])
        ids.append(one.get("id"))
    return owners_of(rows, numbers, ids)


def _facts(job: AugmentationRow, degraded: Sequence[str]) -> dict[str, Any]:
    settings = job.settings
    return {
        "id": str(job.id),
        "created_at": job.created_at,
        "finished_at": datetime.now(UTC),
        "model_name": job.model_name,
        "model_version": job.model_version,
        "model_digest": job.model_digest,
        "target_label": settings["target_label"],
        "per_row": settings["per_row"],
        "generator": settings["generator"],
        "seed": settings["seed"],
        "degraded": tuple(degraded),
        "improvements": wants_improvements(settings),
    }


def _encoded(schema: FeatureSchema, people: list[dict[str, Any]]) -> FloatArray:
    if not people:
        return np.empty((0, len(schema.columns)))
    return np.stack([schema.encode(person) for person in people])
