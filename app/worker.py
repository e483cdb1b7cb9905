"""A worker's process: its parts joined, its work run until it is told to stop."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import replace

from app.bootstrap import (
    delivery_limits,
    exemplars_of,
    maintenance_limits,
    open_backends,
    open_cache,
    open_group_reading,
    registry_of,
    retention_limits,
    worker_limits,
)
from app.identity.ehr_servers import load_ehr_servers
from app.identity.webhook_receivers import load_receivers
from app.metrics.serving import served_at
from app.settings import Settings
from app.storage.database import opened
from app.usecases.augmentation.chunks import ChunkWork
from app.usecases.augmentation.reporting import ReportWork
from app.usecases.augmentation.worker import Heartbeat, register, stop_on_signals, work
from app.usecases.ehr.nightly import register_nightly
from app.usecases.patient_data.daily import register_daily, register_hourly
from app.usecases.webhooks.deliveries import open_deliveries
from app.usecases.webhooks.notices import Notices
from app.usecases.webhooks.tasks import register_webhooks


def work_here(settings: Settings) -> None:
    """Take batch jobs' work from the database's queue until SIGINT or SIGTERM.

    Raises:
        ModelFolderError: a model cannot be hosted.
        ClassifierError: a classifier elsewhere is away.
        EhrServersError: patients are to be read by night, and EHR_SERVERS_FILE is not as it should be.
        WebhooksError: WEBHOOKS_FILE is not as it should be.
        OSError: metrics cannot be served at WORKER_METRICS_PORT.
    """
    with served_at(settings.worker_metrics_host, settings.worker_metrics_port):
        asyncio.run(_work(settings))


async def _work(settings: Settings) -> None:
    registry = registry_of(settings)
    receivers = load_receivers(settings.webhooks_file)
    lost_after_s = settings.worker_given_up_after_s
    stop = asyncio.Event()
    stop_on_signals(stop)
    async with (
        open_backends(settings, registry, exemplars_of(registry), worker_limits(settings)) as backends,
        opened(settings.database_url, maintenance_limits(settings)) as maintained,
        open_cache(settings) as cache,
        AsyncExitStack() as stack,
    ):
        database, queue, proposer = backends.database, backends.queue, backends.proposer
        notices = Notices(receivers, queue, settings.public_url or "")
        if proposer is not None:  # nobody waits for a batch job's rows
            proposer = replace(proposer, deadline_s=settings.worker_llm_deadline_s)
        with ThreadPoolExecutor(settings.worker_threads) as pool:
            register(
                queue,
                database,
                ChunkWork(
                    registry,
                    queue,
                    notices,
                    proposer,
                    pool,
                    settings.search_work,
                    settings.worker_looks_every_s,
                ),
                ReportWork(registry, notices),
            )
            register_daily(
                queue,
                maintained,
                cache,
                retention_limits(settings),
                settings.erasure_key_bytes,
                settings.retention_hour,
            )
            if settings.ehr_nightly_at is not None:
                reading = await stack.enter_async_context(
                    open_group_reading(
                        settings,
                        registry,
                        replace(backends, proposer=proposer),
                        cache,
                        load_ehr_servers(settings.ehr_servers_file),
                    )
                )
                register_nightly(queue, reading, database, settings.ehr_nightly_at)
            register_webhooks(
                queue,
                database,
                notices,
                await stack.enter_async_context(open_deliveries(receivers, delivery_limits(settings))),
            )
            register_hourly(queue, maintained, settings.webhook_kept_days)
            await work(queue, Heartbeat(settings.worker_heartbeat_s, lost_after_s), stop)
