"""Jobs that end tell so: completed and failed by a worker, cancelled through the gateway."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from tests.asking import Person
from tests.integration.answers import Json
from tests.integration.fake_receiver import FIRST, FakeReceiver, fake_receiver
from tests.integration.processes import wait_until
from tests.integration.serving import Servers, connect, gateway, http_client, settings_for
from tests.integration.webhooks import written
from tests.integration.working import ended, submit, worker

PUBLIC = "https://turnpoint.example"
STATES = ("completed", "failed", "cancelled")


@pytest.fixture(scope="module")
def receiver() -> Iterator[FakeReceiver]:
    with fake_receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def told(
    servers: Servers,
    home: Path,
    receiver: FakeReceiver,
    helpable: Person,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, tuple[Json, Json]]:
    """By the state that a job came to: the job, and what was told of it. The secret is in a file."""
    folder = tmp_path_factory.mktemp("webhooks")
    secret = folder / "secret"
    secret.write_text(f"{FIRST}\n")
    named = {"name": f"r-{uuid4().hex[:8]}", "url": receiver.url, "secret_file": str(secret)}
    events = [f"augmentation.{state}" for state in STATES]  # and not reviews that other tests left due
    file = written(folder, named | {"events": events})
    with (
        gateway(settings_for(servers, webhooks_file=file, public_url=PUBLIC)) as url,
        http_client(url) as client,
    ):
        jobs = [_submitted(client, helpable) for _ in range(3)]
        client.delete(jobs[0]["links"]["self"]).raise_for_status()
        _made_for_no_model(servers, jobs[1])
        with worker(servers, home, WEBHOOKS_FILE=str(file), PUBLIC_URL=PUBLIC):
            over = {job["id"]: ended(client, job) for job in jobs}
            wait_until(lambda: len(receiver.heard) == len(jobs))
    of_job = {one["data"]["job_id"]: one for one in receiver.told()}
    return {job["state"]: (job, of_job[identity]) for identity, job in over.items()}


def _submitted(client: httpx.Client, person: Person) -> Json:
    return submit(client, source={"kind": "rows", "rows": [dict(person)]})


def _made_for_no_model(servers: Servers, job: Json) -> None:
    with connect(servers.database_url) as database:
        unknown = "UPDATE augmentations SET model_digest = 'of no model' WHERE id = %s"
        database.execute(unknown, [UUID(job["id"])])


@pytest.mark.parametrize("state", STATES)
def test_a_job_that_ends_tells_its_id_and_link_and_nothing_else(
    told: dict[str, tuple[Json, Json]], state: str
) -> None:
    job, event = told[state]
    assert event["type"] == f"augmentation.{state}"
    assert {*event} == {"type", "timestamp", "data"}
    assert event["data"] == {"job_id": job["id"], "links": {"self": f"{PUBLIC}/augmentations/{job['id']}"}}
    assert event["timestamp"] >= job["finished_at"]


def test_each_end_is_told_of_once_where_nothing_goes_wrong(
    told: dict[str, tuple[Json, Json]], receiver: FakeReceiver
) -> None:
    assert len(told) == len({*receiver.ids}) == len(receiver.heard) == 3
