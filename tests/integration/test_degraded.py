"""The cache or the language model away, slow or talking nonsense: answers are verified all the same."""

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psycopg
import pytest
import redis

from app.classifiers.model_version import ModelVersion
from app.domain.ids import uuid7
from app.proposers.llm.response import write_answer
from tests.asking import Person, problem_about
from tests.integration.answers import Json, assert_verified, found
from tests.integration.fake_llm import Behaviour, FakeLlm, fake_llm, says
from tests.integration.fake_server import Reply
from tests.integration.serving import NOWHERE, SECONDS, LastingValkey, Servers, client_of, settings_for

Database = psycopg.Connection[tuple[Any, ...]]
DEADLINE_S = 1.5
"""Of a gateway whose language model never answers in time."""


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeLlm]:
    with fake_llm() as fake:
        yield fake


@pytest.fixture(scope="module")
def client(servers: Servers, fake: FakeLlm) -> Iterator[httpx.Client]:
    """A gateway whose language model is the fake one."""
    with client_of(settings_for(servers, llm_url=fake.url, llm_rest_s=0)) as client:
        yield client


@pytest.fixture(scope="module")
def impatient(servers: Servers, fake: FakeLlm) -> Iterator[httpx.Client]:
    """One that soon gives the language model up."""
    settings = settings_for(servers, llm_url=fake.url, llm_rest_s=0, llm_deadline_s=DEADLINE_S)
    with client_of(settings) as client:
        yield client


@pytest.fixture
def question(question: Json) -> Json:
    """A question that wants the language model's proposals."""
    return question | {"generator": "auto"}


@pytest.fixture(scope="module")
def good(model: ModelVersion, helpable: Person) -> list[str]:
    """Well-formed answers about the person of the question, one change each."""
    levers = problem_about(model, helpable).levers
    return [write_answer(levers, levels) for levels in np.eye(len(levers), dtype=np.int64)]


NONSENSE: dict[str, object] = {
    "prose": "Eat less and walk more.",
    "prose in quotes": '"Eat less and walk more."',
    "nothing": "",
    "no text": None,
    "a number": 3,
    "a text in parts": [{"type": "text", "text": '"BMI -1"'}],
    "thoughts": "<think>The patient is heavy, so",
    "cut off": '"bmi -1, fib',
    "unknown feature": '"shoe_size -1"',
    "fixed feature": '"age -10"',
    "linked feature": '"waist -3"',
    "step out of the list": '"bmi -999"',
    "step the wrong way": '"bmi 1"',
    "no step": '"bmi 0"',
    "good and bad": '"bmi -1, age -10"',
    "object": '{"bmi": -2}',
    "list": '["age -1"]',
    "empty": '""',
    "null": "null",
    "number": "-1",
    "not a number": "NaN",
    "nested deep": "[" * 20_000,
    "a number of 5000 digits": "9" * 5000,
}


