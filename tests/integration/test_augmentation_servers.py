"""What a batch job survives of the servers around it, which stop or are killed in the middle and come back.

In each fault no row is lost, none doubled, and the job ends in a true state.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import redis

from app.classifiers.model_version import ModelVersion
from app.engine.beam import beam_search
from app.local.embedded.language_model import LanguageModel
from tests.asking import Person, problem_about
from tests.integration.answers import found
from tests.integration.fake_llm import a_good_answer, fake_llm, says
from tests.integration.fake_server import Reply
from tests.integration.processes import wait_until
from tests.integration.serving import (
    LastingLlm,
    LastingPostgres,
    LastingValkey,
    Servers,
    client_of,
    settings_for,
)
from tests.integration.undisturbed import CHUNK
from tests.integration.working import (
    assert_none_lost_or_doubled,
    ended,
    rows_of,
    rows_source,
    state_of,
    submit,
    waiting_to_write,
    worker,
    writes_held_back,
)

Json = dict[str, Any]
ASKED_ABOUT = 4
"""So many of a chunk's people are asked about: it would take the language model long to propose for all."""


def test_a_database_that_restarts_is_waited_for(
    servers: Servers,
    tmp_path_factory: pytest.TempPathFactory,
    many_people: list[Json],
    undisturbed: list[Json],
) -> None:
    home = tmp_path_factory.mktemp("restarted")
    postgres = LastingPostgres(home)
    postgres.start()
    own = replace(servers, database_url=postgres.url)
    try:
        with client_of(settings_for(own)) as client, worker(own, home):
            job = submit(client, source=rows_source(many_people), per_row=3)
            wait_until(lambda: state_of(client, job)["progress"]["done"] > 0)
            postgres.stop()
            assert client.get(job["links"]["self"]).status_code == 503
            postgres.start()
            wait_until(lambda: client.get(job["links"]["self"]).is_success)  # a probe finds it back
            finished = ended(client, job)
            assert finished["state"] == "completed"
            assert rows_of(client, finished) == undisturbed
    finally:
        postgres.stop()


def test_redis_killed_in_the_middle_is_not_missed(
    servers: Servers,
    home: Path,
    tmp_path: Path,
    many_people: list[Json],
    undisturbed: list[Json],
    question: Json,
    database: "psycopg.Connection[tuple[Any, ...]]",
) -> None:
    """Jobs use no cache at all; the gateway that takes them in and tells of them uses it for questions."""
    valkey = LastingValkey(tmp_path)
    valkey.start()
    own = replace(servers, redis_url=valkey.url)
    try:
        with client_of(settings_for(own)) as client, worker(own, home):
            with writes_held_back(servers.database_url):
                job = submit(client, source=rows_source(many_people), per_row=3)
                wait_until(lambda: waiting_to_write(database) >= 2)
                assert _callers(valkey) == 0
                assert found(client, question)["generation"]["degraded"] == []
                assert _callers(valkey) > 0
                valkey.kill()
                assert found(client, question)["generation"]["degraded"] == ["cache_unavailable"]
                during = submit(client, source=rows_source(many_people[:10]))
            wait_until(lambda: state_of(client, job)["progress"]["done"] > 0)
            assert state_of(client, job)["state"] == "running"
            valkey.start()
            assert found(client, question)["generation"]["degraded"] == []
            finished, other = ended(client, job), ended(client, during)
            assert finished["state"] == other["state"] == "completed"
            assert rows_of(client, finished) == undisturbed
    finally:
        valkey.stop()


def _callers(valkey: LastingValkey) -> int:
    """How many connections it has beside the one that asks."""
    with redis.from_url(valkey.url) as cache:
        return len(cache.client_list()) - 1


@pytest.fixture(scope="module")
def three_chunks(model: ModelVersion, held_out: list[Person], high_risk: list[Person]) -> list[Json]:
    """Different people; all but a few of each chunk are of the class already: nobody asks about those."""
    rest = iter(person for person in held_out if person not in high_risk)
    asked_about = iter(
        person for person in high_risk if len(beam_search(problem_about(model, person)).levels)
    )
    chunks = [
        [next(asked_about if place < ASKED_ABOUT else rest) for place in range(CHUNK)] for _ in range(3)
    ]
    return [dict(person) for chunk in chunks for person in chunk]


@pytest.fixture
def own_llm(tuned: LanguageModel, kept: Path, tmp_path: Path) -> Iterator[LastingLlm]:
    llm = LastingLlm(tuned, kept, tmp_path)
    llm.start()
    yield llm
    llm.stop()


