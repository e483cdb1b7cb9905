"""Taking jobs in, telling how far they are, cancelling them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import procrastinate

from app.audit.events import Access, Action, Entity
from app.audit.noting import note_access
from app.classifiers.model_version import ModelVersion
from app.domain.counterfactual import Generator
from app.domain.errors import ConflictError, InvalidInputError, NotFoundError
from app.domain.ids import uuid7
from app.engine.registry import ModelRegistry
from app.identity.caller import Caller
from app.proposers.llm.proposer import LlmProposer
from app.storage.augmentation_tables import (
    AugmentationChunkRow,
    AugmentationRow,
    RejectedRow,
)
from app.storage.database import TenantDatabase
from app.storage.queue import Arguments
from app.usecases.augmentation.ending import end, log_end
from app.usecases.augmentation.label import Label
from app.usecases.augmentation.mapping import to_job
from app.usecases.augmentation.repository import AugmentationRepository
from app.usecases.augmentation.schemas import AugmentationRequest, Job, JobsPage, State
from app.usecases.augmentation.sources import Sources, sources_of
from app.usecases.idempotency.keeping import keep_reply
from app.usecases.webhooks.notices import Notices

CHUNK_TASK, REPORT_TASK = "augmentation.chunk", "augmentation.report"
_KEPT_OUT = -1
"""The chunk of rows that were refused before there were chunks."""


class AugmentationService:
    """What the endpoints ask for; all work on rows is done by workers."""

    def __init__(
        self,
        registry: ModelRegistry,
        database: TenantDatabase,
        queue: procrastinate.App,
        llm: LlmProposer | None,
        notices: Notices,
    ) -> None:
        self._registry = registry
        self._database = database
        self._queue = queue
        self._llm = llm
        self._notices = notices

    async def submit(self, request: AugmentationRequest) -> Job:
        """Record a job, its chunks and their tasks in one transaction.

        Raises:
            InvalidInputError: the request does not fit the model.
        """
        served = self._registry.named(request.model)
        self._check(request, served.model)
        async with self._database.transaction() as session:
            repository = AugmentationRepository(session)
            sources = await sources_of(request, served.model, repository)
            row = await self._record(repository, request, served.model, sources)
            access = Access(Action.CREATE, Entity.JOB, entity_id=row.id)
            note_access(session, access)
            job = await self._current(repository, row.id)
            await keep_reply(session, access, job, 202, {"location": job.links["self"]})
            return job

    async def get(self, job_id: UUID) -> Job:
        """One job.

        Raises:
            NotFoundError: there is none with this id.
        """
        async with self._database.transaction() as session:
            return await self._current(AugmentationRepository(session), job_id)

    async def page(self, before: UUID | None, limit: int) -> JobsPage:
        """Jobs, newest first."""
        async with self._database.transaction() as session:
            repository = AugmentationRepository(session)
            rows = await repository.page(before, limit + 1)
            jobs = await _to_jobs(repository, rows[:limit])
        return JobsPage(jobs=jobs, next=jobs[-1].id if len(rows) > limit else None)

    async def cancel(self, job_id: UUID) -> Job:
        """End a job; workers notice between rows. One that has ended stays as it is.

        Raises:
            NotFoundError: there is none with this id.
        """
        async with self._database.transaction() as session:
            repository = AugmentationRepository(session)
            job = await repository.get(job_id, lock=True)
            ends = job is not None and not State(job.state).is_final
            if job is not None and ends:
                await end(session, self._notices, job, State.CANCELLED)
                note_access(session, Access(Action.UPDATE, Entity.JOB, entity_id=job_id))
            told = await self._current(repository, job_id)
        if ends:
            log_end(job_id, State.CANCELLED)
        return told

    async def document(self, job_id: UUID, column: str) -> object:
        """A finished job's `report`, `page` or `card`.

        Raises:
            NotFoundError: there is no such job.
            ConflictError: it has not ended, or ended without one.
        """
        async with self._database.transaction() as session:
            repository = AugmentationRepository(session)
            if await repository.get(job_id) is None:
                raise NotFoundError("There is no job with this id.")
            document: object = await repository.document(job_id, column)
        if document is None:
            raise ConflictError("The job has no report: it is made when all its rows are.")
        return document

    async def _record(
        self,
        repository: AugmentationRepository,
        request: AugmentationRequest,
        model: ModelVersion,
        sources: Sources,
    ) -> AugmentationRow:
        job = AugmentationRow(
            id=uuid7(),
            created_at=datetime.now(UTC),
            state=State.QUEUED,
            model_name=model.name,
            model_version=model.version,
            model_digest=model.digest,
            settings=request.model_dump(mode="json", exclude={"source", "model"}),
            total=sources.total,
            invalid=len(sources.invalid),
            duplicates=0,
            duplicate_improvements=0,
        )
        await repository.add_all([job])
        await repository.insert(AugmentationChunkRow, _chunk_values(job.id, sources))
        refused = [
            {"job_id": job.id, "source_row": number, "chunk": _KEPT_OUT, "reason": "invalid"}
            for number in sources.invalid
        ]
        await repository.insert(RejectedRow, refused)
        task = task_of(self._database.caller, job.id)
        if numbers := range(len(sources.chunks)):
            await repository.defer(self._queue, CHUNK_TASK, [task | {"number": n} for n in numbers])
        else:
            await repository.defer(self._queue, REPORT_TASK, [task])
        return job

    def _check(self, request: AugmentationRequest, model: ModelVersion) -> None:
        if request.improvements and request.target_label is Label.HIGH:
            raise InvalidInputError.at(
                "/improvements", "are of rows whose risk shall be low: not of high ones"
            )
        if request.improvements and request.generator is Generator.LLM:
            raise InvalidInputError.at("/improvements", "are found by the search: use auto or search")
        if request.generator is not Generator.LLM:
            return
        if request.target_label is Label.HIGH:
            why = "language models propose ways to low risk alone: use auto or search"
            raise InvalidInputError.at("/generator", why)
        if self._llm is None or not self._llm.knows(model.reference):
            raise InvalidInputError.at("/generator", "no language model here knows this model")

    async def _current(self, repository: AugmentationRepository, job_id: UUID) -> Job:
        row = await repository.get(job_id)
        if row is None:
            raise NotFoundError("There is no job with this id.")
        (job,) = await _to_jobs(repository, [row])
        return job


def task_of(caller: Caller, job_id: UUID) -> Arguments:
    """What names a job in the queue, which all tenants share."""
    return {"job_id": str(job_id), "tenant": caller.tenant}


async def _to_jobs(repository: AugmentationRepository, rows: Sequence[AugmentationRow]) -> list[Job]:
    progress, degraded = await repository.progress(rows), await repository.degraded(rows)
    return [to_job(row, progress[row.id], degraded[row.id]) for row in rows]


def _chunk_values(job_id: UUID, sources: Sources) -> Sequence[dict[str, object]]:
    nothing: dict[str, object] = {
        "job_id": job_id,
        "upload_id": sources.upload_id,
        "is_done": False,
        "accepted": 0,
        "improved": 0,
        "rejected": 0,
        "degraded": [],
    }
    each = enumerate(zip(sources.chunks, sources.sizes, strict=True))
    return [nothing | {"number": number, "people": people, "size": size} for number, (people, size) in each]
