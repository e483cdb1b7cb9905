"""What an EHR reports of cards is the same verdict as the page's, however often and in whatever order."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.integration.cds_hooks import FEEDBACK, FHIR, Connected, connected
from tests.integration.figures import figures
from tests.integration.serving import Servers
from tests.unit.outbound.fhir.fake_fhir import bundle

Json = dict[str, Any]
HL7 = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"


@pytest.fixture(scope="module")
def here(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connected]:
    with connected(servers, tmp_path_factory.mktemp("ehr"), api_tokens=("0123456789abcdef",)) as here:
        here.client.headers["Authorization"] = "Bearer 0123456789abcdef"
        yield here


@pytest.fixture
def card(here: Connected) -> Json:
    """A card about somebody nobody has a card of."""
    return card_about(here, f"p-{uuid4()}")


def card_about(here: Connected, patient: str) -> Json:
    """A card with at least one suggestion, about a patient of this id with the values of hazel."""
    card = opened(here, patient)
    assert card["suggestions"]
    return card


def opened(here: Connected, patient: str) -> Json:
    """The card that is shown when the patient's chart is opened."""
    body = here.question("hazel")
    prefetch = body["prefetch"]
    prefetch["patient"]["id"] = body["context"]["patientId"] = patient
    del body["fhirServer"], body["fhirAuthorization"]
    for found in (one for key, one in prefetch.items() if key.startswith("observations")):
        for entry in found.get("entry", []):
            entry["resource"]["subject"] = {"reference": f"Patient/{patient}"}
    prefetch["result"] = bundle()
    response = here.call(body)
    assert response.status_code == 200, response.text
    (card,) = response.json()["cards"]
    told: Json = card | {"patient": patient}
    return told


def at(seconds: float = 0) -> str:
    """A time by the EHR's clock, with milliseconds."""
    told = datetime.now(UTC) + timedelta(seconds=seconds)
    return told.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def accepted(card: Json, *suggestions: str, when: str | None = None) -> Json:
    ids = suggestions or (card["suggestions"][0]["uuid"],)
    return {
        "card": card["uuid"],
        "outcome": "accepted",
        "acceptedSuggestions": [{"id": one} for one in ids],
        "outcomeTimestamp": when or at(),
    }


def overridden(card: Json, code: str | None = None, when: str | None = None, **reason: Any) -> Json:
    told: Json = {"card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": when or at()}
    if code is not None:
        reason["reason"] = {"system": HL7, "code": code, "display": "whatever"}
    return told | ({"overrideReason": reason} if reason else {})


def verdicts(here: Connected, card: Json) -> list[Json]:
    """All verdicts on the options of a card, oldest first."""
    page = here.client.get(
        f"/patients/{card['patient']}/interventions", headers={"Accept": "application/json"}
    )
    told = page.raise_for_status().json()["feedback"]
    own = {one["uuid"] for one in card["suggestions"]}
    return [one for one in told if one["counterfactual_id"] in own]


def standing(here: Connected, card: Json) -> list[tuple[str, str | None, str | None]]:
    told = verdicts(here, card)
    replaced = {one["replaces"] for one in told}
    return [(one["verdict"], one["reason"], one["note"]) for one in told if one["id"] not in replaced]


def refused(response: httpx.Response, status: int) -> None:
    assert (response.status_code, response.headers["content-type"]) == (status, FHIR)


def test_an_accepted_suggestion_is_an_accepted_option(here: Connected, card: Json) -> None:
    assert here.tell(accepted(card)).status_code == 200
    (one,) = verdicts(here, card)
    assert (one["verdict"], one["counterfactual_id"]) == ("accepted", card["suggestions"][0]["uuid"])
    assert one["given_by"] == "mock"


def test_the_same_report_twice_changes_nothing(here: Connected, card: Json) -> None:
    report = accepted(card)
    for _ in range(3):
        assert here.tell(report).status_code == 200
    assert len(verdicts(here, card)) == 1
    assert here.tell(accepted(card), accepted(card)).status_code == 200
    assert len(verdicts(here, card)) == 1


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("patient-contraindication", "unsuitable"),
        ("action-unsuccessful", "tried_before"),
        ("patient-refuses", "preference"),
        ("recipient-does-not-trust", "not_convinced"),
    ],
)
def test_an_overridden_card_is_declined_for_the_reason_that_means_the_same(
    here: Connected, card: Json, code: str, reason: str
) -> None:
    here.tell(overridden(card, code, userComment="as she says")).raise_for_status()
    assert {one[:2] for one in standing(here, card)} == {("declined", reason)}
    assert {one[2] for one in standing(here, card)} == {"as she says"}
    assert len(standing(here, card)) == len(card["suggestions"])