@pytest.mark.parametrize("content", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_not_well_formed(
    client: httpx.Client, fake: FakeLlm, question: Json, content: object
) -> None:
    fake.behaviour = says(*[content] * 8)
    answer = found(client, question)
    generation = answer["generation"]
    assert (generation["proposals"], generation["well_formed"], generation["valid"]) == (8, 0, 0)
    assert generation["degraded"] == ["llm_no_proposal"]
    assert {option["generator"] for option in answer["counterfactuals"]} == {"search"}
    assert_verified(client, answer)
    assert found(client, question)["generation"]["cached"] is False


def test_a_refusal_that_comes_while_the_language_model_is_asked_is_heeded(
    client: httpx.Client, fake: FakeLlm, question: Json, good: list[str], database: Database
) -> None:
    patient = question["patient_id"]

    def refused_meanwhile(body: Json) -> Reply:
        database.execute("INSERT INTO patients (id) VALUES (%s) ON CONFLICT DO NOTHING", [patient])
        database.execute(
            "INSERT INTO preferences (id, patient_id, model_name, codes, features_to_keep)"
            " VALUES (%s, %s, 'dysglycaemia', ARRAY['pregnancy'], '{}')",
            [uuid7(), patient],
        )
        return says(*good)(body)

    fake.behaviour = refused_meanwhile
    response = client.post("/counterfactuals", json=question)
    assert response.status_code == 409
    assert response.json()["preferences"] == ["pregnancy"]
    recorded = database.execute("SELECT count(*) FROM answers WHERE patient_id = %s", [patient]).fetchone()
    assert recorded == (0,)


def test_one_good_answer_among_bad_ones_counts(
    client: httpx.Client, fake: FakeLlm, question: Json, good: list[str]
) -> None:
    fake.behaviour = says("Eat less.", '"bmi', good[0], "[]", "null", "1", "{}", "")
    answer = found(client, question)
    assert (answer["generation"]["proposals"], answer["generation"]["well_formed"]) == (8, 1)
    assert answer["generation"]["degraded"] == []
    assert_verified(client, answer)


def test_more_answers_than_asked_for_are_left_out(
    client: httpx.Client, fake: FakeLlm, question: Json, good: list[str]
) -> None:
    fake.behaviour = says(*good[:3] * 4)
    generation = found(client, question)["generation"]
    assert generation["well_formed"] <= generation["proposals"] == 8


def test_no_choice_at_all_is_told_and_not_kept(client: httpx.Client, fake: FakeLlm, question: Json) -> None:
    fake.behaviour = says()
    answers = [found(client, question) for _ in range(2)]
    assert [answer["generation"]["degraded"] for answer in answers] == [["llm_no_proposal"]] * 2
    assert_verified(client, answers[0])


@pytest.mark.parametrize("usage", ["n/a", [1], 3, {"prompt_tokens": "many"}, {"prompt_tokens": True}])
def test_counts_that_are_none_cost_no_answer(
    client: httpx.Client, fake: FakeLlm, question: Json, good: list[str], usage: object
) -> None:
    fake.behaviour = says(*good[:8], usage=usage, id=7, created="yesterday", model=None)
    generation = found(client, question)["generation"]
    assert generation["degraded"] == []
    assert (generation["prompt_tokens"], generation["completion_tokens"]) == (None, None)


BROKEN: dict[str, Behaviour] = {
    "error 500": lambda _: Reply(500, b'{"error": "out of memory"}'),
    "error 404": lambda _: Reply(404, b'{"error": "no such model"}'),
    "redirect": lambda _: Reply(302),
    "body cut off": lambda _: Reply(body=b'{"choices": [{"message": {"content": "[\\"bmi'),
    "no body": lambda _: Reply(),
    "a web page": lambda _: Reply(body=b"<html>Welcome</html>"),
    "bytes": lambda _: Reply(body=b"\xff\xfe\x00"),
    "no choices": lambda _: Reply(body=b'{"object": "error"}'),
    "choices are null": lambda _: Reply(body=b'{"choices": null}'),
    "choices are words": lambda _: Reply(body=b'{"choices": ["yes"]}'),
    "a list": lambda _: Reply(body=b"[]"),
    "nested deep": lambda _: Reply(body=b"[" * 200_000),
}


@pytest.mark.parametrize("behaviour", BROKEN.values(), ids=BROKEN)
def test_a_broken_language_model_is_told_and_survived(
    client: httpx.Client, fake: FakeLlm, question: Json, behaviour: Behaviour
) -> None:
    fake.behaviour = behaviour
    answer = found(client, question)
    assert answer["generation"]["degraded"] == ["llm_unavailable"]
    assert answer["generation"]["well_formed"] == 0
    assert_verified(client, answer)


@pytest.mark.parametrize("body", [b"", b'{"choices": ['], ids=["before the body", "within the body"])
def test_a_slow_language_model_is_left_at_the_deadline(
    impatient: httpx.Client, fake: FakeLlm, question: Json, body: bytes
) -> None:
    fake.behaviour = lambda _: Reply(body=body, hang=True)  # until it is left
    fake.left.clear()
    started = time.monotonic()
    answer = found(impatient, question)
    assert time.monotonic() - started >= DEADLINE_S
    assert fake.left.wait(SECONDS)
    assert answer["generation"]["degraded"] == ["llm_timeout"]
    assert_verified(impatient, answer)


def test_an_llm_only_question_is_answered_by_search_while_the_model_is_away(
    client: httpx.Client, fake: FakeLlm, question: Json
) -> None:
    fake.behaviour = BROKEN["error 500"]
    answer = found(client, question, generator="llm")
    assert answer["generation"]["degraded"] == ["llm_unavailable"]
    assert {option["generator"] for option in answer["counterfactuals"]} == {"search"}


def test_a_degraded_answer_is_not_repeated_once_the_model_is_back(
    client: httpx.Client, fake: FakeLlm, question: Json, good: list[str]
) -> None:
    fake.behaviour = BROKEN["error 500"]
    without = found(client, question)
    fake.behaviour = says(*good[:8])
    with_it = found(client, question)
    again = found(client, question)
    degraded = [answer["generation"]["degraded"] for answer in (without, with_it, again)]
    assert degraded == [["llm_unavailable"], [], []]
    assert [answer["generation"]["cached"] for answer in (with_it, again)] == [False, True]


def test_the_language_model_away(servers: Servers, question: Json) -> None:
    with client_of(settings_for(servers, llm_url=NOWHERE)) as client:
        answer = found(client, question)
        assert answer["generation"]["degraded"] == ["llm_unavailable"]
        assert_verified(client, answer)
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["llm"]) == (200, False)


