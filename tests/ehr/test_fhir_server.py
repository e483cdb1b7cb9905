"""The mock EHR's FHIR server keeps to the rules of one."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.operationoutcome import OperationOutcome

from tests.ehr.faults import Fault, Order
from tests.ehr.people import GROUP, names
from tests.ehr.serving import mock_ehr
from tests.ehr.state import MockEhr
from tests.integration.serving import SECONDS, http_client

Json = dict[str, Any]
LIPIDS = "http://loinc.org|2093-3,http://loinc.org|2085-9"


@pytest.fixture(scope="module")
def ehr() -> Iterator[MockEhr]:
    with mock_ehr() as running:
        yield running


@pytest.fixture
def client(ehr: MockEhr) -> Iterator[httpx.Client]:
    """Whoever may read everything."""
    token = ehr.grants.give("test", ["system/*.rs"])
    with http_client(f"{ehr.fhir_base}/", headers={"Authorization": f"Bearer {token}"}) as client:
        yield client
    ehr.faults.clear()


def of(reply: httpx.Response) -> list[Json]:
    """The resources of a search's answer, which is valid."""
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"] == "application/fhir+json"
    Bundle.model_validate(reply.json())
    return [entry["resource"] for entry in reply.json().get("entry", [])]


def next_of(reply: httpx.Response) -> str | None:
    urls = [link["url"] for link in reply.json()["link"] if link["relation"] == "next"]
    return urls[0] if urls else None


def test_metadata_needs_no_token(ehr: MockEhr) -> None:
    told = httpx.get(f"{ehr.fhir_base}/metadata", timeout=SECONDS, trust_env=False)
    CapabilityStatement.model_validate(told.json())
    assert told.json()["fhirVersion"] == "4.0.1"


def test_read(client: httpx.Client) -> None:
    assert client.get("Patient/birch").json()["id"] == "birch"
    members = client.get(f"Group/{GROUP}").json()["member"]
    assert [one["entity"]["reference"] for one in members] == [f"Patient/{name}" for name in names()]
    missing = client.get("Patient/nobody")
    assert missing.status_code == 404
    OperationOutcome.model_validate(missing.json())


def test_search_by_codes_newest_first(client: httpx.Client) -> None:
    asked = {"patient": "oak", "code": LIPIDS, "_sort": "-date"}
    found = of(client.get("Observation", params=asked))
    dates = [one["effectiveDateTime"] for one in found]
    assert dates == sorted(dates, reverse=True)
    assert {one["code"]["coding"][0]["code"] for one in found} == {"2093-3", "2085-9"}
    assert found[0]["status"] == "preliminary"
    first = of(client.get("Observation", params=asked | {"_count": "1"}))
    assert first == found[:1]


@pytest.mark.parametrize("who", ["oak", "Patient/oak"])
def test_search_by_category_and_form(client: httpx.Client, who: str) -> None:
    vital = of(client.post("Observation/_search", data={"patient": who, "category": "vital-signs"}))
    assert vital
    assert {one["category"][0]["coding"][0]["code"] for one in vital} == {"vital-signs"}
    assert of(client.get("Observation", params={"patient": who, "category": "vital-signs"})) == vital


def test_search_by_date_and_status(client: httpx.Client) -> None:
    asked = {"patient": "oak", "status": "final", "code": "8302-2"}
    (one,) = of(client.get("Observation", params=asked))
    day = one["effectiveDateTime"]
    for prefix, found in (("ge", 1), ("le", 1), ("eq", 1), ("", 1), ("gt", 0), ("lt", 0)):
        assert len(of(client.get("Observation", params=asked | {"date": f"{prefix}{day}"}))) == found


def test_conditions_by_clinical_status(client: httpx.Client) -> None:
    asked = {"category": "problem-list-item", "clinical-status": "active"}
    assert len(of(client.get("Condition", params=asked | {"patient": "ash"}))) == 1
    assert of(client.get("Condition", params=asked | {"patient": "rowan"})) == []