@pytest.mark.parametrize(
    ("reason", "note"),
    [
        ({}, "Overridden in the EHR; no reason was given."),
        ({"userComment": "not today"}, "not today"),
        ({"userComment": "x" * 5_000}, "x" * 999 + "…"),
        ({"userComment": "\x07bell"}, "Overridden in the EHR, for a reason of its own."),
        ({"userComment": "  "}, "Overridden in the EHR, for a reason of its own."),
        (
            {
                "reason": {
                    "system": "https://ehr.example/reasons",
                    "code": "x",
                    "display": "Mrs. Smith said no",
                }
            },
            "Overridden in the EHR, for a reason of its own.",
        ),
        (
            {"reason": {"system": HL7, "code": "limited-time", "display": "x"}},
            "Could not address recommended action due to limited time",
        ),
    ],
)
def test_another_reason_has_words(here: Connected, card: Json, reason: Json, note: str) -> None:
    here.tell(overridden(card, **reason)).raise_for_status()
    assert set(standing(here, card)) == {("declined", "other", note)}


def test_a_later_report_stands_in_place_of_an_earlier_one(here: Connected, card: Json) -> None:
    here.tell(overridden(card, "limited-time", when=at())).raise_for_status()
    here.tell(accepted(card, when=at(1))).raise_for_status()
    assert ("accepted", None, None) in standing(here, card)


def test_a_late_report_does_not_overrule_what_was_said_since(here: Connected, card: Json) -> None:
    option = card["suggestions"][0]["uuid"]
    verdict = {"counterfactual_id": option, "verdict": "declined", "reason": "unsuitable"}
    path = f"/counterfactuals/{card['uuid']}/feedback"
    here.client.post(path, json=verdict).raise_for_status()
    assert here.tell(accepted(card, when=at(-3_600))).status_code == 200
    assert standing(here, card) == [("declined", "unsuitable", None)]


def test_an_override_leaves_what_was_accepted(here: Connected, card: Json) -> None:
    here.tell(accepted(card)).raise_for_status()
    here.tell(overridden(card, "limited-time", when=at(5))).raise_for_status()
    assert ("accepted", None, None) in standing(here, card)


def test_what_is_not_known_is_passed_over(here: Connected, card: Json) -> None:
    stranger = {"uuid": str(uuid4()), "suggestions": [{"uuid": str(uuid4())}]}
    response = here.tell(
        accepted(stranger),
        overridden({"uuid": "no uuid at all"}),
        accepted(card, str(uuid4())),
        accepted(card) | {"extension": {"com.example": 1}, "cardTitle": "x"},
    )
    assert (response.status_code, response.content) == (200, b"")
    assert len(verdicts(here, card)) == 1


def test_an_option_of_another_card_is_not_accepted_by_this_one(here: Connected, card: Json) -> None:
    other = card_about(here, f"p-{uuid4()}")
    here.tell(accepted(card, other["suggestions"][0]["uuid"])).raise_for_status()
    assert verdicts(here, card) == verdicts(here, other) == []


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"acceptedSuggestions": []}, "/feedback/0/acceptedSuggestions"),
        ({"acceptedSuggestions": None}, "/feedback/0/acceptedSuggestions"),
        ({"outcome": "ignored"}, "/feedback/0/outcome"),
        ({"outcomeTimestamp": "yesterday"}, "/feedback/0/outcomeTimestamp"),
        ({"outcomeTimestamp": "2026-01-01T00:00:00"}, "/feedback/0/outcomeTimestamp"),
        ({"card": None}, "/feedback/0/card"),
        ({"overrideReason": {}, "outcome": "overridden"}, "/feedback/0/overrideReason"),
    ],
)
def test_the_rules_of_feedback(here: Connected, card: Json, changes: Json, place: str) -> None:
    report = {name: value for name, value in (accepted(card) | changes).items() if value is not None}
    response = here.tell(report)
    refused(response, 422)
    assert [issue["diagnostics"] for issue in response.json()["issue"]] == [place]
    assert verdicts(here, card) == []


