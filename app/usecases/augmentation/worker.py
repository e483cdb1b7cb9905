"""A worker: takes chunks from the queue until told to stop, and takes over those of workers that died."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import procrastinate
import psycopg
import structlog
from procrastinate import JobContext, RetryStrategy
from procrastinate.exceptions import ConnectorException

from app.classifiers.base import ClassifierError
from app.identity.caller import Caller
from app.identity.principal import DEFAULT_TENANT
from app.metrics import TASKS
from app.proposers.base import ProposerError
from app.storage.database import Database, RecordError
from app.tracing import task_span
from app.usecases.augmentation.chunks import ChunkWork
from app.usecases.augmentation.reporting import ReportWork
from app.usecases.augmentation.service import CHUNK_TASK, REPORT_TASK

MOST_ATTEMPTS = 8
_TRANSIENT = (RecordError, ClassifierError, ProposerError, BrokenProcessPool)
_RETRY = RetryStrategy(exponential_wait=2, retry_exceptions=_TRANSIENT)
"""Without an end of its own: `_trying` gives up, and is tried again where not even that can be recorded."""
_RECONNECT_S = 1.0
_AT_ONCE = 2
"""Chunks in hand: while one is repaired and verified, the language model reads the next."""
_log = structlog.get_logger()

Fail = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """How a worker tells that it is alive, and when one that does not is given up; seconds."""

    heartbeat_s: float = 5.0
    given_up_after_s: float = 20.0


def register(queue: procrastinate.App, database: Database, chunks: ChunkWork, reports: ReportWork) -> None:
    """Tell the queue what its tasks do, each within the tenant whose job it is.

    Tasks from before there were tenants name none.
    """

    @queue.task(name=CHUNK_TASK, retry=_RETRY, pass_context=True)
    async def _chunk(context: JobContext, job_id: str, number: int, tenant: str = DEFAULT_TENANT) -> None:
        job, own = UUID(job_id), database.of(Caller.service(tenant, CHUNK_TASK))
        await _with_retries(context, partial(chunks.fail, own, job), partial(chunks.run, own, job, number))

    @queue.task(name=REPORT_TASK, retry=_RETRY, pass_context=True)
    async def _report(context: JobContext, job_id: str, tenant: str = DEFAULT_TENANT) -> None:
        job, own = UUID(job_id), database.of(Caller.service(tenant, REPORT_TASK))
        await _with_retries(context, partial(chunks.fail, own, job), partial(reports.run, own, job))


async def work(queue: procrastinate.App, heartbeat: Heartbeat, stop: asyncio.Event) -> None:
    """Run until `stop`; whoever it interrupts is waited for. A database that is away is waited for, too."""
    while not stop.is_set():
        try:
            async with queue.open_async():
                await _work_connected(queue, heartbeat, stop)
        except (ConnectorException, psycopg.Error, OSError) as error:
            _log.warning("queue_away", error=type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _RECONNECT_S)


def stop_on_signals(stop: asyncio.Event) -> None:
    """SIGINT and SIGTERM let chunks under way end, and take no more."""
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)


async def _work_connected(queue: procrastinate.App, heartbeat: Heartbeat, stop: asyncio.Event) -> None:
    worker = asyncio.create_task(
        queue.run_worker_async(
            concurrency=_AT_ONCE,
            install_signal_handlers=False,
            fetch_job_polling_interval=heartbeat.heartbeat_s,
            update_heartbeat_interval=heartbeat.heartbeat_s,
            stalled_worker_timeout=heartbeat.given_up_after_s,
            delete_jobs="successful",
        )
    )
    takeover = asyncio.create_task(_reclaim_stalled(queue, heartbeat))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({worker, takeover, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (stopping, takeover, worker):
            task.cancel()  # to the worker this means: end what is under way, then stop
        ended = await asyncio.gather(worker, takeover, return_exceptions=True)
    for one in ended:
        if isinstance(one, Exception):
            raise one


async def _reclaim_stalled(queue: procrastinate.App, heartbeat: Heartbeat) -> None:
    """Put back what workers had in hand that gave no sign of life for a while."""
    while True:
        manager = queue.job_manager
        await manager.prune_stalled_workers(heartbeat.given_up_after_s)
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=heartbeat.given_up_after_s):
            with suppress(ConnectorException):  # another worker was quicker
                await manager.retry_job(job)
                _log.warning("task_taken_over", task=job.task_name, attempts=job.attempts)
        await asyncio.sleep(heartbeat.heartbeat_s)


async def _with_retries(context: JobContext, fail: Fail, run: Callable[[], Awaitable[None]]) -> None:
    """Let passing faults be tried again; the job fails with the last try, and at once by any other fault.

    Tries that ended with their worker count too, so that work which no worker outlives is given up.
    """
    tries = context.job.attempts + 1
    if tries > MOST_ATTEMPTS:
        await fail(f"Given up after {MOST_ATTEMPTS} tries: workers ended before their work did.")
        return
    try:
        with _measured(context.job.task_name):
            await run()
    except _TRANSIENT as error:
        _log.warning("task_to_be_tried_again", error=type(error).__name__, attempts=context.job.attempts)
        if tries < MOST_ATTEMPTS:
            raise
        await fail(f"Given up after {MOST_ATTEMPTS} tries: {_words(error)}.")
    except Exception as error:
        _log.error("task_failed", error=type(error).__name__)
        await fail("Something went wrong here; it has been logged.")


@contextmanager
def _measured(task: str) -> Iterator[None]:
    """Times a task and traces it, by what came of it."""
    started, outcome = time.perf_counter(), "interrupted"
    try:
        with task_span(task):
            yield
        outcome = "done"
    except _TRANSIENT:
        outcome = "part_away"
        raise
    except Exception:
        outcome = "failed"
        raise
    finally:
        TASKS.labels(task, outcome).observe(time.perf_counter() - started)


def _words(error: Exception) -> str:
    if isinstance(error, RecordError):
        return "the database is away"
    if isinstance(error, BrokenProcessPool):
        return "the report's process was ended by the system"
    return (
        "the risk classifier is away" if isinstance(error, ClassifierError) else "the language model is away"
    )
