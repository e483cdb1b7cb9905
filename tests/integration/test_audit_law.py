"""Whatever route names a patient or an answer: who used it, for whom, and how it ended is on record."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi.routing import APIRoute

from app.faces.api import routes as api
from app.faces.ehr.cds import endpoints as cds
from app.faces.pages import routes as pages
from app.identity.scopes import AccessScope
from tests.asking import Person
from tests.integration.answers import found
from tests.integration.audits import Database, Json, events_of, pseudonym_of
from tests.integration.entering import typed_in
from tests.integration.keeping_keys import bearer, key_for
from tests.integration.pages import HTML
from tests.integration.planning import made
from tests.integration.routes_by_id import chart
from tests.integration.serving import Servers, client_of, settings_for

TOKEN = "an-audited-token-of-the-tests"
NAME = "Dr. Ada Byron"
ODD_ID = "a%20b"
"""No id of a patient's, and no UUID."""
NOBODYS = "0198a000-0000-7000-8000-000000000000"
"""The id of nothing; tests' names hold it, so that it is the same in each process."""


@dataclass(frozen=True)
class Known:
    """A patient with an answer on record."""

    client: httpx.Client
    patient: str
    answer: Json
    person: Json

    @property
    def option(self) -> Json:
        option: Json = self.answer["counterfactuals"][0]
        return option

    def path(self, template: str, **named: str) -> str:
        return template.format_map({"patient_id": self.patient, "answer_id": self.answer["id"], **named})

    def get(self, template: str, **query: Any) -> httpx.Response:
        return self.client.get(self.path(template), params=query)

    def form(self, template: str, **fields: str) -> httpx.Response:
        return self.client.post(self.path(template), data=fields, headers=HTML)


def _plan(known: Known) -> Json:
    return made(known.client, known.answer, known.option)


def _change(known: Known, send: Callable[[str, Json], httpx.Response]) -> httpx.Response:
    plan = _plan(known)
    event = plan["standing_event"]
    return send(f"/patients/{known.patient}/plans/{plan['id']}", {"kind": "completed", "replaces": event})


def _reported(known: Known) -> httpx.Response:
    report = {"outcome": "accepted", "acceptedSuggestions": [{"id": known.option["id"]}]}
    report |= {"card": known.answer["id"], "outcomeTimestamp": "2099-01-01T00:00:00.000Z"}
    return known.client.post(f"{CDS}/feedback", json={"feedback": [report]})