@pytest.mark.parametrize("count", [1, 3, 5, 100])
def test_pages_hold_everything_once(client: httpx.Client, count: int) -> None:
    whole = [one["id"] for one in of(client.get("Observation", params={"patient": "oak", "_count": 100}))]
    reply = client.get("Observation", params={"patient": "oak", "_count": count})
    paged = [one["id"] for one in of(reply)]
    while (further := next_of(reply)) is not None:
        reply = client.get(further)
        assert 0 < len(of(reply)) <= count
        paged += [one["id"] for one in of(reply)]
    assert paged == whole


@pytest.mark.parametrize(
    "path", ["Observation?mood=good", "Patient?name=x", "Medication?patient=ash", "Observation?_count=x"]
)
def test_what_is_not_searched_is_refused(client: httpx.Client, path: str) -> None:
    refused = client.get(path)
    assert refused.status_code == 400
    OperationOutcome.model_validate(refused.json())


def test_who_may(ehr: MockEhr) -> None:
    ones_own = ehr.grants.give("app", ["patient/Observation.rs", "patient/Patient.read"], "ash")
    over = ehr.grants.give("app", ["system/*.rs"], seconds=-1)
    for token, path, status in (
        (ones_own, "Patient/ash", 200),
        (ones_own, "Observation?patient=ash", 200),
        (ones_own, "Observation?patient=birch", 403),
        (ones_own, "Observation", 403),
        (ones_own, "Patient/birch", 403),
        (ones_own, "Condition?patient=ash", 403),
        (over, "Patient/ash", 401),
        ("invented", "Patient/ash", 401),
        (None, "Patient/ash", 401),
    ):
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        told = httpx.get(f"{ehr.fhir_base}/{path}", headers=headers, timeout=SECONDS, trust_env=False)
        assert told.status_code == status, path
        if status != 200:
            OperationOutcome.model_validate(told.json())


def test_a_page_is_for_whoever_searched(ehr: MockEhr, client: httpx.Client) -> None:
    further = next_of(client.get("Observation", params={"patient": "oak", "_count": 2}))
    other = ehr.grants.give("other", ["system/*.rs"])
    assert further is not None
    assert client.get(further, headers={"Authorization": f"Bearer {other}"}).status_code == 401


def test_an_open_server_asks_for_no_token() -> None:
    with mock_ehr(asks_for_tokens=False) as ehr:
        assert httpx.get(f"{ehr.fhir_base}/Patient/ash", timeout=SECONDS, trust_env=False).status_code == 200


def test_ordered_faults(ehr: MockEhr, client: httpx.Client) -> None:
    ehr.faults.order(Order(Fault.STATUS, "/fhir/Patient", times=1, status=503))
    assert client.get("Observation?patient=ash").status_code == 200
    assert client.get("Patient/ash").status_code == 503
    assert client.get("Patient/ash").status_code == 200
    ehr.faults.order(Order(Fault.MALFORMED, times=1))
    with pytest.raises(ValueError, match="Expecting"):
        client.get("Patient/ash").json()
    ehr.faults.order(Order(Fault.HUGE, times=1, bytes=1 << 20))
    assert len(client.get("Patient/ash").content) >= 1 << 20
    ehr.faults.order(Order(Fault.REDIRECT, times=1, url="http://127.0.0.1:9/"))
    assert client.get("Patient/ash").headers["location"] == "http://127.0.0.1:9/"
    ehr.faults.order(Order(Fault.HTML, times=1))
    assert client.get("Patient/ash").headers["content-type"].startswith("text/html")
    ehr.faults.order(Order(Fault.ELSEWHERE, times=1, url="http://127.0.0.1:9/more"))
    assert next_of(client.get("Observation?patient=ash")) == "http://127.0.0.1:9/more"
    ehr.faults.order(Order(Fault.SLOW, times=1, seconds=5))
    with pytest.raises(httpx.ReadTimeout):
        client.get("Patient/ash", timeout=0.05)


def test_endless_pages(ehr: MockEhr, client: httpx.Client) -> None:
    ehr.faults.order(Order(Fault.ENDLESS, "/fhir"))
    reply = client.get("Observation?patient=ash&_count=100")
    for _ in range(5):
        further = next_of(reply)
        assert further is not None
        reply = client.get(further)
        assert of(reply)
