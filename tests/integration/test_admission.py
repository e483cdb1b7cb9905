"""A gateway that takes on only so much: what it says to those whom it turns away, and to all others."""

import re
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.asking import Person
from tests.integration.pages import HTML
from tests.integration.serving import SECONDS, Servers, gateway, http_client, settings_for

Json = dict[str, Any]
LIMITS: Json = {
    "searches_at_once": 2,
    "searches_per_minute": 4,
    "search_threads": 1,
    "search_queue": 1,
    "requests_at_once": 8,
    "requests_per_minute": 50,
}
JSON = "application/json"
SECOND_CALLER, THIRD_CALLER = "127.0.0.2", "127.0.0.3"
"""Without tokens callers are told apart by their addresses, and all of 127/8 are this machine's."""


@pytest.fixture
def limited(servers: Servers) -> Iterator[str]:
    with gateway(settings_for(servers, **LIMITS)) as url:
        yield url


def client_at(url: str, address: str) -> httpx.Client:
    transport = httpx.HTTPTransport(local_address=address)
    return httpx.Client(base_url=url, timeout=SECONDS, trust_env=False, transport=transport)


@contextmanager
def search_in_hand(url: str, source: str = "127.0.0.1") -> Iterator[None]:
    """A question whose body has not come whole yet."""
    where = urlsplit(url)
    assert where.hostname
    assert where.port
    with closing(socket.create_connection((where.hostname, where.port), SECONDS, (source, 0))) as connection:
        head = f"POST /counterfactuals HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n".encode())
        assert connection.recv(64).startswith(b"HTTP/1.1 100")  # the gateway reads: it was let in
        yield
        connection.sendall(b"{}")
        assert b" 422 " in connection.recv(64)


def left_in(response: httpx.Response) -> dict[str, dict[str, int]]:
    """The header `RateLimit`: each policy with its parameters."""
    found = re.findall(r'"([a-z-]+)"((?:;[a-z]+=\d+)+)', response.headers["RateLimit"])
    return {
        name: {key: int(value) for key, value in re.findall(r"([a-z]+)=(\d+)", told)} for name, told in found
    }


def refusal(response: httpx.Response, status: int) -> Json:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert 1 <= int(response.headers["Retry-After"]) <= 60
    told: Json = response.json()
    assert told["status"] == status
    return told


def test_every_answer_says_what_is_left(limited: str, question: Json, helpable: Person) -> None:
    with http_client(limited) as client:
        asked = client.post("/counterfactuals", json=question).raise_for_status()
        predicted = client.post("/predictions", json={"features": helpable}).raise_for_status()
        alive = client.get("/livez")
    assert asked.headers["RateLimit-Policy"] == (
        '"searches";q=4;w=60, "searches-at-once";q=2;qu="concurrent-requests"'
    )
    left = left_in(asked)
    assert left["searches"]["r"] == 3
    assert 0 < left["searches"]["t"] <= 60
    assert left["searches-at-once"] == {"r": 1}
    assert left_in(predicted)["requests"]["r"] == 49
    assert "RateLimit" not in alive.headers


def test_who_has_too_much_in_hand_comes_again_later_and_others_are_let_in(limited: str) -> None:
    with search_in_hand(limited), search_in_hand(limited):
        with http_client(limited) as client:
            told = refusal(client.post("/counterfactuals", json={}), 429)
            assert told["violated-policies"] == ["searches-at-once"]
            assert told["type"].endswith("#quota-exceeded")
            assert client.get("/models").is_success
            page = client.post("/patients/P-1/interventions", data={}, headers=HTML)
            assert page.status_code == 429
            assert page.headers["content-type"].startswith("text/html")
            assert int(page.headers["Retry-After"]) >= 1
        with client_at(limited, SECOND_CALLER) as other:
            assert other.post("/counterfactuals", json={}).status_code == 422
    with http_client(limited) as client:
        assert client.post("/counterfactuals", json={}).status_code == 422


def test_who_is_turned_away_comes_again_over_the_same_connection(
    limited: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.faces.http.admission._SHORTLY_S", SECONDS)
    with search_in_hand(limited), search_in_hand(limited), http_client(limited) as client:
        for _ in range(2):
            refused = client.post("/counterfactuals", json={"features": {"notes": "x" * 1000}})
            refusal(refused, 429)
            assert "Connection" not in refused.headers


def test_a_body_that_is_long_or_does_not_come_is_not_waited_for(limited: str) -> None:
    with search_in_hand(limited), search_in_hand(limited), http_client(limited) as client:
        long = client.post("/counterfactuals", content=b"x" * 100_000, headers={"Content-Type": JSON})
        assert refusal(long, 429)
        assert long.headers["Connection"] == "close"
        assert head_of(limited, length=1000).startswith(b"HTTP/1.1 429")


def head_of(url: str, length: int) -> bytes:
    """What is answered to a question whose body does not come."""
    where = urlsplit(url)
    assert where.hostname
    assert where.port
    with closing(socket.create_connection((where.hostname, where.port), SECONDS)) as connection:
        head = f"POST /counterfactuals HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Type: {JSON}\r\n"
        connection.sendall(f"{head}Content-Length: {length}\r\n\r\n".encode())
        return connection.recv(4096)


def test_who_is_too_fast_is_told_when_the_minute_is_over(limited: str) -> None:
    with http_client(limited) as client:
        for left in (3, 2, 1, 0):
            response = client.post("/counterfactuals", json={})
            assert response.status_code == 422
            assert left_in(response)["searches"]["r"] == left
        told = client.post("/counterfactuals", json={})
        assert refusal(told, 429)["violated-policies"] == ["searches"]
        assert told.headers["Retry-After"] == str(left_in(told)["searches"]["t"])
        with client_at(limited, SECOND_CALLER) as other:
            assert other.post("/counterfactuals", json={}).status_code == 422


def test_a_full_service_says_so_to_whoever_has_their_share(limited: str) -> None:
    with search_in_hand(limited), search_in_hand(limited, SECOND_CALLER):
        with client_at(limited, SECOND_CALLER) as client:
            told = refusal(client.post("/counterfactuals", json={}), 503)
            assert "violated-policies" not in told
        with client_at(limited, THIRD_CALLER) as newcomer:
            assert newcomer.post("/counterfactuals", json={}).status_code == 422


def test_a_search_that_takes_too_long_is_given_up(servers: Servers, question: Json) -> None:
    with gateway(settings_for(servers, search_deadline_s=1e-9)) as url, http_client(url) as client:
        told = refusal(client.post("/counterfactuals", json=question), 503)
        assert told["detail"] == "The search took too long. Try again shortly."


def test_a_smaller_budget_is_another_question(servers: Servers, question: Json) -> None:
    with gateway(settings_for(servers)) as url, http_client(url) as client:
        whole = client.post("/counterfactuals", json=question).raise_for_status().json()
    with gateway(settings_for(servers, search_work=0)) as url, http_client(url) as client:
        cut = client.post("/counterfactuals", json=question).raise_for_status().json()
    assert not cut["generation"]["cached"]
    assert cut["status"] == whole["status"] == "found"
    assert not any(one["optimality"]["proved"] for one in cut["counterfactuals"])
    assert whole["counterfactuals"][0]["optimality"]["proved"]
