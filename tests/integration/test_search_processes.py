"""A gateway that searches in processes: the same answers, whatever becomes of the processes."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import httpx
import psutil
import pytest

from tests.integration.answers import Json, ask, found
from tests.integration.processes import Turnpoint, serving, wait_until
from tests.integration.serving import SECONDS, Servers

PROCESSES = 3
"""Two searches at a time, and one to spare."""
APART = ("id", "patient_id", "created_at", "elapsed_ms")
"""What tells two answers to the same question apart, and their options."""


@contextmanager
def searching(servers: Servers, **more: str) -> Iterator[tuple[Turnpoint, httpx.Client]]:
    """A gateway that searches in processes, once they are there."""
    given = {"SEARCH_IN_PROCESSES": "true", "SEARCH_THREADS": str(PROCESSES - 1), "SHUTDOWN_NOTICE_S": "0"}
    with serving(servers, servers.database_url, given | more) as (serve, client):
        wait_until(lambda: len(searchers(serve)) == PROCESSES)
        yield serve, client


@pytest.fixture(scope="module")
def gateway(servers: Servers) -> Iterator[tuple[Turnpoint, httpx.Client]]:
    with searching(servers) as running:
        yield running


def template_of(serve: Turnpoint) -> psutil.Process:
    [template] = psutil.Process(serve.pid).children()
    return template


def searchers(serve: Turnpoint) -> list[psutil.Process]:
    return template_of(serve).children()


def figure(client: httpx.Client, name: str) -> float:
    lines = client.get("/metrics").text.splitlines()
    return sum(float(line.removeprefix(f"{name} ")) for line in lines if line.startswith(f"{name} "))


def is_searching(client: httpx.Client) -> bool:
    return figure(client, 'turnpoint_lane_busy{lane="search"}') > 0


@contextmanager
def frozen(serve: Turnpoint) -> Iterator[list[psutil.Process]]:
    """All search processes, none of which goes on."""
    there = searchers(serve)
    for one in there:
        one.suspend()
    try:
        yield there
    finally:
        for one in there:
            if one.is_running():
                os.kill(one.pid, signal.SIGCONT)


@contextmanager
def asked(client: httpx.Client, question: Json, may_fail: bool = False) -> Iterator["Future[Json]"]:
    """An answer that is being worked out."""
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(found, client, question)
        wait_until(lambda: is_searching(client) or answer.done())
        yield answer
        if may_fail:
            with suppress(httpx.HTTPError):
                answer.result(SECONDS)


def gone(processes: list[psutil.Process]) -> bool:
    return not psutil.wait_procs(processes, timeout=SECONDS)[1]


def said(told: Any) -> Any:
    """What an answer says, or a part of one."""
    if isinstance(told, list):
        return [said(one) for one in told]
    if isinstance(told, dict):
        return {name: said(value) for name, value in told.items() if name not in APART}
    return told


def test_answers_are_those_of_a_gateway_that_searches_in_threads(
    servers: Servers, gateway: tuple[Turnpoint, httpx.Client], question: Json
) -> None:
    _, client = gateway
    questions: list[Json] = [
        question | {"generator": "search", "patient_id": "processes-1", **more}
        for more in (
            {},
            {"target": {"max_risk": 0.05}},
            {"target": {"relative_reduction": 0.2}, "include": ["treatment"], "always": True},
            {"target": {"max_risk": 0.55}, "count": 1, "programme": "intensive"},
        )
    ]
    there = [ask(client, one) for one in questions]
    with serving(servers, servers.database_url, {"SEARCH_IN_PROCESSES": "false"}) as (serve, other):
        assert not serve.children()
        again = [ask(other, one | {"patient_id": "processes-2"}) for one in questions]
    assert said(again) == said(there)
    assert figure(client, "turnpoint_search_processes") == PROCESSES
    assert all(one.nice() > 0 for one in searchers(gateway[0]))  # who takes requests comes before them


def test_what_is_wrong_with_a_question_is_said_as_ever(
    gateway: tuple[Turnpoint, httpx.Client], question: Json
) -> None:
    _, client = gateway
    large = question | {"target": {"absolute_reduction": 0.99}, "generator": "search"}
    refused = client.post("/counterfactuals", json=large)
    assert refused.status_code == 422
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/target/absolute_reduction"]


def test_killed_in_the_middle_they_are_replaced_and_the_answer_is_there(
    gateway: tuple[Turnpoint, httpx.Client], question: Json
) -> None:
    serve, client = gateway
    with frozen(serve) as there, asked(client, question | {"patient_id": "processes-killed"}) as answer:
        for one in there:
            one.kill()
        assert answer.result(SECONDS)["generation"]["cached"] is False
    assert gone(there)
    assert figure(client, "turnpoint_search_processes_ended_total") > 0
    again = found(client, question | {"patient_id": "processes-killed"})
    assert again["id"] == answer.result()["id"]  # on record, once
    assert found(client, question | {"patient_id": "processes-after"})


def test_frozen_they_are_given_up_and_the_answer_is_there(
    gateway: tuple[Turnpoint, httpx.Client], question: Json
) -> None:
    serve, client = gateway
    with frozen(serve) as there, asked(client, question | {"patient_id": "processes-frozen"}) as answer:
        assert answer.result(SECONDS)
        wait_until(lambda: not all(one.is_running() for one in there))
        assert found(client, question | {"patient_id": "processes-frozen-2"})


def test_once_none_can_be_started_those_left_go_on_and_then_the_gateway_searches_itself(
    servers: Servers, question: Json
) -> None:
    with searching(servers) as (serve, client):
        (left, *others), template = searchers(serve), template_of(serve)
        for one in (template, *others):
            one.kill()
        wait_until(lambda: template.status() == psutil.STATUS_ZOMBIE)
        for number in range(PROCESSES):
            assert found(client, question | {"patient_id": f"processes-left-{number}"})
        assert left.is_running()
        left.kill()
        for number in range(2):
            assert found(client, question | {"patient_id": f"processes-none-{number}"})
    assert serve.errors.count("no_search_process") == 1
    assert "Traceback" not in serve.errors


def test_they_do_not_outlive_a_gateway_that_is_killed(servers: Servers, question: Json) -> None:
    """Be they idle, or at work on a question that nobody waits for any more."""
    with searching(servers) as (serve, client):
        children = serve.children()
        assert found(client, question | {"patient_id": "processes-end"})
        with frozen(serve), asked(client, question | {"patient_id": "processes-busy"}, may_fail=True):
            serve.send_signal(signal.SIGKILL)
            assert serve.wait(SECONDS) == -signal.SIGKILL
        assert gone(children)


def test_what_all_are_told_to_end_by_ends_no_answer(servers: Servers, question: Json) -> None:
    """As a service manager does with all processes of a service."""
    with searching(servers, SHUTDOWN_S=str(SECONDS)) as (serve, client):
        children = serve.children()
        with frozen(serve) as there, asked(client, question | {"patient_id": "processes-told"}) as answer:
            for one in [*children, psutil.Process(serve.pid)]:
                os.kill(one.pid, signal.SIGTERM)
            for one in there:
                one.resume()
            assert answer.result(SECONDS)
        assert serve.wait(SECONDS) in (0, -signal.SIGTERM)
        assert gone(children)
    assert "search_process_ended" not in serve.errors


def test_several_processes_of_a_gateway_have_a_template_in_common(servers: Servers, question: Json) -> None:
    more = {"GATEWAY_PROCESSES": "2", "SEARCH_IN_PROCESSES": "true", "SEARCH_THREADS": "1"}
    with serving(servers, servers.database_url, more) as (serve, client):
        wait_until(lambda: len(serve.children()) == 2 + 1 + 2 * 2)
        client.headers["Connection"] = "close"
        for number in range(4):
            assert found(client, question | {"patient_id": f"processes-two-{number}"})
        assert figure(client, "turnpoint_search_processes") == 4
        children = serve.children()
        serve.send_signal(signal.SIGTERM)
        assert serve.wait(SECONDS) == 0, serve.errors
        assert gone(children)
