"""A fake language model's server that sends too much, too slowly or nothing that makes sense."""

import asyncio
import gzip
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from app.classifiers.model_version import ModelVersion
from app.proposers.llm.breaker import Breaker
from app.proposers.llm.client import LlmClient
from app.proposers.llm.dialect import SamplingRequest
from app.proposers.llm.failures import Failure, FailureReason, LlmError
from tests.asking import Person
from tests.integration.answers import Json, assert_verified, found
from tests.integration.fake_llm import FakeLlm, a_good_answer, fake_llm, says
from tests.integration.fake_random import completions, replies
from tests.integration.fake_server import Reply
from tests.integration.serving import NOWHERE, SECONDS, Servers, client_of, settings_for

WISH = SamplingRequest([{"role": "user", "content": "…"}], {"type": "string"}, 0.8, 64)
SPACES = b" " * (3 << 20)
EXAMPLES = 20


@pytest.fixture
def fake() -> Iterator[FakeLlm]:
    with fake_llm() as fake:
        yield fake


@pytest.fixture
async def client(fake: FakeLlm) -> AsyncIterator[LlmClient]:
    client = LlmClient(fake.url, "a-model", None, 4, Breaker(1000, 0))
    yield client
    await client.close()


def counted(reason: FailureReason) -> float:
    return REGISTRY.get_sample_value("turnpoint_llm_failures_total", {"reason": reason}) or 0.0


async def failure_of(client: LlmClient, deadline_s: float = SECONDS) -> Failure:
    before = {reason: counted(reason) for reason in FailureReason}
    with pytest.raises(LlmError) as caught:
        await client.sample(WISH, 8, deadline_s)
    failure = caught.value.failure
    assert counted(failure.reason) == before[failure.reason] + 1
    assert client.failures.last == failure
    return failure


FAILURES: dict[str, tuple[Reply, Failure]] = {
    "more than an answer can be": (Reply(body=SPACES, hang=True), Failure(FailureReason.TOO_LARGE)),
    "a bomb": (
        Reply(body=gzip.compress(b" " * (50 << 20)), headers={"Content-Encoding": "gzip"}),
        Failure(FailureReason.TOO_LARGE),
    ),
    "a coding that nobody asked for": (
        Reply(body=b"?", headers={"Content-Encoding": "br"}),
        Failure(FailureReason.NOT_A_COMPLETION),
    ),
    "not gzip": (
        Reply(body=b"{}", headers={"Content-Encoding": "gzip"}),
        Failure(FailureReason.NOT_A_COMPLETION),
    ),
    "a large list": (
        Reply(body=b"[" + b"1," * 100_000 + b"1]"),
        Failure(FailureReason.NOT_A_COMPLETION, 200),
    ),
    "an error as large": (Reply(500, SPACES, hang=True), Failure(FailureReason.TOO_LARGE)),
    "no key": (
        Reply(401, b'{"error": {"code": "invalid_api_key", "message": "sk-1"}}'),
        Failure(FailureReason.HTTP_4XX, 401, "invalid_api_key"),
    ),
    "overloaded": (Reply(503, b"<html>"), Failure(FailureReason.HTTP_5XX, 503)),
    "elsewhere": (Reply(302, headers={"Location": "http://[nowhere"}), Failure(FailureReason.HTTP_3XX, 302)),
    "no HTTP": (Reply(raw=b"\x00\xff\r\n\r\n"), Failure(FailureReason.CONNECTION_LOST)),
    "hung up": (Reply(drop=True), Failure(FailureReason.CONNECTION_LOST)),
    "no completion": (Reply(body=b'{"object": "error"}'), Failure(FailureReason.NOT_A_COMPLETION, 200)),
}


@pytest.mark.parametrize("kind", FAILURES)
async def test_every_failure_has_its_reason_and_nothing_of_what_was_said(
    fake: FakeLlm, client: LlmClient, kind: str
) -> None:
    reply, failure = FAILURES[kind]
    fake.behaviour = lambda _: reply
    assert await failure_of(client) == failure


@pytest.mark.parametrize(
    "reply",
    [
        Reply(drip=True),
        Reply(raw=b"HTTP/1.1 200 OK\r\n", drip=True),
        Reply(raw=b"HTTP/1.1 100 Continue\r\n\r\n" * 100 + b"HTTP/1.1 200", drip=True),
    ],
    ids=["its body", "its headers", "its beginning"],
)
async def test_a_server_that_drips_is_left_at_the_deadline(
    fake: FakeLlm, client: LlmClient, reply: Reply
) -> None:
    fake.behaviour = lambda _: reply
    fake.left.clear()
    assert await failure_of(client, 0.3) == Failure(FailureReason.TIMEOUT)
    assert fake.left.wait(SECONDS)


async def test_nobody_there(client: LlmClient) -> None:
    nobody = LlmClient(NOWHERE, "a-model", None, 4, Breaker(1, 3600))
    assert await failure_of(nobody) == Failure(FailureReason.CONNECT)
    with pytest.raises(LlmError) as caught:
        await nobody.sample(WISH, 8, SECONDS)
    assert caught.value.failure.reason is FailureReason.BREAKER_OPEN
    assert nobody.failures.last == Failure(FailureReason.CONNECT), "which tells more"
    await nobody.close()


