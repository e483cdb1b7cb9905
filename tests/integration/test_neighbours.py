"""Neighbours that are slow, silent or senseless hold up nobody but those who need them. All are fakes."""

import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import httpx
import numpy as np
import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.classifiers.base import ClassifierError
from app.classifiers.model_version import ModelVersion
from app.classifiers.open_inference import MOST_WAITING, OpenInferenceClassifier
from app.storage.cache import Cache, CacheAwayError, CacheLimits
from tests.asking import Person
from tests.integration.answers import Json, assert_verified, found
from tests.integration.fake_classifier import FakeClassifier, fake_classifier, honest, outputs
from tests.integration.fake_llm import fake_llm
from tests.integration.fake_random import documents, replies
from tests.integration.fake_server import Reply
from tests.integration.serving import SECONDS, Servers, client_of, settings_for

EXAMPLES = 25
PEOPLE = 20
SOON_S = 0.3
PROBE_S = 0.5
"""How long /readyz waits for a part. What else waits, does so for as long as a test."""


@pytest.fixture
def fake() -> Iterator[FakeClassifier]:
    with fake_classifier() as fake:
        yield fake


@pytest.fixture
def connected(fake: FakeClassifier, model: ModelVersion) -> Iterator[OpenInferenceClassifier]:
    """A client of the fake, while it is honest."""
    fake.behaviour = honest(model.classifier)
    people = model.population.rows[:PEOPLE]
    classifier = OpenInferenceClassifier.connect(fake.url, model.schema.columns, people, timeout_s=SECONDS)
    yield classifier
    classifier.close()


DRIPS = {
    "its body": Reply(drip=True),
    "its headers": Reply(raw=b"HTTP/1.1 200 OK\r\n", drip=True),
}


@pytest.mark.parametrize("reply", DRIPS.values(), ids=DRIPS)
def test_a_classifier_that_drips_is_left_at_the_deadline(
    fake: FakeClassifier, model: ModelVersion, reply: Reply
) -> None:
    fake.behaviour = honest(model.classifier)
    people = model.population.rows[:PEOPLE]
    classifier = OpenInferenceClassifier.connect(fake.url, model.schema.columns, people, timeout_s=SOON_S)
    fake.behaviour = lambda _, __: reply
    with pytest.raises(ClassifierError, match=f"does not answer within {SOON_S} s"):
        classifier.risk(people)
    classifier.close()


@pytest.mark.parametrize("rows", [1, PEOPLE])
def test_a_classifier_says_no_more_than_its_rows_need(
    fake: FakeClassifier, model: ModelVersion, connected: OpenInferenceClassifier, rows: int
) -> None:
    """It hangs after what is too much: whoever read on would wait."""
    fake.behaviour = lambda _, __: Reply(body=b" " * (64 * 1024 + rows * 256 + 1), hang=True)
    with pytest.raises(ClassifierError, match=r"answers with more than 6\d KiB"):
        connected.risk(model.population.rows[:rows])


def test_metadata_without_end_are_refused(fake: FakeClassifier, model: ModelVersion) -> None:
    fake.metadata = {"platform": "x" * (1 << 20)}
    with pytest.raises(ClassifierError, match="answers with more than 256 KiB"):
        OpenInferenceClassifier.connect(fake.url, model.schema.columns, model.population.rows[:1])


def test_what_an_answer_does_not_need_is_passed_over(
    fake: FakeClassifier, model: ModelVersion, connected: OpenInferenceClassifier
) -> None:
    people = model.population.rows[:2]
    risk = model.classifier.risk(people)

    def with_more(_: Json, __: object) -> Reply:
        tensor = {"name": 7, "shape": [2], "datatype": "FP64", "data": risk.tolist(), "parameters": "n/a"}
        return outputs(tensor | {"extra": [[{}]]})

    fake.behaviour = with_more
    np.testing.assert_allclose(connected.risk(people), risk, atol=1e-6)


def test_a_classifier_that_is_closed_lets_everybody_go(
    fake: FakeClassifier, model: ModelVersion, connected: OpenInferenceClassifier
) -> None:
    asked = threading.Event()

    def silent(_: Json, __: object) -> Reply:
        asked.set()
        return Reply(hang=True)

    fake.behaviour = silent
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(connected.risk, model.population.rows[:1])
        assert asked.wait(SECONDS)
        connected.close()
        assert isinstance(waiting.exception(SECONDS), ClassifierError)


def test_a_classifier_that_answers_at_random_gives_503_or_the_truth(
    servers: Servers, fake: FakeClassifier, model: ModelVersion, question: Json
) -> None:
    fake.behaviour = honest(model.classifier)
    valid = {
        "model_name": "risk",
        "outputs": [{"name": "risk", "shape": [1], "datatype": "FP64", "data": [0.75]}],
    }
    with client_of(settings_for(servers, turnpoint_classifiers={model.name: fake.url})) as client:

        @given(reply=st.one_of(replies(), documents(valid)))
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        def is_answered(reply: Reply) -> None:
            fake.behaviour = lambda _, __: reply
            told = client.post("/predictions", json={"features": question["features"]})
            assert told.status_code in (200, 503)
            assert told.status_code == 503 or 0.0 <= told.json()["risk"] <= 1.0
            # The search asks of more than one row, so that what is right for one is wrong for it.
            answer = client.post("/counterfactuals", json=question)
            assert answer.status_code == 503 or answer.json()["status"] == "already_below_target"

        is_answered()
        fake.behaviour = honest(model.classifier)
        assert found(client, question)["generation"]["cached"] is False


