"""A job's progress as server-sent events."""

from collections.abc import AsyncIterator, Awaitable, Callable

from app.faces.http.closing import Closing
from app.usecases.augmentation.schemas import Job

_EVERY_S = 0.5
_SILENT_LOOKS = 30
"""So many looks without news are 15 s: what stands between, a proxy say, closes what is silent for longer."""
_STILL_THERE = ": no news yet\n\n"  # a comment: whoever reads events leaves it out


async def events_of(look: Callable[[], Awaitable[Job]], closing: Closing) -> AsyncIterator[str]:
    """An event `progress` whenever something changed, `end` with the final state, then no more.

    After 15 s of silence a comment says that the job is still followed. Where the process ends before the
    job does, the last event is `closing`: browsers come back by themselves.
    """
    sent: Job | None = None
    looks_in_vain = 0
    while True:
        job = await look()
        if job != sent:
            yield _event("end" if job.state.is_final else "progress", job)
            sent, looks_in_vain = job, 0
        if job.state.is_final:
            return
        looks_in_vain += 1
        if looks_in_vain % _SILENT_LOOKS == 0:
            yield _STILL_THERE
        if await closing.within(_EVERY_S):
            yield _event("closing", job)
            return


def _event(name: str, job: Job) -> str:
    return f"event: {name}\ndata: {job.model_dump_json()}\n\n"
