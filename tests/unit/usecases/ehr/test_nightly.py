"""The groups of EHR servers are read once a night, where a time is set."""

from typing import cast

import pytest

from app.identity.ehr_servers import EhrServers
from app.storage.database import Database
from app.storage.engine import DatabaseLimits
from app.storage.queue import queue_app
from app.usecases.ehr.group_reading import GroupReading
from app.usecases.ehr.nightly import NIGHTLY_TASK, configured_groups, register_nightly

BACKEND = {"client_id": "us", "key_file": "k.jwk"}


@pytest.mark.parametrize(
    ("at", "cron"), [("02:30", "30 2 * * *"), ("00:00", "0 0 * * *"), ("23:05", "5 23 * * *")]
)
def test_it_is_due_at_the_time_that_is_set(at: str, cron: str) -> None:
    queue = queue_app("postgresql+psycopg://localhost/nowhere", DatabaseLimits())
    register_nightly(queue, cast(GroupReading, None), cast(Database, None), at)
    (due,) = queue.periodic_registry.periodic_tasks.values()
    assert (due.cron, due.task.name, due.task.queueing_lock) == (cron, NIGHTLY_TASK, NIGHTLY_TASK)


def test_the_groups_are_those_that_the_file_names() -> None:
    told = [
        {"name": "a", "fhir_base": "https://a.example", "backend": BACKEND | {"groups": ["g1", "g2"]}},
        {"name": "b", "tenant": "b", "fhir_base": "https://b.example", "backend": BACKEND},
        {"name": "c", "tenant": "c", "fhir_base": "https://c.example"},
    ]
    servers = EhrServers.model_validate({"server": told}).servers
    assert [(server.name, group) for server, group in configured_groups(servers)] == [
        ("a", "g1"),
        ("a", "g2"),
    ]