@contextmanager
def _worker_on(llm: LastingLlm, tuned: LanguageModel, servers: Servers, home: Path) -> Iterator[None]:
    """A worker that asks about one person at a time, and asks again however often that failed."""
    told = {"LLM_MODEL": tuned.alias, "LLM_STYLE": tuned.style, "LLM_CONCURRENCY": "1", "LLM_REST_S": "0"}
    with worker(replace(servers, llm_url=llm.url, llm_api_key=llm.api_key), home, **told):
        yield


def test_a_language_model_killed_in_the_middle_costs_no_row(
    client: httpx.Client,
    servers: Servers,
    home: Path,
    own_llm: LastingLlm,
    tuned: LanguageModel,
    three_chunks: list[Json],
    database: "psycopg.Connection[tuple[Any, ...]]",
) -> None:
    """It dies under the two chunks that a worker has in hand at a time, and is back for the third."""
    with _worker_on(own_llm, tuned, servers, home):
        job = submit(client, source=rows_source(three_chunks), generator="auto")
        wait_until(lambda: own_llm.tokens_said() > 0)
        with writes_held_back(servers.database_url):
            own_llm.kill()
            wait_until(lambda: waiting_to_write(database) >= 2)
            assert state_of(client, job)["progress"]["done"] == 0
            own_llm.start()
        finished = ended(client, job)
    assert finished["state"] == "completed"
    assert_none_lost_or_doubled(client, database, finished)
    assert finished["progress"]["rejected"] == 3 * (CHUNK - ASKED_ABOUT)
    assert _degraded(database, job) == [["llm_unavailable"], ["llm_unavailable"], []]
    assert finished["degraded"] == ["llm_unavailable"]
    assert own_llm.tokens_said() > 0


def test_what_the_language_model_alone_proposes_waits_until_it_is_back(
    client: httpx.Client,
    servers: Servers,
    home: Path,
    own_llm: LastingLlm,
    tuned: LanguageModel,
    three_chunks: list[Json],
    database: "psycopg.Connection[tuple[Any, ...]]",
) -> None:
    with _worker_on(own_llm, tuned, servers, home):
        job = submit(client, source=rows_source(three_chunks[:CHUNK]), generator="llm")
        wait_until(lambda: own_llm.tokens_said() > 0)
        own_llm.kill()
        wait_until(lambda: _tries(database, job) > 0)
        waiting = state_of(client, job)
        assert (waiting["state"], waiting["progress"]["done"]) == ("running", 0)
        own_llm.start()
        finished = ended(client, job)
    assert finished["state"] == "completed"
    assert_none_lost_or_doubled(client, database, finished)
    assert finished["degraded"] == []
    assert {row["generator"] for row in rows_of(client, finished)} == {"llm"}


def _degraded(database: "psycopg.Connection[tuple[Any, ...]]", job: Json) -> list[list[str]]:
    """What each chunk was made without."""
    each = "SELECT degraded FROM augmentation_chunks WHERE job_id = %s ORDER BY number"
    return [row[0] for row in database.execute(each, [job["id"]])]


def _tries(database: "psycopg.Connection[tuple[Any, ...]]", job: Json) -> int:
    """How often its one task was tried in vain."""
    attempts = "SELECT attempts FROM queue.procrastinate_jobs WHERE args ->> 'job_id' = %s"
    found = database.execute(attempts, [job["id"]]).fetchone()
    assert found is not None
    return int(found[0])


def test_garbage_for_a_third_of_the_rows_costs_no_row(
    servers: Servers, home: Path, model: ModelVersion, many_people: list[Json]
) -> None:
    good, count = a_good_answer(model, many_people[0]), 0

    def every_third(request: Json) -> Reply:
        nonlocal count
        count += 1
        return says(*["Eat less." if count % 3 == 0 else good] * 8)(request)

    with fake_llm() as fake:
        fake.behaviour = every_third
        own = replace(servers, llm_url=fake.url)
        with client_of(settings_for(own)) as client, worker(own, home):
            jobs = [
                ended(client, submit(client, source=rows_source(many_people[:30]), generator=generator))
                for generator in ("auto", "search")
            ]
            assert [job["state"] for job in jobs] == ["completed", "completed"]
            with_garbage, searched = ({row["source_row"] for row in rows_of(client, job)} for job in jobs)
    assert count >= len(fake.asked) > 20
    assert with_garbage >= searched