CDS = "/cds-services/interventions-dysglycaemia"
OF = "/patients/{patient_id}"
MODEL = {"model": "dysglycaemia"}
CALLS: dict[tuple[str, str], Callable[[Known], httpx.Response]] = {
    ("POST", "/counterfactuals"): lambda known: known.client.post(
        "/counterfactuals",
        json={"patient_id": known.patient, "features": known.person, "generator": "search", "count": 1},
    ),
    ("GET", "/counterfactuals/{answer_id}"): lambda known: known.get("/counterfactuals/{answer_id}"),
    ("POST", "/counterfactuals/{answer_id}/feedback"): lambda known: known.client.post(
        known.path("/counterfactuals/{answer_id}/feedback"),
        json={"counterfactual_id": known.option["id"], "verdict": "accepted"},
    ),
    ("POST", "/predictions"): lambda known: known.client.post(
        "/predictions", json={"patient_id": known.patient, "features": known.person}
    ),
    ("POST", "/cds-services/{service_id}"): lambda known: known.client.post(CDS, json=chart(known.patient)),
    ("POST", "/cds-services/{service_id}/feedback"): _reported,
    ("GET", f"{OF}/interventions"): lambda known: known.get(f"{OF}/interventions"),
    ("GET", f"{OF}/preferences"): lambda known: known.get(f"{OF}/preferences"),
    ("PUT", f"{OF}/preferences"): lambda known: known.client.put(
        known.path(f"{OF}/preferences"), json={"codes": [], "features_to_keep": ["bmi"]}
    ),
    ("GET", f"{OF}/measurements"): lambda known: known.get(f"{OF}/measurements", **MODEL),
    ("POST", f"{OF}/measurements"): lambda known: known.client.post(
        known.path(f"{OF}/measurements"),
        json={**MODEL, "measured_on": "2026-01-05", "value": 6.6, "unit": "%"},
    ),
    ("GET", f"{OF}/plans"): lambda known: known.get(f"{OF}/plans"),
    ("POST", f"{OF}/plans"): lambda known: known.client.post(
        known.path(f"{OF}/plans"), json={"counterfactual_id": known.option["id"]}
    ),
    ("PATCH", f"{OF}/plans/{{plan_id}}"): lambda known: _change(
        known, lambda path, body: known.client.patch(path, json=body)
    ),
    ("GET", f"{OF}/export"): lambda known: known.get(f"{OF}/export"),
    ("DELETE", OF): lambda known: known.client.delete(known.path(OF)),
    ("GET", f"{OF}/audit-events"): lambda known: known.get(f"{OF}/audit-events"),
    ("GET", f"{OF}/charts"): lambda known: known.get(f"{OF}/charts", answer=known.answer["id"]),
    ("GET", f"{OF}/grounds"): lambda known: known.get(f"{OF}/grounds", answer=known.answer["id"]),
    ("GET", f"{OF}/values"): lambda known: known.get(f"{OF}/values"),
    ("POST", f"{OF}/values"): lambda known: known.form(
        f"{OF}/values", **MODEL, **typed_in(known.person), **{"keep.sleep": "on"}
    ),
    ("POST", f"{OF}/what-if"): lambda known: known.form(f"{OF}/what-if", answer=known.answer["id"]),
    ("POST", f"{OF}/interventions"): lambda known: known.form(
        f"{OF}/interventions", answer=known.answer["id"]
    ),
    ("POST", f"{OF}/plan"): lambda known: known.form(
        f"{OF}/plan", answer=known.answer["id"], counterfactual_id=known.option["id"]
    ),
    ("POST", f"{OF}/plans/{{plan_id}}"): lambda known: _change(
        known,
        lambda path, body: known.client.post(path, data=body | {"answer": known.answer["id"]}, headers=HTML),
    ),
    ("GET", f"{OF}/plans/{{plan_id}}/handout"): lambda known: known.client.get(
        f"/patients/{known.patient}/plans/{_plan(known)['id']}/handout", headers=HTML
    ),
    ("POST", f"{OF}/preference"): lambda known: known.form(
        f"{OF}/preference", answer=known.answer["id"], **MODEL, **{"keep.bmi": "on"}
    ),
    ("POST", f"{OF}/ask-again"): lambda known: known.form(
        f"{OF}/ask-again", answer=known.answer["id"], **{"without.bmi": "on"}
    ),
    ("POST", f"{OF}/result"): lambda known: known.form(
        f"{OF}/result", answer=known.answer["id"], measured_on="2026-01-05", value="6.6", unit="%"
    ),
    ("GET", "/"): lambda known: known.client.get("/", headers=HTML),
    ("POST", "/"): lambda known: known.form("/", patient=known.patient),
}
REFUSED_BY = {
    f"{OF}/plans": "?limit=none",
    f"{OF}/interventions": "?limit=none",
    f"{OF}/audit-events": "?limit=none",
    f"{OF}/charts": f"?answer={NOBODYS}",
    f"{OF}/grounds": f"?answer={NOBODYS}",
}
"""By path, a query that is refused of a patient on record."""
NEVER_REFUSED = (f"{OF}/export", f"{OF}/values")
"""Of a patient on record."""
NOTHING_IS_READ = {("GET", f"{OF}/result")}
"""Leads to the page, and looks nothing up."""
ABOUT_PATIENTS = sorted(
    (method, route.path)
    for router in (*api.ROUTERS, cds.router, *pages.ROUTERS)
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in route.methods or ()
    if "{patient_id}" in route.path
    or "{answer_id}" in route.path
    or route.path in ("/", "/counterfactuals", "/predictions")
    or route.path.startswith("/cds-services/")
)