def test_no_language_model_set_up(servers: Servers, question: Json) -> None:
    with client_of(settings_for(servers)) as client:
        answer = found(client, question)
        assert answer["generation"]["degraded"] == ["llm_unavailable"]
        assert client.get("/readyz").json()["llm"] is None
        assert found(client, question | {"generator": "search"})["generation"]["degraded"] == []


@pytest.mark.parametrize("address", ["unix:///nowhere/valkey.sock", "redis://127.0.0.1:9/0"])
def test_the_cache_away_from_the_start(servers: Servers, question: Json, address: str) -> None:
    question["generator"] = "search"
    with client_of(settings_for(servers, redis_url=address)) as client:
        first, second = found(client, question), found(client, question)
        assert first["id"] != second["id"]
        for answer in (first, second):
            assert answer["generation"]["degraded"] == ["cache_unavailable"]
            assert answer["generation"]["cached"] is False
            assert_verified(client, answer)
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["cache"]) == (200, False)


def test_a_cache_that_hangs_up_is_asked_twice_and_not_waited_for(servers: Servers, question: Json) -> None:
    question["generator"] = "search"
    with hanging_up() as (address, callers), client_of(settings_for(servers, redis_url=address)) as client:
        for _ in range(3):
            callers.clear()
            assert found(client, question)["generation"]["degraded"] == ["cache_unavailable"]
            assert len(callers) == 2


@contextmanager
def hanging_up() -> Iterator[tuple[str, list[object]]]:
    """A fake: a cache's server that closes each connection at once. Its address, and who called."""
    callers: list[object] = []

    class HangsUp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            callers.append(self.client_address)

    with socketserver.TCPServer(("127.0.0.1", 0), HangsUp) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"redis://127.0.0.1:{server.server_address[1]}/0", callers
        server.shutdown()
        thread.join()


def test_cache_and_language_model_away(servers: Servers, question: Json) -> None:
    away = settings_for(servers, redis_url="unix:///nowhere/valkey.sock", llm_url=NOWHERE)
    with client_of(away) as client:
        answer = found(client, question)
        assert answer["generation"]["degraded"] == ["llm_unavailable", "cache_unavailable"]
        assert_verified(client, answer)


def test_the_cache_lost_in_between_and_back(servers: Servers, question: Json, tmp_path: Path) -> None:
    question["generator"] = "search"
    valkey = LastingValkey(tmp_path)
    valkey.start()
    with client_of(settings_for(servers, redis_url=valkey.url)) as client:
        degraded = [found(client, question)["generation"]["degraded"]]
        valkey.stop()
        lost = found(client, question)
        assert_verified(client, lost)
        degraded.append(lost["generation"]["degraded"])
        valkey.start()
        with redis.from_url(valkey.url) as cache:
            assert cache.dbsize() == 0
        back = [found(client, question)["generation"] for _ in range(2)]
        valkey.stop()
    degraded += [generation["degraded"] for generation in back]
    assert degraded == [[], ["cache_unavailable"], [], []]
    assert [generation["cached"] for generation in back] == [False, True]
