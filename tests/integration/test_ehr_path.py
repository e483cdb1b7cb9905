"""The whole way from an open chart to a verdict on record, with a mock EHR and everything else real."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ehr.people import GROUP, names
from tests.integration.ehr_parts import Connected, Json, connected
from tests.integration.pages import HTML
from tests.integration.processes import turnpoint
from tests.integration.serving import SECONDS, Servers, http_client

WITH_TOO_LITTLE = "willow"


@pytest.fixture(scope="module")
def both(
    servers: Servers, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Connected]:
    folder: Path = tmp_path_factory.mktemp("ehr")
    with connected(servers, database_url, folder) as running:
        yield running


@pytest.fixture(autouse=True)
def without_faults(both: Connected) -> Iterator[None]:
    yield
    both.ehr.faults.clear()


def answer_of(both: Connected, card: Json) -> Json:
    """The record that a card tells of."""
    told: Json = both.turnpoint.get(f"/counterfactuals/{card['uuid']}").raise_for_status().json()
    return told


@pytest.mark.parametrize("patient", [name for name in names() if name != WITH_TOO_LITTLE])
def test_every_chart_is_answered_from_the_record(both: Connected, patient: str) -> None:
    call = both.open_chart(patient)
    assert call["status"] == 200, call
    for card in call["response"]["cards"]:
        assert 0 < len(card["summary"]) < 140
        answer = answer_of(both, card)
        assert answer["patient_id"] == patient
        options = {one["id"]: one for one in answer["counterfactuals"] + answer["improvements"]}
        assert {one["uuid"] for one in card.get("suggestions", [])} <= set(options)


def test_it_comes_to_the_same_without_prefetch(both: Connected) -> None:
    card = both.card_of("ash")
    both.ehr.asked.clear()
    read = both.card_of("ash", with_prefetch=False)
    assert read["detail"] == card["detail"]
    asked = [one for one in both.ehr.asked if one.path.startswith("/fhir/")]
    assert {one.path for one in asked} == {"/fhir/Patient/ash", "/fhir/Observation"}
    assert all(one.has_token for one in asked)


def test_too_little_on_file_is_named_by_code(both: Connected) -> None:
    for with_prefetch in (True, False):
        call = both.open_chart(WITH_TOO_LITTLE, with_prefetch)
        assert call["status"] == 412
        assert call["response"]["resourceType"] == "OperationOutcome"
        told = [one["details"] for one in call["response"]["issue"]]
        codes = {coding["code"] for one in told for coding in one.get("coding", [])}
        assert {"8302-2", "39156-5"} <= codes


def test_a_measured_outcome_overrules_the_estimate(both: Connected) -> None:
    card = both.card_of("birch")
    assert "7.5 %" in card["summary"] + card["detail"]
    answer = answer_of(both, card)
    assert answer["measured_outcome"]["value"] == 7.5
    assert answer["status"] != "already_below_target"


def test_a_low_estimate_does_not_hide_a_measured_outcome(both: Connected) -> None:
    card = both.card_of("larch")
    assert "5.8 %" in card["summary"] + card["detail"]
    answer = answer_of(both, card)
    assert answer["prediction"]["risk"] < answer["prediction"]["target"]
    assert answer["status"] == "outcome_measured"


def test_feedback_lands_in_the_verdicts(both: Connected) -> None:
    card = both.card_of("hazel")
    chosen = card["suggestions"][0]["uuid"]
    form = {"patient": "hazel", "card": card["uuid"], "suggestion": chosen}
    assert both.mock.post("/feedback", data=form).headers["location"].endswith("told=200")
    page = both.turnpoint.get("/patients/hazel/interventions").raise_for_status().json()
    verdicts = {one["counterfactual_id"]: one["verdict"] for one in page["feedback"]}
    assert verdicts[chosen] == "accepted"
    assert any(one["resourceType"] == "Goal" for one in both.ehr.resources)


def test_a_card_that_is_overridden(both: Connected) -> None:
    card = both.card_of("cedar")
    form = {"patient": "cedar", "card": card["uuid"], "reason": "patient-refuses"}
    assert both.mock.post("/feedback", data=form).headers["location"].endswith("told=200")
    page = both.turnpoint.get("/patients/cedar/interventions").raise_for_status().json()
    shown = {one["uuid"] for one in card["suggestions"]}
    declined = {one["counterfactual_id"] for one in page["feedback"] if one["verdict"] == "declined"}
    assert shown
    assert shown <= declined


def test_cards_are_shown_in_the_chart(both: Connected) -> None:
    card = both.card_of("ash")
    page = both.mock.get("/chart/ash").text
    assert card["summary"] in page
    assert card["source"]["label"] in page


def test_a_bundle_in_json_comes_to_the_same(both: Connected) -> None:
    card = both.card_of("hazel")
    resources = [
        one for one in both.ehr.resources if one.get("subject", {}).get("reference") == "Patient/hazel"
    ]
    patient = both.ehr.read("Patient", "hazel")
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": one} for one in [patient, *resources]],
    }
    whose = {"patient_id": "hazel-by-bundle", "fhir_patient": "hazel"}
    asked = whose | {"fhir": bundle, "generator": "search"}
    told = both.turnpoint.post("/counterfactuals", json=asked).raise_for_status().json()
    assert told["prediction"]["risk"] == answer_of(both, card)["prediction"]["risk"]
    assert told["provenance"]["bmi"]["source"] == "computed"
    assert told["provenance"]["weight"]["original"]["unit"] == "[lb_av]"


def test_the_page_is_launched_from_a_card(both: Connected) -> None:
    card = both.card_of("hazel")
    (link,) = card["links"]
    assert link["type"] == "smart"
    opened = {"url": link["url"], "patient": "hazel", "appContext": link["appContext"]}
    with http_client(both.ehr.url, headers=HTML, follow_redirects=True) as browser:
        page = browser.get("/launch", params=opened)
        assert page.status_code == 200
        assert page.url.path == "/patients/hazel/interventions"
        assert card["uuid"] in str(page.url)
        other = browser.get(f"{both.turnpoint.base_url}/patients/ash/interventions")
        assert other.status_code in (403, 404)


def test_a_group_is_read_as_it_is_every_night(both: Connected, servers: Servers, database_url: str) -> None:
    given = both.settings | {"DATABASE_URL": database_url, "REDIS_URL": servers.redis_url}
    with turnpoint("ehr", given, ["check"]) as checking:
        assert checking.wait(SECONDS) == 0, checking.output + checking.errors
    both.ehr.asked.clear()
    with turnpoint("ehr", given, ["read"]) as reading:
        assert reading.wait(SECONDS) == 0, reading.output + reading.errors
    assert f"mock, group {GROUP}" in reading.output
    asked = {one.path for one in both.ehr.asked}
    assert {f"/fhir/Group/{GROUP}", *(f"/fhir/Patient/{name}" for name in names())} <= asked
    for name in names():
        told = both.turnpoint.get(f"/patients/{name}/interventions")
        assert told.is_success or name == WITH_TOO_LITTLE
