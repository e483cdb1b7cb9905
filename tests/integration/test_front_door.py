"""Who is not known is refused before their body is read, however large it is and however often they come."""

import time
from collections.abc import Iterator

import httpx
import psutil
import pytest

from tests.integration.processes import serving
from tests.integration.serving import Servers, client_of, gateway, http_client, settings_for
from tests.integration.sockets import (
    connected,
    head,
    headers_of,
    problem_of,
    read_answer,
    read_to_end,
    status_of,
)

TOKEN = "a-token-of-this-test"
KNOWN = {"Authorization": f"Bearer {TOKEN}"}
LARGE = 27 * 1024 * 1024


@pytest.fixture(scope="module")
def url(servers: Servers) -> Iterator[str]:
    """A gateway that knows one caller."""
    with gateway(settings_for(servers, api_tokens=TOKEN, refusals_per_minute=1000)) as url:
        yield url


@pytest.mark.parametrize(
    "framing", [f"Content-Length: {LARGE}", "Transfer-Encoding: chunked", "Content-Length: 5"]
)
@pytest.mark.parametrize("path", ["/augmentations", "/augmentations/uploads", "/counterfactuals", "/nowhere"])
def test_a_stranger_is_refused_before_any_of_the_body_comes(url: str, path: str, framing: str) -> None:
    with connected(url) as connection:
        connection.sendall(head("POST", path, "Content-Type: application/json", framing))
        answer = read_to_end(connection)
    assert status_of(answer) == 401
    assert headers_of(answer)["connection"] == "close"


def test_a_stranger_who_sends_it_all_hears_of_it_and_costs_no_memory(servers: Servers) -> None:
    with serving(servers, servers.database_url, {"API_TOKENS": TOKEN}) as (turnpoint, client):
        process = psutil.Process(turnpoint.pid)
        before = process.memory_info().rss
        for _ in range(4):
            response = client.post(
                "/augmentations", content=b"[" * LARGE, headers={"Content-Type": "application/json"}
            )
            assert response.status_code == 401
        assert process.memory_info().rss - before < LARGE / 2


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (head("GET", "/livez", "Accept: " + "a," * 32_000), 431),
        (head("GET", "/livez", *["A:"] * 13_000), 431),
        (head("GET", "/livez", *["A:"] * 200), 431),
        (head("GET", "/livez", "A: " + "a" * 8_000, "Connection: close"), 200),
        (head("GET", "/livez?" + "a=&" * 1_000, "Connection: close"), 414),
        (b"\x16\x03\x01\x02\r\n\r\n", 400),
        (head("POST", "/livez", "Transfer-Encoding: chunked") + b"nonsense\r\n", 400),
        (head("POST", "/livez", "Transfer-Encoding: gzip"), 501),
        (head("GET", "/livez", "Connection: upgrade, close", "Upgrade: websocket"), 200),
    ],
)
def test_what_no_caller_sends_is_refused_before_it_is_read_and_leaves_no_line(
    url: str, sent: bytes, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    with connected(url) as connection:
        connection.sendall(sent)
        answer = read_to_end(connection)
    assert status_of(answer) == status
    assert headers_of(answer)["connection"] == "close"
    if status >= 400:
        assert {"type", "title", "status", "detail"} <= set(problem_of(answer))
    assert not [one for one in caplog.records if one.name.startswith("uvicorn")]


def test_who_is_known_keeps_the_connection(url: str) -> None:
    with connected(url) as connection:
        for _ in range(2):
            connection.sendall(
                head("POST", "/predictions", f"Authorization: Bearer {TOKEN}", "Content-Length: 2") + b"{}"
            )
            answer = read_answer(connection)
            assert status_of(answer) in (415, 422)
            assert headers_of(answer).get("connection") != "close"


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/static/page.js"])
def test_what_is_open_stays_open(url: str, path: str) -> None:
    with http_client(url) as client:
        assert client.get(path).status_code == 200


def test_what_is_announced_too_large_is_refused_before_it_comes(url: str) -> None:
    with connected(url) as connection:
        length = f"Content-Length: {10**9}"
        connection.sendall(head("POST", "/augmentations/uploads", f"Authorization: Bearer {TOKEN}", length))
        answer = read_to_end(connection)
    assert status_of(answer) == 413
    assert headers_of(answer)["connection"] == "close"


@pytest.mark.parametrize("authorization", [f"Authorization: Bearer {TOKEN}", "X-Nothing: 1"])
def test_a_body_of_two_lengths_is_refused_and_the_connection_closed(url: str, authorization: str) -> None:
    smuggled = head("GET", "/livez")
    lengths = ("Content-Length: 5", "Transfer-Encoding: chunked")
    with connected(url) as connection:
        request = head("POST", "/predictions", authorization, *lengths) + b"0\r\n\r\n" + smuggled
        connection.sendall(request)
        answer = read_to_end(connection)
    assert status_of(answer) == 400
    assert b"application/problem+json" in answer
    assert answer.count(b"HTTP/1.1") == 1


def test_wild_json_is_refused_in_less_than_its_reading_would_take(url: str) -> None:
    with http_client(url, headers=KNOWN) as client:
        for body in (
            b"[" * LARGE,
            b"[" + b"[]," * (LARGE // 3) + b"[]]",
            b"[" + b"0," * (LARGE // 2) + b"0]",
            b"{" + b",".join(b'"k%d":1' % key for key in range(300_000)) + b"}",
        ):
            began = time.process_time()  # of this process, in which the gateway is
            response = client.post(
                "/augmentations", content=body, headers={"Content-Type": "application/json"}
            )
            assert response.status_code == 400
            assert time.process_time() - began < 2


@pytest.fixture
def strict(servers: Servers) -> Iterator[httpx.Client]:
    """A gateway that answers so few strangers a minute that a test can have been too many."""
    with client_of(settings_for(servers, api_tokens=TOKEN, refusals_per_minute=3)) as client:
        yield client


def test_strangers_are_throttled_and_known_callers_of_the_same_address_are_not(strict: httpx.Client) -> None:
    wrong = {"Authorization": "Bearer of-nothing-at-all"}
    statuses = [strict.get("/models", headers=wrong).status_code for _ in range(8)]
    assert statuses[:3] == [401] * 3
    assert 429 in statuses  # a new minute may have begun in between
    refused = strict.get("/models", headers=wrong)
    if refused.status_code == 429:
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert refused.headers["content-type"] == "application/problem+json"
    assert strict.get("/models", headers=KNOWN).status_code == 200
    assert strict.get("/livez").status_code == 200
    page = strict.get("/", headers={"Accept": "text/html"})
    assert page.status_code == 401  # a browser is always asked
    assert page.headers["WWW-Authenticate"].startswith("Basic")
