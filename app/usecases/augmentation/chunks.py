"""The work of one task: a chunk's rows, made and kept so that neither a retry nor a twin doubles them."""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import procrastinate

from app.domain.counterfactual import Diversity, Generator
from app.domain.degraded import Degraded
from app.domain.schema import Value
from app.engine.preferences import Preferences
from app.engine.registry import ModelRegistry, ServedModel
from app.proposers.llm.proposer import LlmProposer
from app.storage.augmentation_tables import AugmentedRow, RejectedRow
from app.storage.database import TenantDatabase
from app.usecases.augmentation.chunk_generator import CancelledError, ChunkGenerator, ChunkResult, Source
from app.usecases.augmentation.ending import end, log_end
from app.usecases.augmentation.label import Label
from app.usecases.augmentation.mapping import wants_improvements
from app.usecases.augmentation.repository import AugmentationRepository
from app.usecases.augmentation.row_generator import RowGenerator, SyntheticRow, row_generator_for
from app.usecases.augmentation.schemas import State
from app.usecases.augmentation.service import REPORT_TASK, task_of
from app.usecases.webhooks.notices import Notices


@dataclass(frozen=True)
class Chunk:
    """A chunk that was taken up: its job's settings, and its people."""

    job_id: UUID
    number: int
    digest: str
    """Of the model version that the job was made for."""
    settings: Mapping[str, Any]
    sources: list[Source]
    ids: Mapping[int, str]
    """The callers' own ids, by the number of the source row."""


class ChunkWork:
    """Takes chunks up, has their rows made, keeps them."""

    def __init__(
        self,
        registry: ModelRegistry,
        queue: procrastinate.App,
        notices: Notices,
        llm: LlmProposer | None,
        pool: Any,
        work: float = math.inf,
        look_every_s: float = 2.0,
    ) -> None:
        """`work` may be spent on one row; every `look_every_s` seconds a job is looked at."""
        self._registry = registry
        self._queue, self._notices = queue, notices
        self._llm = llm
        self._pool = pool
        self._work, self._look_every_s = work, look_every_s
        self._maker = lru_cache(maxsize=8)(self._make_maker)

    async def run(self, database: TenantDatabase, job_id: UUID, number: int) -> None:
        """Make a chunk's rows, unless they are there or the job has ended.

        Raises:
            RecordError, ClassifierError, ProposerError: something is away that may come back.
        """
        chunk = await self._take_up(database, job_id, number)
        if chunk is None:
            return
        served = self._registry.with_digest(chunk.digest)
        if served is None:
            await self.fail(database, job_id, "The model that the job was made for is no longer hosted.")
            return
        generation = self._generation(chunk, served)
        try:
            rows_by_source = await generation.run(chunk.sources, lambda: _is_over(database, job_id))
        except CancelledError:
            return
        await self._keep(database, chunk, rows_by_source)

    async def _take_up(self, database: TenantDatabase, job_id: UUID, number: int) -> Chunk | None:
        async with database.transaction() as session:
            repository = AugmentationRepository(session)
            job = await repository.get(job_id, lock=True)
            row = await repository.chunk(job_id, number)
            if job is None or row is None or row.is_done or State(job.state).is_final:
                return None
            if job.state == State.QUEUED:
                job.state, job.started_at = State.RUNNING, datetime.now(UTC)
            people = await repository.people_of(row)
            sources = [(one["row"], one["features"]) for one in people]
            ids = {one["row"]: one["id"] for one in people if "id" in one}
            return Chunk(job_id, number, job.model_digest, job.settings, sources, ids)

    def _generation(self, chunk: Chunk, served: ServedModel) -> ChunkGenerator:
        settings = chunk.settings
        generator, label = Generator(settings["generator"]), Label(settings["target_label"])
        preferences = Preferences(
            settings["per_row"], settings["min_robustness"], generator, Diversity.LEAST_EFFORT
        )
        asks = generator is not Generator.SEARCH and label is Label.LOW
        is_taught = self._llm is None or self._llm.knows(served.model.reference)
        return ChunkGenerator(
            maker=self._maker(served.model.reference, label),
            preferences=preferences,
            pool=self._pool,
            llm=self._llm if asks and is_taught else None,
            seed=settings["seed"],
            not_asked=Degraded.LLM_NOT_TAUGHT if asks and not is_taught else None,
            improvements=wants_improvements(settings),
            work=self._work,
            look_every_s=self._look_every_s,
        )

    def _make_maker(self, reference: str, label: Label) -> RowGenerator:
        return row_generator_for(self._registry.named(reference), label)

    async def _keep(self, database: TenantDatabase, chunk: Chunk, rows_by_source: ChunkResult) -> None:
        """Keep a chunk's rows, once; with the last chunk, have the report made.

        The job's lock puts chunks that end at the same time in a row, so that exactly one is the last.
        """
        async with database.transaction() as session:
            repository = AugmentationRepository(session)
            job = await repository.get(chunk.job_id, lock=True)
            row = await repository.chunk(chunk.job_id, chunk.number, lock=True)
            if job is None or row is None or row.is_done or State(job.state).is_final:
                return
            there = {one["row"] for one in await repository.people_of(row)}  # others were erased meanwhile
            rows = (one for one in _rows(chunk, rows_by_source.rows_by_source) if one["source_row"] in there)
            await repository.insert(AugmentedRow, list(rows))
            await repository.insert(RejectedRow, list(_refused(chunk, rows_by_source)))
            row.is_done, row.degraded = True, sorted(rows_by_source.degraded)
            by_source = rows_by_source.rows_by_source
            made = [one for number in by_source if number in there for one in by_source[number]]
            row.accepted = sum(one.reached for one in made)
            row.improved = len(made) - row.accepted
            row.rejected = len(rows_by_source.refused)
            if await repository.chunks_left(chunk.job_id) == 0:
                removed = await repository.remove_duplicates(chunk.job_id)
                job.duplicates, job.duplicate_improvements = removed
                await repository.defer(self._queue, REPORT_TASK, [task_of(database.caller, job.id)])

    async def fail(self, database: TenantDatabase, job_id: UUID, why: str) -> None:
        """End a job that cannot go on."""
        async with database.transaction() as session:
            job = await AugmentationRepository(session).get(job_id, lock=True)
            if job is None or State(job.state).is_final:
                return
            await end(session, self._notices, job, State.FAILED, why)
        log_end(job_id, State.FAILED)


