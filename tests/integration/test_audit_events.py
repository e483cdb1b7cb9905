"""Who did what, as it is asked for: by patient, actor and time, page by page, as JSON and as FHIR."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.asking import Person
from tests.integration.answers import found
from tests.integration.audits import Json, events_of, pseudonym_of
from tests.integration.serving import Servers, client_of, settings_for

Database = psycopg.Connection[tuple[Any, ...]]
FHIR = "application/fhir+json"


@pytest.fixture(scope="module")
def gateway(servers: Servers) -> Iterator[httpx.Client]:
    with client_of(settings_for(servers)) as client:
        yield client


@pytest.fixture
def patient(gateway: httpx.Client, patient_id: str, heavy: Person) -> str:
    """Somebody who was asked about, and whose plans were then looked at three times."""
    found(gateway, {"patient_id": patient_id, "features": dict(heavy), "generator": "search"})
    for _ in range(3):
        gateway.get(f"/patients/{patient_id}/plans").raise_for_status()
    return patient_id


def asked(gateway: httpx.Client, path: str, **query: Any) -> Json:
    page: Json = gateway.get(path, params=query).raise_for_status().json()
    return page


def what(events: list[Json]) -> list[tuple[str, str]]:
    return [(one["action"], one["entity"]) for one in events]


PLANS = ("read", "plan")


def test_of_a_patient_the_newest_comes_first(gateway: httpx.Client, patient: str) -> None:
    events = asked(gateway, f"/patients/{patient}/audit-events")["events"]
    assert what(events) == [PLANS, PLANS, PLANS, ("create", "answer")]
    assert {one["patient_id"] for one in events} == {patient}
    assert [one["seq"] for one in events] == sorted((one["seq"] for one in events), reverse=True)
    assert all(re.fullmatch("[0-9a-f]{64}", one["hash"]) for one in events)


def test_reading_the_audit_is_on_record_in_it(
    gateway: httpx.Client, patient: str, database: Database
) -> None:
    response = gateway.get(f"/patients/{patient}/audit-events")
    (event,) = events_of(database, response.headers["x-correlation-id"])
    assert (event["action"], event["entity"]) == ("read", "audit")
    assert event["patient"] == pseudonym_of(database, patient)
    assert what(asked(gateway, f"/patients/{patient}/audit-events")["events"])[0] == ("read", "audit")


def test_pages_follow_each_other_without_a_gap(gateway: httpx.Client, patient: str) -> None:
    path, seen, before = f"/patients/{patient}/audit-events", [], None
    while True:
        page = asked(gateway, path, limit=2, **({"before": before} if before else {}))
        seen += [one["seq"] for one in page["events"]]
        before = page["next"]
        if before is None:
            break
    whole = asked(gateway, path, limit=100)["events"]
    assert seen == [one["seq"] for one in whole if one["seq"] <= seen[0]]


def test_a_pseudonym_finds_what_the_id_does_and_what_stays_of_an_erased_patient(
    gateway: httpx.Client, patient: str, database: Database
) -> None:
    by_id = asked(gateway, f"/patients/{patient}/audit-events")["events"]
    pseudonym = by_id[0]["patient"]
    by_pseudonym = asked(gateway, "/audit-events", patient=pseudonym)["events"]
    assert by_pseudonym[1:] == by_id  # and that somebody asked by id
    database.execute("UPDATE patients SET pseudonym = gen_random_uuid() WHERE id = %s", [patient])
    erased = asked(gateway, "/audit-events", patient=pseudonym)["events"]
    assert {(one["patient"], one["patient_id"]) for one in erased} == {(pseudonym, None)}
    assert len(erased) == len(by_id) + 2


def test_a_span_of_time_has_its_beginning_and_not_its_end(gateway: httpx.Client, patient: str) -> None:
    path = f"/patients/{patient}/audit-events"
    *_, third, second, first = asked(gateway, path)["events"]
    begin, end = second["at"], third["at"]
    within = asked(gateway, path, **{"from": begin, "to": end})["events"]
    assert [one["seq"] for one in within] == [second["seq"]]
    until = asked(gateway, path, to=begin)["events"]
    assert [one["seq"] for one in until] == [first["seq"]]
    later = datetime.fromisoformat(third["at"]) + timedelta(days=1)
    assert asked(gateway, path, **{"from": later.isoformat()})["events"] == []


def test_events_of_an_actor(gateway: httpx.Client, patient: str) -> None:
    pseudonym = asked(gateway, f"/patients/{patient}/audit-events")["events"][0]["patient"]
    assert asked(gateway, "/audit-events", patient=pseudonym, actor="local")["events"]
    assert asked(gateway, "/audit-events", patient=pseudonym, actor="nobody")["events"] == []


def test_nobody_is_told_apart_from_somebody_by_404(gateway: httpx.Client) -> None:
    assert gateway.get(f"/patients/{uuid4()}/audit-events").status_code == 404
    assert asked(gateway, "/audit-events", patient=str(uuid4())) == {"events": [], "next": None}


@pytest.mark.parametrize(
    "query",
    [
        {"patient": "P-1"},
        {"from": "yesterday"},
        {"from": "2026-01-05"},
        {"to": "2026-01-05T10:00:00"},
        {"to": "2026-02-30T10:00:00Z"},
        {"before": "0"},
        {"before": "x"},
        {"before": "1" * 30},
        {"limit": "101"},
        {"actor": "x" * 201},
        {"actor": "Ada\0Byron"},
    ],
)
def test_odd_questions_are_refused_by_name(gateway: httpx.Client, query: dict[str, str]) -> None:
    response = gateway.get("/audit-events", params=query)
    assert response.status_code == 422
    (fault,) = response.json()["errors"]
    ((name, value),) = query.items()
    assert (fault["parameter"], fault["in"]) == (name, "query")
    assert len(value) < 3 or value not in fault["detail"]


def test_the_same_as_fhir(gateway: httpx.Client, patient: str) -> None:
    path = f"/patients/{patient}/audit-events"
    events = asked(gateway, path)["events"]
    response = gateway.get(path, headers={"Accept": FHIR}, params={"limit": 2}).raise_for_status()
    assert (response.headers["content-type"], response.headers["vary"]) == (FHIR, "Accept")
    bundle = response.json()
    resources = [entry["resource"] for entry in bundle["entry"]]
    assert resources[1]["id"] == events[0]["id"]
    assert {one["entity"][0]["what"]["identifier"]["value"] for one in resources} == {patient}
    links = {one["relation"]: one["url"] for one in bundle["link"]}
    assert links["self"] == f"{path}?limit=2"
    older = gateway.get(links["next"], headers={"Accept": FHIR}).raise_for_status().json()
    assert older["entry"][0]["resource"]["id"] == events[1]["id"]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/json"),
        (f"{FHIR};q=0.5, application/json", "application/json"),
        (f"{FHIR}, */*;q=0.1", FHIR),
        (f"{FHIR};q=0, */*", "application/json"),
        (f"{FHIR};q=0", "application/problem+json"),  # nothing is accepted
    ],
)
def test_fhir_is_for_who_asks_for_it(gateway: httpx.Client, accept: str, kind: str) -> None:
    response = gateway.get("/audit-events", params={"limit": 1}, headers={"Accept": accept})
    assert response.headers["content-type"] == kind