@pytest.fixture(scope="module")
def gateway(servers: Servers) -> Iterator[httpx.Client]:
    with client_of(settings_for(servers, api_tokens=(TOKEN,)), auth=(NAME, TOKEN)) as client:
        yield client


@pytest.fixture
def known(gateway: httpx.Client, patient_id: str, heavy: Person) -> Known:
    question = {"patient_id": patient_id, "features": dict(heavy), "generator": "search"}
    return Known(gateway, patient_id, found(gateway, question), dict(heavy))


def audited(database: Database, response: httpx.Response, expected: Json) -> list[Json]:
    """The events of a request that are about this patient, by this caller, with this outcome."""
    events = events_of(database, response.headers["x-correlation-id"])
    return [event for event in events if expected.items() <= event.items()]


def test_every_route_is_looked_at() -> None:
    assert set(ABOUT_PATIENTS) - NOTHING_IS_READ == set(CALLS)


@pytest.mark.parametrize(("method", "template"), CALLS)
def test_what_is_given_is_on_record(known: Known, database: Database, method: str, template: str) -> None:
    pseudonym = pseudonym_of(database, known.patient)  # which an erasure leaves nowhere else
    response = CALLS[method, template](known)
    assert response.status_code < 400, response.text
    expected = {
        "tenant": "default",
        "actor": "token",
        "on_behalf_of": NAME,
        "patient": pseudonym,
        "route": f"{method} {template}",
        "outcome": "success",
        "address": "127.0.0.1",
    }
    events = audited(database, response, expected)
    assert events
    assert all(known.patient not in str(value) for event in events for value in event.values())


@pytest.mark.parametrize(("method", "template"), [one for one in CALLS if "{" in one[1]])
def test_what_has_faults_is_on_record(
    gateway: httpx.Client, database: Database, method: str, template: str
) -> None:
    path = template.format(patient_id=ODD_ID, answer_id=ODD_ID, plan_id=uuid4(), service_id=ODD_ID)
    response = gateway.request(method, path, json={} if method not in ("GET", "DELETE") else None)
    assert response.status_code == 422
    expected = {"route": f"{method} {template}", "outcome": "rejected", "on_behalf_of": NAME}
    (event,) = audited(database, response, expected)
    assert event["patient"] is None
    assert "a b" not in str(event)


@pytest.mark.parametrize(
    ("method", "path", "status", "outcome"),
    [
        ("GET", f"{OF}/charts?answer={NOBODYS}", 404, "not_found"),
        ("PATCH", f"{OF}/plans/{NOBODYS}", 422, "rejected"),
        ("GET", f"{OF}/plans/{NOBODYS}/handout", 404, "not_found"),
        ("GET", f"{OF}/measurements?model=nobody", 422, "rejected"),
        ("POST", "/counterfactuals/{answer_id}/feedback", 422, "rejected"),
    ],
)
def test_what_is_refused_of_a_patient_is_on_record_with_them(
    known: Known, database: Database, method: str, path: str, status: int, outcome: str
) -> None:
    response = known.client.request(method, known.path(path), json={} if method != "GET" else None)
    assert response.status_code == status
    expected = {"patient": pseudonym_of(database, known.patient), "outcome": outcome}
    (event,) = audited(database, response, expected)
    assert (event["entity"], event["detail"]) == ("request", f"HTTP {status}")


