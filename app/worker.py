"""A worker's process: its parts joined, its work run until it is told to stop."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from app.bootstrap import exemplars_of, hosting_of, llm_client, proposer_of
from app.settings import Settings
from app.storage.database import Database
from app.storage.queue import queue_app
from app.usecases.augmentation.chunks import ChunkWork
from app.usecases.augmentation.reporting import ReportWork
from app.usecases.augmentation.worker import Heartbeat, register, stop_on_signals, work


def work_here(settings: Settings) -> None:
    """Take batch jobs' work from the database's queue until SIGINT or SIGTERM.

    Raises:
        ModelFolderError: a model cannot be hosted.
        ClassifierError: a classifier elsewhere is away.
    """
    asyncio.run(_work(settings))


async def _work(settings: Settings) -> None:
    registry = hosting_of(settings)
    # A worker that is given up for lost must not go on holding the job that it was writing to.
    database = Database(settings.database_url, longest_pause_s=settings.worker_given_up_after_s)
    queue = queue_app(settings.database_url)
    llm = llm_client(settings)
    proposer = proposer_of(settings, registry, llm, exemplars_of(registry)) if llm else None
    if proposer is not None:  # nobody waits for a batch job's rows
        proposer = replace(proposer, deadline_s=settings.worker_llm_deadline_s)
    stop = asyncio.Event()
    stop_on_signals(stop)
    try:
        with ThreadPoolExecutor(settings.worker_threads) as pool:
            chunks = ChunkWork(registry, database, queue, proposer, pool)
            register(queue, chunks, ReportWork(registry, database))
            await work(queue, Heartbeat(settings.worker_heartbeat_s, settings.worker_given_up_after_s), stop)
    finally:
        if llm:
            await llm.close()
        await database.close()