def test_a_patient_who_wants_nothing_offered_is_not_accepted_for(here: Connected, card: Json) -> None:
    path = f"/patients/{card['patient']}/preferences"
    told = here.client.get(path).raise_for_status().json()
    code = next(one["code"] for one in told["choices"] if one["refuses"])
    here.client.put(path, json={"codes": [code], "replaces": told["id"]}).raise_for_status()
    refused(here.tell(accepted(card)), 409)
    assert verdicts(here, card) == []


def counted(here: Connected) -> dict[str, float]:
    """Reports so far, by outcome."""
    return {
        dict(labels)["outcome"]: value
        for (name, labels), value in figures(here.client).items()
        if name == "turnpoint_cds_feedback_total"
    }


def test_without_anything_to_report_it_is_refused_and_not_counted(here: Connected) -> None:
    before = counted(here)
    bodies: list[Any] = [{}, {"feedback": []}, [], {"feedback": {}}]
    for body in bodies:
        refused(here.client.post(FEEDBACK, json=body), 422)
    assert counted(here) == before


def test_a_report_of_a_card_that_is_not_known_is_counted_as_such(here: Connected) -> None:
    before = counted(here)
    nobody_s: Json = {"uuid": str(uuid4()), "suggestions": [{"uuid": str(uuid4())}]}
    here.tell(accepted(nobody_s)).raise_for_status()
    assert counted(here) == before | {"unknown": before.get("unknown", 0) + 1}


def suggested(card: Json) -> list[str]:
    return [one["uuid"] for one in card.get("suggestions", [])]


def test_an_overridden_card_does_not_come_back_as_if_nothing_had_happened(
    here: Connected, card: Json
) -> None:
    here.tell(overridden(card, "patient-contraindication")).raise_for_status()
    again = opened(here, card["patient"])
    assert suggested(again) == []
    assert "overrideReasons" not in again
    assert again["indicator"] == "info"
    assert "judged before" in again["summary"]
    words = f"Declined on {datetime.now(UTC).date()}: unsuitable with another condition or medicine."
    assert again["detail"].count(words) == len(card["suggestions"])


def test_what_was_accepted_is_told_and_the_rest_still_offered(here: Connected, card: Json) -> None:
    here.tell(accepted(card)).raise_for_status()
    again = opened(here, card["patient"])
    assert suggested(again) == suggested(card)[1:]
    assert again["detail"].count(f"Accepted on {datetime.now(UTC).date()}.") == 1


def test_who_takes_it_back_is_offered_it_again(here: Connected, card: Json) -> None:
    here.tell(overridden(card, "limited-time")).raise_for_status()
    for one in verdicts(here, card):
        told = {
            "counterfactual_id": one["counterfactual_id"],
            "verdict": "withdrawn",
            "replaces": one["id"],
        }
        path = f"/counterfactuals/{card['uuid']}/feedback"
        here.client.post(path, json=told).raise_for_status()
    assert suggested(opened(here, card["patient"])) == suggested(card)


def test_another_answer_does_not_bring_back_what_was_declined(here: Connected, card: Json) -> None:
    """Nor does an override of the card say anything of what it did not offer again."""
    asked = here.client.get(f"/counterfactuals/{card['uuid']}").raise_for_status().json()
    body = {
        "patient_id": card["patient"],
        "model": asked["model"]["name"],
        "features": asked["question"]["features"],
        "always": True,
    }
    other = here.client.post("/counterfactuals", json=body).raise_for_status().json()
    twins = {changes_of(one): one["id"] for one in [*other["counterfactuals"], *other["improvements"]]}
    offered = {one["id"]: changes_of(one) for one in [*asked["counterfactuals"], *asked["improvements"]]}
    same = [one for one in suggested(card) if offered[one] in twins]
    assert same
    for one in same:
        assert twins[offered[one]] != one
        verdict = {
            "counterfactual_id": twins[offered[one]],
            "verdict": "declined",
            "reason": "tried_before",
        }
        here.client.post(f"/counterfactuals/{other['id']}/feedback", json=verdict).raise_for_status()
    again = opened(here, card["patient"])
    assert suggested(again) == [one for one in suggested(card) if one not in same]
    assert again["detail"].count("tried before without success") == len(same)
    here.tell(overridden(card, "patient-refuses")).raise_for_status()
    assert not {one["counterfactual_id"] for one in verdicts(here, card)} & set(same)


def changes_of(option: Json) -> frozenset[tuple[str, Any]]:
    return frozenset((one["feature"], one["to"]) for one in option["changes"])
