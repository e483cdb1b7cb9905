"""Every configured group of every EHR server, read once: by the command, and by a worker at night."""

from collections.abc import Sequence

import procrastinate

from app.identity.caller import Caller
from app.identity.ehr_servers import EhrServer
from app.storage.database import Database
from app.usecases.ehr.group_reading import GroupReading, GroupReport

NIGHTLY_TASK = "turnpoint.ehr_nightly"


async def read_groups(
    reading: GroupReading,
    database: Database,
    wanted: Sequence[tuple[EhrServer, str]],
    task: str,
    on_behalf_of: str | None = None,
) -> list[GroupReport]:
    """Read groups one after the other, as the service itself, each within its server's tenant."""
    reports = []
    for server, group in wanted:
        own = database.of(Caller.service(server.tenant, task, on_behalf_of))
        reports.append(await reading.read(server, group, own))
    return reports


def configured_groups(servers: Sequence[EhrServer]) -> list[tuple[EhrServer, str]]:
    """All that the file names."""
    return [(server, group) for server in servers if server.backend for group in server.backend.groups]


def register_nightly(queue: procrastinate.App, reading: GroupReading, database: Database, at: str) -> None:
    """Have the queue do it every day at `at`, such as `02:30` UTC: one worker does, whichever is there."""
    hour, minute = at.split(":")

    @queue.periodic(cron=f"{int(minute)} {int(hour)} * * *", periodic_id="ehr_nightly")
    @queue.task(name=NIGHTLY_TASK, queueing_lock=NIGHTLY_TASK)
    async def _nightly(timestamp: int) -> None:
        groups = configured_groups(reading.ehr.trusted.servers)
        await read_groups(reading, database, groups, NIGHTLY_TASK)
