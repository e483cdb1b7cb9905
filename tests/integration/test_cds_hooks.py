"""CDS Hooks at the real gateway: discovery, cards with prefetch and without, and what is missing."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.ehr.faults import Fault, Order
from tests.ehr.people import names
from tests.ehr.serving import mock_ehr
from tests.fhir.validation import faults_of
from tests.integration.audits import events_of
from tests.integration.cds_hooks import CALL, FHIR, PUBLIC_URL, Connected, asked_of, connected
from tests.integration.serving import Servers, client_of, row_counts, settings_for
from tests.unit.faces.ehr.cds.rules import broken_in_cards, broken_in_discovery

Json = dict[str, Any]
Database = psycopg.Connection[tuple[Any, ...]]
TOO_LITTLE_KNOWN, NOTHING_TO_SAY = "willow", "juniper"


@pytest.fixture(scope="module")
def here(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connected]:
    with connected(servers, tmp_path_factory.mktemp("ehr")) as here:
        yield here


@pytest.fixture(autouse=True)
def _faultless(here: Connected) -> None:
    here.ehr.faults.clear()
    here.ehr.asked.clear()


def outcome(response: httpx.Response, status: int) -> Json:
    """The OperationOutcome of a refusal, which is valid FHIR."""
    assert (response.status_code, response.headers["content-type"]) == (status, FHIR)
    told: Json = response.json()
    assert told["resourceType"] == "OperationOutcome"
    assert faults_of(told) == []
    return told


def test_discovery_is_where_it_must_be_and_keeps_the_rules(here: Connected) -> None:
    response = here.client.get("/cds-services")
    assert response.headers["content-type"] == "application/json"
    assert broken_in_discovery(response.json()) == []


@pytest.mark.parametrize("person", names())
def test_everybody_has_the_same_card_with_prefetch_and_without(here: Connected, person: str) -> None:
    told = []
    for with_prefetch in (True, False):
        response = here.call(here.question(person, with_prefetch))
        told.append(response.json())
        assert (response.status_code == 412) == (person == TOO_LITTLE_KNOWN)
        if response.status_code == 200:
            assert broken_in_cards(response.json()) == []
            assert (response.json()["cards"] == []) == (person == NOTHING_TO_SAY)
        assert bool(asked_of(here.ehr)) is not with_prefetch
    assert told[0] == told[1]


def test_both_hooks_are_one_service(here: Connected) -> None:
    before = here.card("ash", hook="encounter-start")
    assert here.card("ash")["uuid"] == before["uuid"], "the first has warmed the cache"


def test_a_card_is_true_to_the_record(here: Connected, database: Database) -> None:
    response = here.call(here.question("cedar"))
    (card,) = response.json()["cards"]
    answer = here.client.get(f"/counterfactuals/{card['uuid']}").raise_for_status().json()
    offered = [one["id"] for one in (answer["counterfactuals"] or answer["improvements"])[:3]]
    assert [one["uuid"] for one in card["suggestions"]] == offered
    assert answer["patient_id"] == "cedar"
    assert answer["provenance"]["bmi"]["reference"].startswith("Observation/")
    assert f"{100 * answer['prediction']['risk']:.0f} %" in card["summary"]
    events = events_of(database, response.headers["x-correlation-id"])
    assert {one["on_behalf_of"] for one in events} == {"Practitioner/mock-clinician"}
    assert ("create", "answer") in {(one["action"], one["entity"]) for one in events} or (
        "read",
        "answer",
    ) in {(one["action"], one["entity"]) for one in events}


def test_a_measured_outcome_is_told_first(here: Connected) -> None:
    card = here.card("birch")
    assert "HbA1c 7.5 %" in card["summary"]
    assert card["indicator"] == "warning"


def test_links_lead_to_a_launch_with_the_answer_and_name_nobody(here: Connected) -> None:
    card = here.card("cedar")
    (link,) = card["links"]
    assert (link["type"], link["url"], link["appContext"]) == ("smart", f"{PUBLIC_URL}/launch", card["uuid"])
    assert card["source"]["url"] == f"{PUBLIC_URL}/models/dysglycaemia@2/card"
    assert "cedar" not in json.dumps([card["links"], card["source"]])


def test_an_absolute_link_leads_a_person_to_the_page(
    servers: Servers, here: Connected, registry: Any
) -> None:
    with client_of(settings_for(servers, public_url=PUBLIC_URL)) as client:
        response = client.post(CALL, json=here.question("cedar"))
        (card,) = response.json()["cards"]
        (link,) = card["links"]
        path = link["url"].removeprefix(PUBLIC_URL)
        assert (link["type"], path) == ("absolute", f"/counterfactuals/{card['uuid']}")
        page = client.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
        assert page.status_code == 200
        assert "Dysglycaemia" in page.text
        assert client.get(path).json()["id"] == card["uuid"]


def test_what_is_missing_is_named_by_code_and_nothing_is_written(here: Connected, database: Database) -> None:
    before = row_counts(database)
    told = outcome(here.call(here.question(TOO_LITTLE_KNOWN)), 412)
    codes = {one["code"] for issue in told["issue"] for one in issue["details"].get("coding", [])}
    assert {"8302-2", "39156-5", "29463-7"} <= codes
    assert any("(or weight with height)" in issue["details"]["text"] for issue in told["issue"])
    assert {issue["code"] for issue in told["issue"]} == {"required"}
    assert row_counts(database) == before


def test_without_prefetch_and_without_a_server_it_says_what_to_send(here: Connected) -> None:
    body = here.question("ash", with_prefetch=False)
    del body["fhirServer"], body["fhirAuthorization"]
    told = outcome(here.call(body), 412)
    elements = {one for issue in told["issue"] for one in issue.get("expression", [])}
    assert elements == {"Patient.birthDate", "Patient.gender"}
    assert {issue.get("diagnostics") for issue in told["issue"]} >= {
        "/prefetch/patient",
        "/prefetch/observations",
    }


def test_only_what_the_model_requires_is_missed(here: Connected) -> None:
    body = here.question("cedar")
    body["prefetch"]["result"] = None
    body["prefetch"]["observations"]["entry"] = [
        entry
        for entry in body["prefetch"]["observations"]["entry"]
        if entry["resource"]["code"]["coding"][0]["code"] in ("8302-2", "39156-5", "29463-7")
    ]
    (card,) = here.call(body).json()["cards"]
    assert "**Not known to it:**" in card["detail"]


HOSTILE = [
    "http://169.254.169.254/latest/meta-data",
    "https://localhost/fhir",
    "http://127.0.0.1:9/fhir",
    "http://[::1]:9/fhir",
    "https://ehr.example.evil.example/fhir",
]


@pytest.mark.parametrize("address", HOSTILE)
def test_strange_servers_are_never_asked(here: Connected, address: str) -> None:
    body = here.question("ash", with_prefetch=False) | {"fhirServer": address}
    told = outcome(here.call(body), 412)
    assert "security" in {issue["code"] for issue in told["issue"]}
    assert address not in json.dumps(told)
    assert asked_of(here.ehr) == []


def test_another_ehrs_server_is_not_asked_with_the_token(here: Connected) -> None:
    with mock_ehr() as stranger:
        body = here.question("ash", with_prefetch=False) | {"fhirServer": stranger.fhir_base}
        outcome(here.call(body), 412)
        assert asked_of(stranger) == []


@pytest.mark.parametrize("address", ["file:///etc/passwd", "https://user:pw@ehr.example/fhir", "gopher://x"])
def test_what_is_no_servers_address_is_refused(here: Connected, address: str) -> None:
    told = outcome(here.call(here.question("ash") | {"fhirServer": address}), 422)
    assert address not in json.dumps(told)


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (Order(Fault.STATUS, "/fhir", status=500), "exception"),
        (Order(Fault.STATUS, "/fhir", status=403), "forbidden"),
        (Order(Fault.MALFORMED, "/fhir"), "structure"),
        (Order(Fault.HTML, "/fhir"), "structure"),
        (Order(Fault.REDIRECT, "/fhir", url="http://169.254.169.254/"), "security"),
        (Order(Fault.ELSEWHERE, "/fhir/Observation", url="http://127.0.0.1:9/fhir/Observation"), "security"),
        (Order(Fault.ENDLESS, "/fhir"), "too-costly"),
    ],
)
def test_a_fhir_server_that_fails_is_said_and_no_empty_list(here: Connected, order: Order, code: str) -> None:
    here.ehr.faults.order(order)
    told = outcome(here.call(here.question("ash", with_prefetch=False)), 412)
    assert code in {issue["code"] for issue in told["issue"]}


def test_a_result_that_could_not_be_read_is_said_on_the_card(here: Connected) -> None:
    body = here.question("cedar")
    body["prefetch"]["result"] = {"resourceType": "OperationOutcome", "issue": []}
    (card,) = here.call(body).json()["cards"]
    assert "`result` could not be read by the client" in card["detail"]


def test_of_who_has_died_or_is_a_child_there_is_nothing_to_say(here: Connected) -> None:
    for changes in ({"deceasedBoolean": True}, {"birthDate": "2020-01-05"}):
        body = here.question("ash")
        body["prefetch"]["patient"] |= changes
        assert here.call(body).json() == {"cards": []}


def test_who_wants_nothing_offered_is_offered_nothing(here: Connected) -> None:
    assert here.call(here.question("fir")).json()["cards"]
    told = here.client.get("/patients/fir/preferences").raise_for_status().json()
    refusing = next(one for one in told["choices"] if one["refuses"])
    wish = {"codes": [refusing["code"]], "replaces": told["id"]}
    here.client.put("/patients/fir/preferences", json=wish).raise_for_status()
    assert here.call(here.question("fir")).json() == {"cards": []}


def test_with_the_record_away_there_is_no_card(servers: Servers, here: Connected) -> None:
    away = settings_for(servers, database_url="postgresql://turnpoint@/turnpoint?host=/nowhere")
    body = here.question("cedar")
    with client_of(away) as client:
        response = client.post(CALL, json=body)
        assert outcome(response, 503)["issue"][0]["code"] == "transient"
        assert int(response.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"hook": "order-sign"}, "/hook"),
        ({"hookInstance": "secret-1"}, "/hookInstance"),
        ({"context": {"patientId": "ash"}}, "/context/userId"),
        ({"context": {"userId": "secret 1", "patientId": "ash"}}, "/context/userId"),
        ({"prefetch": {"patient": "secret-1"}}, "/prefetch/patient"),
        ({"prefetch": {"patient": {"resourceType": "Patient", "id": "secret-1"}}}, "/context/patientId"),
        ({"fhirServer": None}, "/fhirServer"),
    ],
)
def test_faults_are_named_by_place_without_a_value(here: Connected, changes: Json, place: str) -> None:
    body = {name: value for name, value in (here.question("ash") | changes).items() if value is not None}
    told = outcome(here.call(body), 422)
    assert [issue["diagnostics"] for issue in told["issue"]] == [place]
    assert "secret" not in json.dumps(told)


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"hook": "a", "hook": "b"}', "application/json", 422),
        (b"<x/>", "application/xml", 415),
        (b'"' + b"x" * 9_000_000 + b'"', "application/json", 413),
    ],
)
def test_what_cannot_be_read_is_refused_in_fhir(
    here: Connected, content: bytes, kind: str, status: int
) -> None:
    headers = {"Content-Type": kind, **here.signed(CALL)}
    outcome(here.client.post(CALL, content=content, headers=headers), status)


def test_addresses_that_there_are_not(here: Connected) -> None:
    body = here.question("ash")
    for path in ("/cds-services/nobody", "/cds-services/interventions-heart-disease"):
        outcome(here.client.post(path, json=body), 404)
    outcome(here.client.get(CALL), 405)
    outcome(here.client.post("/cds-services/nobody/feedback", json={"feedback": []}), 422)
    told = {
        "feedback": [
            {"card": str(uuid4()), "outcome": "overridden", "outcomeTimestamp": "2026-01-01T00:00:00Z"}
        ]
    }
    outcome(here.client.post("/cds-services/nobody/feedback", json=told), 404)


def test_cards_are_counted_by_what_they_are(here: Connected) -> None:
    here.card("cedar")
    figures = here.client.get("/metrics").text
    assert 'turnpoint_cds_cards_total{hook="patient-view",indicator="warning"}' in figures
    assert "cedar" not in figures


def test_many_charts_opened_at_once_all_get_cards(servers: Servers, tmp_path: Path) -> None:
    """Late ones: an EHR does not ask again."""
    scarce: Json = {"cds_wait_s": 0.05, "search_wait_s": 120.0, "search_threads": 1, "search_queue": 0}
    with connected(servers, tmp_path, **scarce) as busy, ThreadPoolExecutor(12) as pool:
        bodies = [busy.question(name) for name in names() if name not in (TOO_LITTLE_KNOWN, NOTHING_TO_SAY)]
        statuses = [response.status_code for response in pool.map(busy.call, bodies)]
    assert statuses == [200] * len(bodies)
