"""The way to the language model: one retry, bounded, left alone when broken, given up with its caller."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from app.classifiers.model_version import ModelVersion
from app.proposers.llm.response import write_answer
from tests.asking import Person, problem_about
from tests.integration.answers import Json, assert_verified, found
from tests.integration.fake_llm import FakeLlm, fake_llm, says
from tests.integration.fake_server import Reply
from tests.integration.processes import wait_until
from tests.integration.serving import SECONDS, Servers, client_of, connect, settings_for

FAILURE = Reply(500, b"{}")


@pytest.fixture
def fake() -> Iterator[FakeLlm]:
    with fake_llm() as fake:
        yield fake


@pytest.fixture
def question(question: Json) -> Json:
    return question | {"generator": "auto"}


@pytest.fixture(scope="module")
def good(model: ModelVersion, helpable: Person) -> str:
    levers = problem_about(model, helpable).levers
    return write_answer(levers, problem_about(model, helpable).unchanged[0] + 1)


def test_a_connection_that_is_closed_on_us_is_tried_once_more(
    servers: Servers, fake: FakeLlm, question: Json, good: str
) -> None:
    replies = iter([Reply(drop=True), says(*[good] * 8)({})])
    with client_of(settings_for(servers, llm_url=fake.url)) as client:
        fake.behaviour = lambda _: next(replies)
        assert found(client, question)["generation"]["degraded"] == []
    assert len(fake.asked) == 2


@pytest.mark.parametrize("reply", [Reply(drop=True), FAILURE], ids=["closed again", "an error is final"])
def test_it_is_not_tried_again_and_again(
    servers: Servers, fake: FakeLlm, question: Json, reply: Reply
) -> None:
    with client_of(settings_for(servers, llm_url=fake.url)) as client:
        fake.behaviour = lambda _: reply
        assert found(client, question)["generation"]["degraded"] == ["llm_unavailable"]
    assert len(fake.asked) == 1 + reply.drop


def test_a_model_that_keeps_failing_is_left_alone(
    servers: Servers, fake: FakeLlm, question: Json, good: str
) -> None:
    settings = settings_for(servers, llm_url=fake.url, llm_failures=2, llm_rest_s=3600)
    with client_of(settings) as client:
        fake.behaviour = lambda _: FAILURE
        for _ in range(4):
            answer = found(client, question)
            assert answer["generation"]["degraded"] == ["llm_unavailable"]
            assert_verified(client, answer)
        assert len(fake.asked) == 2


def test_a_model_that_is_back_is_found_by_a_probe(
    servers: Servers, fake: FakeLlm, question: Json, good: str
) -> None:
    with client_of(settings_for(servers, llm_url=fake.url, llm_failures=1, llm_rest_s=0)) as client:
        fake.behaviour = lambda _: FAILURE
        found(client, question)
        fake.behaviour = says(*[good] * 8)
        assert found(client, question)["generation"]["degraded"] == []


def test_no_more_than_so_many_requests_are_under_way(
    servers: Servers, fake: FakeLlm, question: Json, good: str
) -> None:
    both, inside, most = threading.Barrier(2), [], []

    def slow(_: Json) -> Reply:
        inside.append(1)
        both.wait(SECONDS)  # so that two do meet here
        most.append(len(inside))
        inside.pop()
        return says(*[good] * 8)({})

    settings = settings_for(servers, llm_url=fake.url, llm_concurrency=2)
    with client_of(settings) as client, ThreadPoolExecutor(6) as callers:
        fake.behaviour = slow
        asked = [question | {"patient_id": f"crowd-{number}"} for number in range(6)]
        answers = list(callers.map(lambda one: found(client, one), asked))
    assert [answer["generation"]["degraded"] for answer in answers] == [[]] * 6
    assert max(most) == 2


def test_a_caller_who_hangs_up_ends_the_generation_and_leaves_nothing(
    servers: Servers, fake: FakeLlm, question: Json, good: str
) -> None:
    question["patient_id"] = "hung-up"
    with client_of(settings_for(servers, llm_url=fake.url)) as client:
        fake.behaviour = lambda _: Reply(hang=True)
        with asked_by_somebody(client, question):
            wait_until(lambda: len(fake.asked) > 0)
        assert fake.left.wait(SECONDS)
        with connect(servers.database_url) as database:
            count = "SELECT count(*) FROM answers WHERE patient_id = 'hung-up'"
            assert database.execute(count).fetchone() == (0,)
        fake.behaviour = says(*[good] * 8)
        assert found(client, question)["generation"]["degraded"] == []


@contextmanager
def asked_by_somebody(client: httpx.Client, question: Json) -> Iterator[None]:
    """Somebody asks, and hangs up at the end of this."""
    request = client.build_request("POST", "/counterfactuals", json=question, headers={"Connection": "close"})
    head = [b"POST /counterfactuals HTTP/1.1", *(b"%s: %s" % header for header in request.headers.raw)]
    with socket.create_connection((client.base_url.host, client.base_url.port or 80)) as connection:
        connection.sendall(b"\r\n".join([*head, b"", request.content]))
        yield


def test_what_proposals_cost_is_told_and_recorded(
    servers: Servers, fake: FakeLlm, question: Json, good: str
) -> None:
    with client_of(settings_for(servers, llm_url=fake.url)) as client:
        fake.behaviour = says(*[good] * 8, usage={"prompt_tokens": 171, "completion_tokens": 96})
        answer = found(client, question)
        assert client.get(f"/counterfactuals/{answer['id']}").json()["generation"] == answer["generation"]
    generation = answer["generation"]
    assert (generation["prompt_tokens"], generation["completion_tokens"]) == (171, 96)
    assert 0 < generation["llm_ms"] <= generation["elapsed_ms"]


def test_a_count_of_the_first_proposal_is_not_taken_for_all(
    servers: Servers, fake: FakeLlm, question: Json, good: str
) -> None:
    """llama.cpp counts so; its `timings` tell it."""
    usage = {"prompt_tokens": 171, "completion_tokens": 12}
    with client_of(settings_for(servers, llm_url=fake.url)) as client:
        fake.behaviour = says(*[good] * 8, usage=usage, timings={"predicted_n": 12})
        generation = found(client, question)["generation"]
    assert (generation["prompt_tokens"], generation["completion_tokens"]) == (171, None)
