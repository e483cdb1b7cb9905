"""What `/metrics` of a real gateway and a real worker tells: figures that move, and labels of closed sets."""

import math
import re
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from app.domain.degraded import Degraded
from app.local.embedded.data_dir import free_port
from app.proposers.llm.failures import FailureReason
from app.usecases.shadow.counts import Outcome
from tests.integration.answers import Json, ask
from tests.integration.fake_llm import fake_llm
from tests.integration.fake_server import Reply
from tests.integration.figures import figure, figures, figures_of
from tests.integration.processes import wait_until
from tests.integration.serving import SECONDS, LastingPostgres, Servers, client_of, settings_for
from tests.integration.working import ended, rows_source, submit, worker

TASKS = {"augmentation.chunk", "augmentation.report", "other"}
A_ROUTE = re.compile(r"unmatched|/[a-z0-9_.\-/{}]*")
CLOSED: dict[str, set[str] | re.Pattern[str]] = {
    "method": {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "other"},
    "route": A_ROUTE,
    "status": {"found", "already_below_target", "infeasible"},
    "model": {"dysglycaemia", "heart-disease"},
    "version": re.compile(r"[1-9]"),
    "cached": {"True", "False"},
    "degraded": re.compile("|".join(["no", *Degraded])),
    "reason": {*FailureReason, "waited", "at_once", "full", "per_minute"},
    "lane": {"search", "quick"},
    "work": {"searches", "batches", "requests"},
    "outcome": {
        *("proposals", *Degraded),
        *("hit", "miss", "away", "kept"),
        *("connection", "none"),
        *("done", "part_away", "failed", "interrupted"),
        *Outcome,
    },
    "part": {"llm", "cache", "database"},
    "command": {"read", "write"},
    "task": TASKS,
    "state": {"waiting", "running"},
    "feature": re.compile(r"\(risk\)|[a-z][a-z0-9_]*"),
    "of": {"asked", "reference"},
    "shadow": re.compile(r"[1-9]"),
    "step": {"count", "flush"},
    "le": re.compile(r"-?[0-9.]+|\+Inf"),
}
"""By label, what it may say; a status of a request is an HTTP status."""


def test_no_label_says_anything_but_words_of_a_closed_set(client: httpx.Client, question: Json) -> None:
    before = figures(client)
    ask(client, question)
    client.get(f"/patients/{uuid4()}/interventions")
    client.request("KANARIENVOGEL", f"/{uuid4()}")
    seen = set()
    # Other tests of this process have models of their own: these are the figures that moved here.
    for name, labels in (key for key, value in figures(client).items() if before.get(key) != value):
        for label, value in labels if name.startswith("turnpoint_") else ():
            seen.add(label)
            allowed = CLOSED[label]
            if label == "status" and name.startswith("turnpoint_request"):
                allowed = re.compile("[1-5][0-9][0-9]")
            if label == "degraded":
                assert set(value.split(",")) <= {"no", *Degraded}
            elif isinstance(allowed, re.Pattern):
                assert allowed.fullmatch(value), (name, label, value)
            else:
                assert value in allowed, (name, label, value)
    assert {"method", "route", "status", "model", "outcome", "le"} <= seen


def test_requests_are_counted_while_they_are_in_flight(client: httpx.Client) -> None:
    assert figure(client, "turnpoint_requests_in_flight") >= 1  # the one that asks
    before = figure(client, "turnpoint_requests_in_flight")
    for _ in range(5):
        client.get("/livez")
        client.get(f"/{uuid4()}")
    assert figure(client, "turnpoint_requests_in_flight") == before


def test_the_cache_tells_hits_from_misses(servers: Servers, question: Json) -> None:
    with client_of(settings_for(servers)) as client:

        def read(outcome: str) -> float:
            return figure(client, "turnpoint_cache_commands_total", command="read", outcome=outcome)

        missed, hit = read("miss"), read("hit")
        ask(client, question)
        assert read("miss") > missed
        assert read("hit") == hit
        ask(client, question)
        assert read("hit") == hit + 1
    with client_of(settings_for(Servers(servers.database_url, "redis://127.0.0.1:9/0"))) as client:
        away = figure(client, "turnpoint_cache_commands_total", command="read", outcome="away")
        ask(client, question)
        assert figure(client, "turnpoint_cache_commands_total", command="read", outcome="away") > away


