"""FHIR where Accept asks for it: on real parts, checked by every validator."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.asking import Person
from tests.fhir.validation import faults_of, resources_of
from tests.fhir_people import bundle as record_of
from tests.fhir_people import observation, typical
from tests.integration.answers import Json, found
from tests.integration.planning import made
from tests.integration.serving import Servers, client_of, settings_for
from turnpoint import NotFoundError, Turnpoint

FHIR = "application/fhir+json"
BASE = "https://turnpoint.example"


@pytest.fixture(scope="module")
def gateway(servers: Servers) -> Iterator[httpx.Client]:
    with client_of(settings_for(servers, public_url=BASE)) as client:
        yield client


@pytest.fixture
def question(patient_id: str, heavy: Person) -> Json:
    return {"patient_id": patient_id, "features": dict(heavy), "generator": "search"}


def in_fhir(client: httpx.Client, url: str, status: int = 200, **more: Any) -> Json:
    """What is answered in FHIR, which is valid."""
    response = client.get(url, headers={"Accept": FHIR}, **more)
    return valid(response, status)


def valid(response: httpx.Response, status: int = 200) -> Json:
    assert (response.status_code, response.headers["content-type"]) == (status, FHIR)
    assert "Accept" in response.headers["vary"]
    told: Json = response.json()
    assert faults_of(told) == []
    return told


def test_an_answer_is_the_same_bundle_asked_for_and_read_back(gateway: httpx.Client, question: Json) -> None:
    asked = valid(gateway.post("/counterfactuals", json=question, headers={"Accept": FHIR}))
    assert asked == in_fhir(gateway, f"/counterfactuals/{asked['id']}")
    plain = gateway.get(f"/counterfactuals/{asked['id']}").json()
    assert [one["description"] for one in resources_of(asked, "CarePlan")] == [
        one["summary"] for one in plain["counterfactuals"]
    ]
    [card] = resources_of(asked, "DocumentReference")
    address = card["content"][0]["attachment"]["url"]
    assert address.startswith(BASE)
    page = gateway.get(address.removeprefix(BASE), headers={"Accept": "text/markdown"})
    assert page.headers["content-type"].startswith("text/markdown")


def test_answers_of_a_patient_come_in_pages(gateway: httpx.Client, question: Json) -> None:
    first, second = found(gateway, question), found(gateway, question, count=1)
    path = f"/patients/{question['patient_id']}/interventions"
    newest = in_fhir(gateway, path, params={"limit": 1})
    links = {one["relation"]: one["url"] for one in newest["link"]}
    assert links["self"] == f"{BASE}{path}?limit=1"
    assert links["next"].startswith(f"{BASE}{path}?limit=1&before=")
    older = in_fhir(gateway, links["next"].removeprefix(BASE))
    told = [
        resources_of(page, "GuidanceResponse")[0]["requestIdentifier"]["value"] for page in (newest, older)
    ]
    assert told == [f"urn:uuid:{second['id']}", f"urn:uuid:{first['id']}"]
    assert [one["relation"] for one in older["link"]] == ["self"]


def test_a_plan_is_told_with_its_state(gateway: httpx.Client, question: Json) -> None:
    answer = found(gateway, question)
    plan = made(gateway, answer, answer["counterfactuals"][0])
    bundle = in_fhir(gateway, f"/patients/{question['patient_id']}/plans")
    [whole] = resources_of(bundle, "CarePlan")
    assert (whole["status"], whole["intent"], whole["title"]) == ("active", "plan", plan["name"])
    assert whole["period"]["end"] == plan["review_on"]


def test_json_stays_the_default(gateway: httpx.Client, question: Json) -> None:
    answer = found(gateway, question)
    for accept in ("*/*", "application/json", f"application/json, {FHIR}", f"{FHIR};q=0.1, application/json"):
        response = gateway.get(f"/counterfactuals/{answer['id']}", headers={"Accept": accept})
        assert response.headers["content-type"] == "application/json", accept


def test_who_accepts_no_form_that_is_written_is_told_so(gateway: httpx.Client, question: Json) -> None:
    answer = found(gateway, question)
    of_patient = f"/patients/{question['patient_id']}"
    paths = [
        f"/counterfactuals/{answer['id']}",
        *(f"{of_patient}/{what}" for what in ("interventions", "plans", "audit-events")),
        *("/audit-events", "/models/dysglycaemia/card"),
        *(f"/augmentations/{uuid4()}{what}" for what in ("", "/report")),
    ]
    for accept in ("application/fhir+xml", "image/png, application/json;q=0"):
        headers = {"Accept": accept, "Idempotency-Key": str(uuid4())}
        responses = [gateway.get(path, headers=headers) for path in paths]
        responses.append(gateway.post("/counterfactuals", json=question, headers=headers))
        for response in responses:
            assert response.status_code == 406, response.url
            assert response.headers["content-type"] == "application/problem+json"
            assert "application/json" in response.json()["detail"]
            assert response.headers["vary"] == "Accept"
    assert len(gateway.get(f"{of_patient}/interventions").json()["answers"]) == 1


def test_a_reply_is_given_again_in_its_own_form_alone(gateway: httpx.Client, question: Json) -> None:
    headers = {"Idempotency-Key": str(uuid4())}
    first = gateway.post("/counterfactuals", json=question, headers=headers)
    assert first.headers["content-type"] == "application/json"
    told = valid(gateway.post("/counterfactuals", json=question, headers=headers | {"Accept": FHIR}), 422)
    assert told["issue"][0]["expression"] == ["http.Idempotency-Key"]
    other = gateway.post("/counterfactuals", json=question, headers=headers | {"Accept": "image/png"})
    assert other.status_code == 422
    again = gateway.post("/counterfactuals", json=question, headers=headers | {"Accept": "application/*"})
    assert again.content == first.content


def test_errors_are_outcomes_that_echo_nothing(gateway: httpx.Client, question: Json) -> None:
    missing = in_fhir(gateway, f"/counterfactuals/{uuid4()}", 404)
    assert missing["issue"][0]["code"] == "not-found"
    wrong = question | {"features": question["features"] | {"bmi": "thirty-three"}}
    headers = {"Accept": FHIR}
    told = valid(gateway.post("/counterfactuals", json=wrong, headers=headers), 422)
    assert told["issue"][0]["diagnostics"] == "/features/bmi"
    assert "thirty-three" not in str(told)
    unread = valid(gateway.post("/counterfactuals", content=b"{", headers=headers), 415)
    assert unread["issue"][0]["code"] == "not-supported"
    assert in_fhir(gateway, "/nowhere", 404)["issue"][0]["severity"] == "error"
    parameter = in_fhir(gateway, f"/patients/{question['patient_id']}/plans", 422, params={"limit": "many"})
    assert parameter["issue"][0]["expression"] == ["http.limit"]


def test_an_unknown_caller_is_told_so_in_fhir(servers: Servers) -> None:
    with client_of(settings_for(servers, api_tokens="a-token-of-thirty-two-characters")) as client:
        client.headers.pop("Authorization", None)
        told = in_fhir(client, f"/counterfactuals/{uuid4()}", 401)
    assert told["issue"][0]["code"] == "login"


def test_audit_events_are_valid_fhir(gateway: httpx.Client, question: Json) -> None:
    found(gateway, question)
    path = f"/patients/{question['patient_id']}/audit-events"
    bundle = in_fhir(gateway, path)
    assert resources_of(bundle, "AuditEvent")
    assert bundle["link"][0]["url"] == f"{BASE}{path}"


def test_the_client_gives_bundles(url: str, question: Json) -> None:
    with Turnpoint(url) as service:
        answer = service.ask(question["patient_id"], question["features"], generator="search")
        bundle = service.answer_bundle(answer.id)
        assert faults_of(bundle) == []
        assert bundle["id"] == str(answer.id)
        assert resources_of(service.interventions_bundle(answer.patient_id), "CarePlan")
        assert "entry" not in service.plans_bundle(answer.patient_id)
        with pytest.raises(NotFoundError, match="There is no answer with this id"):
            service.answer_bundle(uuid4())


def test_a_record_in_fhir_is_answered_in_fhir(gateway: httpx.Client, patient_id: str) -> None:
    own, *others = typical()
    day = (datetime.now(UTC).date() - timedelta(30)).isoformat()
    result = observation("4548-4", 7.5, "%", day=day, id="hba1c")
    sent = [own, *(one | {"effectiveDateTime": day} for one in others), result]
    whose = {"patient_id": patient_id, "fhir_patient": "p1"}
    question = whose | {"fhir": record_of(*sent), "generator": "search"}
    told = valid(gateway.post("/counterfactuals", json=question, headers={"Accept": FHIR}))
    assert told == in_fhir(gateway, f"/counterfactuals/{told['id']}")
    before = resources_of(told, "RiskAssessment")[0]
    basis = {one["reference"] for one in before["basis"]}
    assert basis <= {f"{one['resourceType']}/{one['id']}" for one in sent}
    assert basis
    assert "Observation/hba1c" not in basis
    assert "HbA1c 7.5 %" in before["note"][0]["text"]
    [guidance] = resources_of(told, "GuidanceResponse")
    assert guidance["status"] == "data-requested"
    assert "HbA1c 7.5 %" in guidance["note"][0]["text"]
