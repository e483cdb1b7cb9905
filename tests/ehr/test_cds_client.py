"""The mock EHR's CDS client: what it would send, and its pages. Real services answer in tests/integration."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import jwt
import pytest

from tests.ehr.cds_client import CdsClient
from tests.ehr.people import names
from tests.ehr.prefetch import TemplateError
from tests.ehr.serving import mock_ehr
from tests.ehr.state import MockEhr
from tests.integration.serving import SECONDS, http_client

Json = dict[str, Any]
NOWHERE = "http://127.0.0.1:9"
SERVICE: Json = {
    "hook": "patient-view",
    "id": "interventions",
    "prefetch": {
        "patient": "Patient/{{context.patientId}}",
        "hba1c": "Observation?patient={{context.patientId}}&code=http://loinc.org|4548-4&_sort=-date&_count=1",
        "vitals": "Observation?patient={{context.patientId}}&category=vital-signs&_sort=-date&_count=2",
        "nobody": "Patient/nobody",
    },
}


@pytest.fixture(scope="module")
def ehr() -> Iterator[MockEhr]:
    with mock_ehr(turnpoint=NOWHERE) as running:
        yield running


@pytest.fixture
def browser(ehr: MockEhr) -> Iterator[httpx.Client]:
    with http_client(ehr.url) as client:
        yield client


@pytest.fixture
async def client(ehr: MockEhr) -> AsyncIterator[CdsClient]:
    client = CdsClient(ehr)
    yield client
    await client.close()


async def test_prefetch_is_what_the_server_would_find(ehr: MockEhr, client: CdsClient) -> None:
    body = client.question(SERVICE, "birch", with_prefetch=True)
    assert body["prefetch"]["patient"]["id"] == "birch"
    assert body["prefetch"]["nobody"] is None
    (found,) = [entry["resource"] for entry in body["prefetch"]["hba1c"]["entry"]]
    assert found["valueQuantity"]["value"] == 7.5
    token = body["fhirAuthorization"]["access_token"]
    query = SERVICE["prefetch"]["vitals"].replace("{{context.patientId}}", "birch")
    with http_client(ehr.fhir_base, headers={"Authorization": f"Bearer {token}"}) as server:
        told = server.get(f"{ehr.fhir_base}/{query}").json()
        assert server.get(f"{ehr.fhir_base}/Patient/ash").status_code == 403
    assert told["entry"] == body["prefetch"]["vitals"]["entry"]


async def test_without_prefetch_the_key_is_absent(client: CdsClient) -> None:
    assert "prefetch" not in client.question(SERVICE, "ash", with_prefetch=False)


async def test_a_template_that_cannot_be_filled_in(client: CdsClient) -> None:
    service = SERVICE | {"prefetch": {"new": "Observation?date=ge{{today()}}"}}
    with pytest.raises(TemplateError):
        client.question(service, "ash", with_prefetch=True)


def test_calls_are_signed_for_their_address(ehr: MockEhr, client: CdsClient) -> None:
    token = client.head("http://turnpoint.example/cds-services/x")["Authorization"].removeprefix("Bearer ")
    header = jwt.get_unverified_header(token)
    assert (header["alg"], header["typ"], header["jku"]) == ("ES384", "JWT", ehr.jwks_url)
    keys = jwt.PyJWKSet.from_dict(httpx.get(ehr.jwks_url, timeout=SECONDS, trust_env=False).json())
    claims = jwt.decode(
        token, keys[header["kid"]], ["ES384"], audience="http://turnpoint.example/cds-services/x"
    )
    assert claims["iss"] == ehr.fhir_base
    assert {"exp", "iat", "jti"} <= set(claims)


def test_a_suggestion_that_is_taken_is_in_the_chart(ehr: MockEhr, browser: httpx.Client) -> None:
    goal = {"resourceType": "Goal", "subject": {"reference": "Patient/fir"}, "lifecycleStatus": "proposed"}
    action = {"type": "create", "description": "Lose <some> weight", "resource": goal}
    ehr.cards["card"] = ("interventions", {"suggestions": [{"uuid": "option", "actions": [action]}]})
    ehr.take("card", "option")
    assert any(one["resourceType"] == "Goal" for one in ehr.resources)
    page = browser.get("/chart/fir").text
    assert "Goal: Lose &lt;some&gt; weight" in page


def test_pages_say_that_all_is_a_mock(browser: httpx.Client) -> None:
    for path in ("/", "/chart/ash", "/chart/nobody"):
        assert "nobody here is a patient" in browser.get(path).text
    everybody = browser.get("/").text
    assert all(f"Synthetic {name.title()}" in everybody for name in names())


def test_a_turnpoint_that_is_away_is_said(browser: httpx.Client) -> None:
    page = browser.get("/chart/ash")
    assert page.status_code == 200
    assert "does not answer" in page.text


def test_only_the_connected_app_is_launched(ehr: MockEhr, browser: httpx.Client) -> None:
    good = {"url": f"{NOWHERE}/launch", "patient": "ash", "appContext": "answer"}
    told = httpx.URL(browser.get("/launch", params=good).headers["location"])
    assert str(told).startswith(f"{NOWHERE}/launch?")
    assert told.params["iss"] == ehr.fhir_base
    launch = ehr.launches.take(told.params["launch"])
    assert launch is not None
    assert (launch.patient, launch.app_context) == ("ash", "answer")
    for bad in ({"url": "http://127.0.0.1:90/launch"}, {"patient": "nobody"}):
        assert browser.get("/launch", params=good | bad).status_code == 400


def test_faults_are_ordered_by_programs(ehr: MockEhr, browser: httpx.Client) -> None:
    order = {"fault": "status", "path": "/fhir", "status": 502}
    assert browser.post("/api/faults", content=json.dumps(order)).status_code == 204
    assert browser.get("/fhir/metadata").status_code == 502
    assert browser.delete("/api/faults").status_code == 204
    assert browser.get("/fhir/metadata").status_code == 200