def test_connections_to_postgresql_are_counted_until_they_are_closed(
    servers: Servers, question: Json
) -> None:
    name = "turnpoint_database_connections"
    with client_of(settings_for(servers)) as outer:
        ask(outer, question)
        before = figure(outer, name)
        assert 0 <= figure(outer, f"{name}_in_use") <= before <= figure(outer, f"{name}_most")
        with client_of(settings_for(servers)) as inner:
            ask(inner, question)
            assert figure(outer, name) > before
        assert figure(outer, name) == before
        assert figure(outer, "turnpoint_database_waiting") == 0
        assert figure(outer, "turnpoint_database_wait_seconds_count", outcome="connection") > 0


def test_a_database_that_comes_and_goes_leaves_no_connection_counted(
    servers: Servers, tmp_path: Path, question: Json
) -> None:
    postgres = LastingPostgres(tmp_path)
    postgres.start()
    name = "turnpoint_database_connections"
    try:
        with client_of(settings_for(servers)) as outer:
            before, in_use = figure(outer, name), figure(outer, f"{name}_in_use")
            with client_of(settings_for(Servers(postgres.url, servers.redis_url))) as client:
                ask(client, question)
                postgres.stop()
                for _ in range(3):
                    assert client.post("/counterfactuals", json=question).status_code == 503
                assert figure(client, "turnpoint_queue_read") in (0.0, 1.0)
                postgres.start()
                wait_until(lambda: client.post("/counterfactuals", json=question).status_code == 200)
            assert figure(outer, f"{name}_in_use") == in_use
            assert figure(outer, name) == before
    finally:
        postgres.stop()


def test_the_queue_tells_how_many_wait_and_for_how_long(servers: Servers, home: Path, question: Json) -> None:
    settings = settings_for(servers, metrics_queue_kept_s=0)
    with client_of(settings) as client:
        assert figure(client, "turnpoint_queue_read") == 1
        waiting = {"task": "augmentation.chunk", "state": "waiting"}
        before = figure(client, "turnpoint_queue_tasks", **waiting)
        job = submit(client, source=rows_source([question["features"]]))
        assert figure(client, "turnpoint_queue_tasks", **waiting) == before + 1
        assert figure(client, "turnpoint_queue_oldest_seconds", task="augmentation.chunk") > 0
        port = free_port()
        with worker(servers, home, WORKER_METRICS_PORT=str(port)):
            ended(client, job)
            told = figures_of(
                httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=SECONDS, trust_env=False).text
            )
        done = frozenset({"task": "augmentation.chunk", "outcome": "done"}.items())
        assert told["turnpoint_task_seconds_count", done] >= 1
        assert told["turnpoint_database_connections", frozenset()] >= 1
        assert figure(client, "turnpoint_queue_tasks", **waiting) == 0
        assert figure(client, "turnpoint_queue_oldest_seconds", task="augmentation.chunk") == 0


def test_a_queue_that_cannot_be_read_is_not_told_as_it_was(servers: Servers) -> None:
    away = Servers("postgresql://turnpoint@127.0.0.1:9/x", servers.redis_url)
    with client_of(settings_for(away)) as client:
        assert figure(client, "turnpoint_queue_read") == 0
        assert math.isnan(figure(client, "turnpoint_queue_oldest_seconds", task="augmentation.chunk"))


def test_the_language_model_is_told_by_what_came_of_it_and_its_breaker(
    servers: Servers, question: Json
) -> None:
    with fake_llm() as fake:
        fake.behaviour = lambda _: Reply(status=500)
        settings = settings_for(
            Servers(servers.database_url, servers.redis_url, fake.url), llm_failures=2, llm_rest_s=3600
        )
        with client_of(settings) as client:
            before = figure(client, "turnpoint_llm_seconds_count", outcome="llm_unavailable")
            for seed in range(3):
                ask(
                    client,
                    question | {"patient_id": f"test-{uuid4()}", "generator": "auto", "count": 1 + seed},
                )
            assert figure(client, "turnpoint_llm_seconds_count", outcome="llm_unavailable") == before + 3
            assert figure(client, "turnpoint_breaker_open", part="llm") == 1
            assert figure(client, "turnpoint_llm_failures_total", reason="breaker_open") >= 1


def test_a_port_that_is_taken_ends_a_worker_with_a_sentence(servers: Servers, url: str, home: Path) -> None:
    port = url.rpartition(":")[2]
    refused = pytest.raises(AssertionError, match="Metrics cannot be served at WORKER_METRICS_PORT")
    with refused, worker(servers, home, WORKER_METRICS_PORT=port):
        pass
