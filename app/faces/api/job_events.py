"""A job's progress as server-sent events."""

from collections.abc import AsyncIterator
from uuid import UUID

from app.faces.http.closing import Closing
from app.usecases.augmentation.schemas import Job
from app.usecases.augmentation.service import AugmentationService

_EVERY_S = 0.5


async def events_of(service: AugmentationService, job_id: UUID, closing: Closing) -> AsyncIterator[str]:
    """An event `progress` whenever something changed, `end` with the final state, then no more.

    Where the process ends before the job does, the last event is `closing`: browsers come back by themselves.
    """
    sent: Job | None = None
    while True:
        job = await service.get(job_id)
        if job != sent:
            yield _event("end" if job.state.is_final else "progress", job)
            sent = job
        if job.state.is_final:
            return
        if await closing.within(_EVERY_S):
            yield _event("closing", job)
            return


def _event(name: str, job: Job) -> str:
    return f"event: {name}\ndata: {job.model_dump_json()}\n\n"