async def test_a_server_without_models(fake: FakeLlm) -> None:
    for models in (b'{"data": []}', b'{"data": [{"id": null}]}', b'{"data": {"id": 3}}', b"[]"):
        fake.models = Reply(body=models)
        client = LlmClient(fake.url, None, None, 4, Breaker(1000, 0))
        assert await failure_of(client) == Failure(FailureReason.NO_MODEL)
        await client.close()


async def test_a_compressed_answer_is_read(fake: FakeLlm, client: LlmClient) -> None:
    body = json.dumps({"choices": [{"message": {"content": "hello"}}] * 8}).encode()
    fake.behaviour = lambda _: Reply(body=gzip.compress(body), headers={"Content-Encoding": "gzip"})
    assert (await client.sample(WISH, 8, SECONDS)).texts == ["hello"] * 8


def test_a_server_that_answers_at_random_costs_no_answer(
    servers: Servers, fake: FakeLlm, question: Json, model: ModelVersion, helpable: Person
) -> None:
    """Always 200 with verified options; without a proposal `degraded` says so, and nothing is kept of it."""
    good = a_good_answer(model, helpable)
    asked = question | {"generator": "auto", "count": 1}
    # The deadline is one that a busy machine meets with answers that come at once.
    with client_of(settings_for(servers, llm_url=fake.url, llm_rest_s=0, llm_deadline_s=5)) as gateway:

        @given(reply=st.one_of(replies(), completions(good)))
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        def is_answered(reply: Reply) -> None:
            fake.behaviour = lambda _: reply
            answer = found(gateway, asked | {"patient_id": f"random-{len(fake.asked)}"})
            generation = answer["generation"]
            assert {option["verified"] for option in answer["counterfactuals"]} == {True}
            assert (generation["degraded"] == []) == (generation["well_formed"] > 0)
            again = found(gateway, asked | {"patient_id": answer["patient_id"]})["generation"]
            assert again["cached"] == (generation["degraded"] == [])

        is_answered()


def test_who_runs_the_service_is_told_why(
    servers: Servers, fake: FakeLlm, question: Json, model: ModelVersion, helpable: Person
) -> None:
    asked = question | {"generator": "auto"}
    with client_of(settings_for(servers, llm_url=fake.url, llm_failures=2, llm_rest_s=3600)) as gateway:
        assert gateway.get("/readyz?verbose").json()["reasons"] == {"classifiers": {}, "llm": None}
        fake.behaviour = says(*["Eat less"] * 8)
        assert_verified(gateway, found(gateway, asked))
        trouble = gateway.get("/readyz", params={"verbose": "1"}).json()["reasons"]["llm"]
        assert (trouble["reason"], trouble["resting"]) == ("no_proposal", False)
        fake.behaviour = lambda _: FAILURES["no key"][0]
        for _ in range(2):
            found(gateway, asked)
        trouble = gateway.get("/readyz?verbose").json()["reasons"]["llm"]
        told = (trouble["reason"], trouble["status"], trouble["code"], trouble["resting"])
        assert told == ("http_4xx", 401, "invalid_api_key", True)
        assert "reasons" not in gateway.get("/readyz").json()
        assert 'turnpoint_llm_failures_total{reason="http_4xx"}' in gateway.get("/metrics").text
    fake.behaviour = says(*[a_good_answer(model, helpable)] * 8)
    with client_of(settings_for(servers, llm_url=fake.url, llm_failures=9, llm_rest_s=0)) as gateway:
        fake.behaviour = lambda _: Reply(500)
        found(gateway, asked)
        assert gateway.get("/readyz?verbose").json()["reasons"]["llm"]["status"] == 500
        fake.behaviour = says(*[a_good_answer(model, helpable)] * 8)
        found(gateway, asked)
        assert gateway.get("/readyz?verbose").json()["reasons"]["llm"] is None


FLOODS = {
    "single bytes": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 100_000,
    "promises": b"HTTP/1.1 100 Continue\r\n\r\n" * 100_000,
}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=list(FLOODS))
async def test_a_flood_keeps_nobody_else_waiting(flood: bytes) -> None:
    """Reading it never waits for more, so that nothing else would have a turn in the same loop.

    Turns are compared with those of as long a time without it: both depend on the machine alike.
    """
    turns = 0

    async def count_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0.01)

    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1 << 16)
        with suppress(ConnectionError):
            while True:
                writer.write(flood)
                await writer.drain()

    async with await asyncio.start_server(pour, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        client = LlmClient(f"http://{host}:{port}/v1", "a-model", None, 4, Breaker(1000, 0))
        counting = asyncio.create_task(count_turns())
        started = time.monotonic()
        with pytest.raises(LlmError):
            await client.sample(WISH, 8, deadline_s=1.0)
        in_flood, took = turns, time.monotonic() - started
        await client.close()
        await asyncio.sleep(took)
        counting.cancel()
    assert in_flood > (turns - in_flood) / 4
