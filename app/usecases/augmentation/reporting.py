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
from app.usecases.augmentation.report_request import ReportRequest, documents_of
from app.usecases.augmentation.repository import AugmentationRepository
from app.usecases.augmentation.schemas import State
from app.usecases.webhooks.notices import Notices

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
        report_request = await self._measured(database, job_id)
        if report_request is None:
            return
        loop = asyncio.get_running_loop()
        with ProcessPoolExecutor(1, get_context("spawn")) as process:
            report, page, card = await loop.run_in_executor(process, documents_of, report_request)
        async with database.transaction() as session:
            job = await AugmentationRepository(session).get(job_id, lock=True)
            if job is None or State(job.state).is_final:
                return
            job.report, job.page, job.card = report, page, card
            await end(session, self._notices, job, State.COMPLETED)
        log_end(job_id, State.COMPLETED)

    async def _measured(self, database: TenantDatabase, job_id: UUID) -> ReportRequest | None:
        async with database.transaction() as session:
            repository = AugmentationRepository(session)
            job = await repository.get(job_id)
            served = self._registry.with_digest(job.model_digest) if job is not None else None
            if job is None or served is None or State(job.state).is_final:
                return None
            model = served.model
            accepted, rows = await repository.sample(job_id, MOST_ROWS)
            improved, median_reduction = await repository.improvements(job_id)
            return ReportRequest(
                folder=model.folder,
                label=Label(job.settings["target_label"]) is Label.HIGH,
                synthetic=_encoded(model.schema, [features for _, features in rows]),
                source_row=np.array([number for number, _ in rows], dtype=np.int64),
                accepted=accepted,
                improved=improved,
                median_reduction=median_reduction,
                duplicates=job.duplicates,
                reasons=await repository.reasons(job_id),
                facts=_facts(job, (await repository.degraded([job]))[job.id]),
            )


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