@pytest.mark.parametrize("template", [path for method, path in CALLS if method == "GET" and "{" in path])
def test_what_head_is_refused_is_on_record_as_what_get_is(
    known: Known, database: Database, template: str
) -> None:
    named = {"patient_id": ODD_ID} if template in NEVER_REFUSED else {}
    path = known.path(template, answer_id=NOBODYS, plan_id=NOBODYS, **named)
    query = REFUSED_BY.get(template, "?model=nobody")
    refused = {method: known.client.request(method, path + query) for method in ("GET", "HEAD")}
    assert refused["HEAD"].status_code == refused["GET"].status_code in (404, 422)
    patient = pseudonym_of(database, known.patient) if "{patient_id}" in template and not named else None
    told = []
    for method, response in refused.items():
        (event,) = events_of(database, response.headers["x-correlation-id"])
        assert (event["route"], event["patient"]) == (f"{method} {template}", patient)
        told.append([event[column] for column in ("action", "outcome", "detail", "answer_id")])
    assert told[0] == told[1]


def test_a_question_with_faults_is_on_record_with_its_patient(known: Known, database: Database) -> None:
    body = {"patient_id": known.patient, "features": {**known.person, "bmi": "heavy"}}
    response = known.client.post("/counterfactuals", json=body)
    assert response.status_code == 422
    (event,) = events_of(database, response.headers["x-correlation-id"])
    assert (event["action"], event["outcome"]) == ("create", "rejected")
    assert event["patient"] == pseudonym_of(database, known.patient)


def test_a_list_is_on_record_with_each_patient_on_it(
    known: Known, gateway: httpx.Client, database: Database, heavy: Person
) -> None:
    other = f"{known.patient}-2"
    found(gateway, {"patient_id": other, "features": dict(heavy), "generator": "search"})
    response = known.form("/", patient=known.patient)
    seen = {event["patient"] for event in events_of(database, response.headers["x-correlation-id"])}
    assert seen == {pseudonym_of(database, one) for one in (known.patient, other)}


def test_a_stranger_is_counted_and_not_on_record(gateway: httpx.Client, database: Database) -> None:
    response = gateway.get("/patients/P-1/plans", auth=("Mallory", "not-a-token-of-the-tests"))
    assert response.status_code == 401
    assert events_of(database, response.headers["x-correlation-id"]) == []


def test_uploads_and_jobs_are_on_record_by_their_ids(known: Known, database: Database) -> None:
    table = "\n".join(",".join(str(one) for one in line) for line in (known.person, known.person.values()))
    csv = {"Content-Type": "text/csv"}
    upload = known.client.post("/augmentations/uploads", content=table, headers=csv)
    source = {"kind": "upload", "upload_id": upload.json()["id"]}
    job = known.client.post("/augmentations", json={"source": source, "target_label": "low"})
    cancelled = known.client.delete(f"/augmentations/{job.json()['id']}")
    for response, action, entity in (
        (upload, "create", "upload"),
        (job, "create", "job"),
        (cancelled, "update", "job"),
    ):
        (event,) = audited(database, response, {"action": action, "entity": entity, "outcome": "success"})
        assert (str(event["entity_id"]), event["patient"]) == (response.json()["id"], None)


def test_who_may_not_is_on_record_with_whom_they_asked_about(
    known: Known, servers: Servers, database: Database, database_url: str
) -> None:
    """Though the refusal comes before a route is looked for, and before a body is read."""
    name = f"risk-calculator-{uuid4()}"
    key = key_for(database_url, name, AccessScope.PREDICTIONS)
    routes = [
        ("GET", f"{OF}/plans"),
        ("POST", "/counterfactuals/{answer_id}/feedback"),
        ("GET", f"{OF}/audit-events"),
    ]
    with client_of(settings_for(servers, api_keys=True), headers=bearer(key)) as client:
        for method, template in routes:
            response = client.request(method, known.path(template), json={} if method == "POST" else None)
            assert response.status_code == 403
            (event,) = events_of(database, response.headers["x-correlation-id"])
            told = [event[column] for column in ("actor", "actor_kind", "actor_source", "route", "outcome")]
            assert told == [name, "system", "key", f"{method} {template}", "refused"]
            assert event["patient"] == pseudonym_of(database, known.patient)