async def _is_over(database: TenantDatabase, job_id: UUID) -> bool:
    async with database.transaction() as session:
        job = await AugmentationRepository(session).get(job_id)
        return job is None or State(job.state).is_final


def _rows(chunk: Chunk, rows_by_source: Mapping[int, list[SyntheticRow]]) -> Iterable[dict[str, Any]]:
    for number, rows in rows_by_source.items():
        for rank, row in enumerate(rows, start=1):
            yield {
                "job_id": chunk.job_id,
                "source_row": number,
                "source_id": chunk.ids.get(number),
                "rank": rank,
                "chunk": chunk.number,
                "features": row.features,
                "fingerprint": _fingerprint(row.features),
                "risk": row.risk,
                "reached": row.reached,
                "reduction": row.reduction,
                "neighbour_distance": row.neighbour_distance,
                "nearest_real_distance": row.nearest_real,
                "nearest_own_distance": None,  # told when all rows are there
                "nearest_others_distance": None,
                "generator": row.generator,
            }


def _refused(chunk: Chunk, rows_by_source: ChunkResult) -> Iterable[dict[str, Any]]:
    for number, reason in rows_by_source.refused.items():
        yield {"job_id": chunk.job_id, "source_row": number, "chunk": chunk.number, "reason": reason}


def _fingerprint(features: Mapping[str, Value]) -> str:
    """Equal for rows that are alike in every feature."""
    return hashlib.sha256(json.dumps(features, sort_keys=True).encode()).hexdigest()[:32]
