"""A worker's process: its parts joined, its work run until it is told to stop."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from app.bootstrap import exemplars_of, open_backends, registry_of
from app.settings import Settings
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
    registry = registry_of(settings)
    lost_after_s = settings.worker_given_up_after_s
    stop = asyncio.Event()
    stop_on_signals(stop)
    # A worker that is given up for lost must not go on holding the job that it was writing to.
    async with open_backends(
        settings, registry, exemplars_of(registry), longest_pause_s=lost_after_s
    ) as backends:
        database, queue, proposer = backends.database, backends.queue, backends.proposer
        if proposer is not None:  # nobody waits for a batch job's rows
            proposer = replace(proposer, deadline_s=settings.worker_llm_deadline_s)
        with ThreadPoolExecutor(settings.worker_threads) as pool:
            register(
                queue,
                database,
                ChunkWork(
                    registry, queue, proposer, pool, settings.search_work, settings.worker_looks_every_s
                ),
                ReportWork(registry),
            )
            await work(queue, Heartbeat(settings.worker_heartbeat_s, lost_after_s), stop)
