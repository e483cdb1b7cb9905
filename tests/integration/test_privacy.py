"""Nothing about a person in logs, metrics or errors: `turnpoint serve` as a process, its output read."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from tests.integration.answers import Json, ask, found
from tests.integration.processes import serving
from tests.integration.serving import SECONDS, Servers, connect

CANARY = "Kanarienvogel"
BMI, AGE_OUT_OF_RANGE, WAIST_IN_INCHES = 33.17593, 987654, 43.17593


@pytest.fixture
def unmigrated(database_url: str) -> Iterator[str]:
    """A database without tables: every statement on it fails."""
    name = f"privacy_{uuid4().hex}"
    with connect(database_url) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield make_url(database_url).set(database=name).render_as_string(hide_password=False)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def private(question: Json) -> Json:
    """A question whose id and value would be recognised anywhere."""
    features = question["features"] | {"bmi": BMI}
    del features["weight"]
    return question | {"patient_id": f"{CANARY}-{uuid4()}", "features": features}


def assert_silent(said: str) -> None:
    for secret in (CANARY, str(BMI), str(AGE_OUT_OF_RANGE), str(WAIST_IN_INCHES)):
        assert secret not in said


def test_logs_and_metrics_hold_nothing_about_a_person(
    servers: Servers, database_url: str, private: Json
) -> None:
    bad = private | {"features": private["features"] | {"age": AGE_OUT_OF_RANGE, f"{CANARY} M": 1}}
    with serving(servers, database_url) as (serve, client):
        answer = found(client, private)
        found(client, private)
        warned = ask(client, private | {"features": private["features"] | {"waist": WAIST_IN_INCHES}})
        assert str(WAIST_IN_INCHES) in warned["warnings"][0]["detail"]
        responses = [
            client.post("/counterfactuals", json=bad),
            client.post("/counterfactuals", content=f'{{"{CANARY}'),
            client.post("/predictions", json={"features": bad["features"]}),
            client.get(f"/patients/{CANARY}-unknown/interventions"),
            client.get(f"/patients/{CANARY}%20M/interventions?before={CANARY}"),
            client.request(CANARY, "/livez"),
            client.get(f"/{CANARY}?name={CANARY}", headers={"X-Request-ID": CANARY, "Cookie": CANARY}),
        ]
        assert [response.is_client_error for response in responses] == [True] * len(responses)
        assert client.get(f"/patients/{private['patient_id']}/interventions").is_success
        theirs = str(uuid4())
        ours = client.get("/livez", headers={"X-Request-ID": theirs}).headers["X-Correlation-ID"]
        responses.append(client.get("/metrics"))
        for response in responses:
            assert_silent(response.text)
        serve.interrupt(SECONDS)
        assert_silent(serve.output + serve.errors)
        assert answer["id"] not in serve.errors
        assert '"route": "/patients/{patient_id}/interventions"' in serve.errors
        assert "Traceback" not in serve.errors
        (line,) = [line for line in serve.errors.splitlines() if ours in line]
        assert f'"request_id": "{theirs}"' in line


def test_a_failing_statement_tells_nothing_about_a_person(
    servers: Servers, unmigrated: str, private: Json
) -> None:
    with serving(servers, unmigrated) as (serve, client):
        client.headers["Connection"] = "close"  # uvicorn hangs up after an unexpected error
        responses = [
            client.post("/counterfactuals", json=private),
            client.get(f"/patients/{private['patient_id']}/interventions"),
        ]
        for response in responses:
            assert response.is_server_error
            assert response.headers["content-type"] == "application/problem+json"
            assert_silent(response.text)
        serve.interrupt(SECONDS)
        assert_silent(serve.output + serve.errors)


def test_the_databases_own_log_holds_nothing_about_a_person(
    home: Path, database: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    log = home / "logs" / "postgres.log"
    if not log.exists():
        pytest.skip("TEST_DATABASE_URL names a server whose log is elsewhere")
    with pytest.raises(psycopg.errors.NotNullViolation):
        database.execute("INSERT INTO answers (patient_id) VALUES (%s)", [CANARY])
    assert_silent(log.read_text())