def test_a_slow_classifier_holds_up_neither_probes_nor_another_model(
    servers: Servers, fake: FakeClassifier, model: ModelVersion, helpable: Person, heart_patient: Person
) -> None:
    fake.behaviour = honest(model.classifier)
    asked = threading.Semaphore(0)

    def drips(_: Json, __: object) -> Reply:
        asked.release()
        return Reply(drip=True)

    remote: Json = {"turnpoint_classifiers": {model.name: fake.url}}
    own = settings_for(servers, readiness_wait_s=PROBE_S, **remote)
    with (
        client_of(own) as client,
        ThreadPoolExecutor(MOST_WAITING) as callers,
    ):
        fake.behaviour, fake.readiness = drips, Reply(drip=True)
        about_them = {"model": model.name, "features": helpable}
        slow = [callers.submit(client.post, "/predictions", json=about_them) for _ in range(MOST_WAITING)]
        assert all(asked.acquire(timeout=SECONDS) for _ in slow)
        other = client.post("/predictions", json={"model": "heart-disease", "features": heart_patient})
        assert other.status_code == 200
        assert not any(call.done() for call in slow)
        ready = probed(client)
        assert (ready["classifier"], ready["reasons"]["classifiers"]) == (False, {model.name: False})
        assert {call.result(SECONDS).status_code for call in slow} == {503}


def probed(client: httpx.Client) -> Json:
    """What /readyz says, long before a part would."""
    started = time.monotonic()
    answer = client.get("/readyz?verbose")
    assert time.monotonic() - started < SECONDS / 2
    told: Json = answer.json()
    assert answer.status_code == (200 if told["ready"] else 503)
    return told


def test_a_probe_waits_for_nobody(servers: Servers) -> None:
    with fake_llm() as llm, saying(lambda _: b"") as silent:
        llm.models = Reply(drip=True)
        settings = settings_for(
            servers,
            llm_url=llm.url,
            llm_model="a-model",
            readiness_wait_s=PROBE_S,
            database_url=f"postgresql+psycopg://{silent}/turnpoint",
            redis_url=f"redis://{silent}/0",
        )
        with client_of(settings) as client:
            told = probed(client)
            assert [told[part] for part in ("database", "cache", "llm")] == [False, False, False]
            assert told["reasons"]["llm"]["reason"] == "timeout"


@contextmanager
def saying(reply: Callable[[bytes], bytes]) -> Iterator[str]:
    """A server of any protocol or none: says something to whatever it is told. Yields host and port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(ConnectionError):
                while told := self.request.recv(1 << 16):
                    self.request.sendall(reply(told))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield "{}:{}".format(*server.server_address[:2])
        finally:
            server.shutdown()
            thread.join()


NO_REDIS = {
    "an error": b"-ERR no\r\n",
    "no protocol": b"<html>\r\n",
    "a number": b":5\r\n" * 8,
    "lists in lists": b"*1\r\n" * 5_000,
    "no text": b"+OK\r\n" * 3 + b"$2\r\n\xff\xff\r\n",
    "more than comes": b"$300000000\r\n",
    "silence": b"",
}


@pytest.mark.parametrize("reply", NO_REDIS.values(), ids=NO_REDIS)
async def test_what_is_not_redis_is_away(reply: bytes) -> None:
    with saying(lambda _: reply) as place:
        cache = Cache(f"redis://{place}/0", ttl_s=60, limits=CacheLimits(wait_s=SOON_S))
        with suppress(CacheAwayError):
            assert await cache.get("turnpoint:nothing") in (None, "5", "OK")
        with suppress(CacheAwayError):
            await cache.put("turnpoint:nothing", "…")
        assert await cache.is_ready() in (True, False)
        async with cache.single_flight("turnpoint:nothing", SOON_S):
            pass
        await cache.close()


@pytest.mark.parametrize("value", [b"{}", b"\xff\xff", b"null", b"[" * 5_000, b" " * (2 << 20)])
def test_a_cached_value_that_is_no_answer_is_as_good_as_none(
    servers: Servers, question: Json, value: bytes
) -> None:
    with client_of(settings_for(servers)) as client, redis.from_url(servers.redis_url) as cache:
        first = found(client, question)
        (key,) = [
            key for key in cache.keys("turnpoint:default:answer:*") if first["id"].encode() in cache.get(key)
        ]
        cache.set(key, value)
        again = found(client, question)
        assert (again["generation"]["cached"], again["generation"]["degraded"]) == (False, [])
        assert_verified(client, again)
        assert found(client, question)["generation"]["cached"] is True
