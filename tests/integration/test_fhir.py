"""A FHIR bundle in place of features: scored, told where each value comes from, recorded and read back."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from app.ingest.fhir.bundle import MOST_RESOURCES
from app.usecases.measurements.service import MOST_ROWS
from tests.fhir_people import Resource, bundle, observation, patient, pressure, smoking, typical
from tests.integration.answers import Json
from tests.integration.pages import HTML, page_of
from tests.integration.serving import Servers, client_of, settings_for

Database = psycopg.Connection[tuple[Any, ...]]
TODAY = datetime.now(UTC).date()
HOSTILE = "Kanarienvogel"


@pytest.fixture(scope="module")
def client(servers: Servers) -> Iterator[httpx.Client]:
    with client_of(settings_for(servers)) as client:
        yield client


def ago(days: int) -> str:
    return (TODAY - timedelta(days)).isoformat()


def recent() -> list[Resource]:
    """A typical record of last month."""
    own, *others = typical()
    return [own, *(one | {"effectiveDateTime": ago(30)} for one in others)]


def slim() -> list[Resource]:
    """Somebody at low risk."""
    body = [("8302-2", 170.0, "cm"), ("29463-7", 62.0, "kg"), ("8867-4", 58, "/min")]
    found = [observation(code, value, unit, day=ago(30)) for code, value, unit in body]
    return [patient(birth=f"{TODAY.year - 25}-01-01"), *found, pressure(108, 64, day=ago(30))]


def hba1c(value: float, days: int = 40, unit: str = "%") -> Resource:
    return observation("4548-4", value, unit, day=ago(days))


def ask(client: httpx.Client, patient_id: str, *resources: Resource, **more: Any) -> httpx.Response:
    whose = {"patient_id": patient_id, "fhir_patient": "p1"}
    return client.post("/counterfactuals", json=whose | {"fhir": bundle(*resources)} | more)


def asked(client: httpx.Client, patient_id: str, *resources: Resource, **more: Any) -> Json:
    answer: Json = ask(client, patient_id, *resources, **more).raise_for_status().json()
    return answer


def results(client: httpx.Client, patient_id: str) -> list[Json]:
    found = client.get(f"/patients/{patient_id}/measurements", params={"model": "dysglycaemia"})
    told: list[Json] = found.raise_for_status().json()["measurements"]
    return told


def test_a_record_is_scored_and_read_back_whole(client: httpx.Client, patient_id: str) -> None:
    answer = asked(client, patient_id, *recent(), {"resourceType": "Condition", "id": "c1"})
    assert answer["question"]["features"]["bmi"] == 32.2
    assert answer["provenance"]["total_cholesterol"] == {
        "source": "fhir",
        "reference": "Observation/o-2093-3-2026-05-01",
        "effective": ago(30),
        "original": {"value": 212.0, "unit": "mg/dL"},
        "conversion": None,
    }
    known = {name for name, value in answer["question"]["features"].items() if value is not None}
    assert set(answer["provenance"]) == known
    assert {"type_not_read", "no_value"} == {one["reason"] for one in answer["not_used"]}
    assert "ethnicity" in {one["feature"] for one in answer["ask_next"]}
    narrows = [one["narrows"] for one in answer["ask_next"]]
    assert narrows == sorted(narrows, reverse=True)
    again = client.get(f"/counterfactuals/{answer['id']}").raise_for_status().json()
    for part in ("provenance", "not_used", "ask_next", "measured_outcome", "question"):
        assert again[part] == answer[part]


def test_nothing_is_suggested_on_a_value_that_is_not_known(client: httpx.Client, patient_id: str) -> None:
    answer = asked(client, patient_id, *recent(), always=True)
    unknown = {name for name, value in answer["question"]["features"].items() if value is None}
    assert unknown
    for option in answer["counterfactuals"] + answer["improvements"]:
        moved = option["changes"] + option["linked"] + option["brought_along"]
        assert unknown.isdisjoint(change["feature"] for change in moved)


@pytest.mark.parametrize(
    ("status", "is_told"),
    [("449868002", True), ("77176002", True), ("266919005", False), ("8517006", False)],
)
def test_a_smoker_is_told_what_stopping_does_though_nobody_counted(
    client: httpx.Client, patient_id: str, status: str, is_told: bool
) -> None:
    answer = asked(client, patient_id, *slim(), smoking(status, day=ago(30)))
    assert (answer["question"]["features"]["cigarettes"] is None) is is_told
    assert [one["feature"] for one in answer["always"]] == ["cigarettes"] * is_told
    page = page_of(client, patient_id)
    assert ("Offer help to stop smoking" in page) is is_told


def test_an_answer_to_what_is_asked_next_overrules(client: httpx.Client, patient_id: str) -> None:
    given = {"ethnicity": "non_hispanic_black", "sbp": 120}
    answer = asked(client, patient_id, *recent(), features=given)
    assert answer["provenance"]["ethnicity"]["source"] == "given"
    assert answer["question"]["features"]["sbp"] == 120
    assert "overruled" in {one["reason"] for one in answer["not_used"]}
    assert "ethnicity" not in {one["feature"] for one in answer["ask_next"]}


class TestMeasuredOutcome:
    def test_it_overrules_a_low_estimate(self, client: httpx.Client, patient_id: str) -> None:
        below = asked(client, f"{patient_id}-other", *slim())
        assert below["status"] == "already_below_target"
        assert below["measured_outcome"] is None
        answer = asked(client, patient_id, *slim(), hba1c(7.5))
        assert answer["status"] == "outcome_measured"
        measured = answer["measured_outcome"]
        assert (measured["value"], measured["has_outcome"], measured["measured_on"]) == (7.5, True, ago(40))
        assert answer["improvements"] or answer["no_improvement"]
        assert client.get(f"/patients/{patient_id}/interventions", headers={"Accept": "text/html"}).is_success

    def test_one_that_is_absent_does_not(self, client: httpx.Client, patient_id: str) -> None:
        answer = asked(client, patient_id, *slim(), hba1c(5.1))
        assert answer["status"] == "already_below_target"
        assert answer["measured_outcome"]["has_outcome"] is False

    def test_it_is_recorded_once(self, client: httpx.Client, patient_id: str) -> None:
        for _ in range(2):
            asked(client, patient_id, *slim(), hba1c(7.5))
        asked(client, patient_id, *slim(), hba1c(7.5), count=2)
        [result] = results(client, patient_id)
        assert (result["value"], result["source"], result["status"]) == (7.5, "fhir", "stands")
        assert result["reference"] == "Observation/o-4548-4-" + ago(40)

    def test_one_that_was_taken_back_does_not_come_back(self, client: httpx.Client, patient_id: str) -> None:
        asked(client, patient_id, *slim(), hba1c(7.5))
        [result] = results(client, patient_id)
        back = {"model": "dysglycaemia", "withdrawn": True, "replaces": result["id"]}
        client.post(f"/patients/{patient_id}/measurements", json=back).raise_for_status()
        answer = asked(client, patient_id, *slim(), hba1c(7.5))
        assert (answer["status"], answer["measured_outcome"]) == ("already_below_target", None)
        assert len(results(client, patient_id)) == 2

    def test_of_one_day_what_is_on_record_counts(self, client: httpx.Client, patient_id: str) -> None:
        own = {"model": "dysglycaemia", "measured_on": ago(40), "value": 5.2, "unit": "%"}
        client.post(f"/patients/{patient_id}/measurements", json=own).raise_for_status()
        answer = asked(client, patient_id, *slim(), hba1c(7.5))
        assert answer["measured_outcome"]["value"] == 5.2
        assert ("HbA1c", "on_record") in {(one["feature"], one["reason"]) for one in answer["not_used"]}
        assert len(results(client, patient_id)) == 1

    def test_a_correction_takes_effect(self, client: httpx.Client, patient_id: str) -> None:
        asked(client, patient_id, *slim(), hba1c(7.5))
        corrected = hba1c(5.1) | {"status": "corrected"}
        answer = asked(client, patient_id, *slim(), corrected)
        assert (answer["status"], answer["measured_outcome"]["value"]) == ("already_below_target", 5.1)
        new, old = results(client, patient_id)
        assert (new["replaces"], new["source"], old["status"]) == (old["id"], "fhir", "replaced")
        retracted = hba1c(5.1) | {"status": "entered-in-error"}
        assert asked(client, patient_id, *slim(), retracted)["measured_outcome"] is None
        assert [one["status"] for one in results(client, patient_id)] == ["withdrawn", "replaced", "replaced"]

    def test_an_older_one_is_corrected_though_the_answer_is_cached(
        self, client: httpx.Client, patient_id: str
    ) -> None:
        newest = hba1c(7.5)
        asked(client, patient_id, *slim(), hba1c(5.2, days=100))
        first = asked(client, patient_id, *slim(), hba1c(5.2, days=100), newest)
        corrected = hba1c(6.0, days=100) | {"status": "corrected"}
        again = asked(client, patient_id, *slim(), corrected, newest)
        assert (again["id"], again["generation"]["cached"]) == (first["id"], True)
        told = [(one["value"], one["status"]) for one in results(client, patient_id)]
        assert told == [(7.5, "stands"), (6.0, "earlier"), (5.2, "replaced")]

    def test_where_there_is_no_room_for_it_that_is_said(
        self, client: httpx.Client, patient_id: str, database: Database
    ) -> None:
        asked(client, patient_id, *slim(), hba1c(5.1, days=300))
        full = (
            "INSERT INTO measurements (id, tenant, patient_id, model_name, measured_on, value, has_outcome,"
            " is_withdrawn, source) SELECT gen_random_uuid(), tenant, patient_id, model_name,"
            " measured_on - n, 5.1, false, false, 'given' FROM measurements, generate_series(1, %s) AS n"
            " WHERE patient_id = %s"
        )
        for rows, said in ((MOST_ROWS - 2, False), (0, True)):
            database.execute(full, [rows, patient_id])
            answer = asked(client, patient_id, *slim(), hba1c(7.5, days=40 - said))
            reasons = {(one["feature"], one["reason"]) for one in answer["not_used"]}
            assert (("HbA1c", "record_full") in reasons) is said
            assert answer["status"] == "outcome_measured"
            assert len(results(client, patient_id)) == MOST_ROWS

    def test_one_on_record_does_not_hide_a_newer_one(self, client: httpx.Client, patient_id: str) -> None:
        asked(client, patient_id, *slim(), hba1c(5.1))
        preliminary = hba1c(9.0, days=20) | {"status": "preliminary"}
        answer = asked(client, patient_id, *slim(), preliminary)
        assert answer["measured_outcome"] is None
        assert ("HbA1c", "newer_not_read") in {(one["feature"], one["reason"]) for one in answer["not_used"]}
        again = client.get(f"/counterfactuals/{answer['id']}").raise_for_status().json()
        assert again["not_used"] == answer["not_used"]

    def test_page_and_list_say_that_a_newer_one_could_not_be_read(
        self, client: httpx.Client, patient_id: str
    ) -> None:
        def told() -> list[bool]:
            listed = client.post("/", data={"patient": patient_id}, headers=HTML).raise_for_status().text
            page = page_of(client, patient_id)
            return ["A newer HbA1c in the record could not be read" in page, "A newer one in the" in listed]

        asked(client, patient_id, *slim(), hba1c(5.1))
        assert told() == [False, False]
        asked(client, patient_id, *slim(), hba1c(9.0, days=20) | {"status": "preliminary"})
        assert told() == [True, True]
        assert "This result counts" not in page_of(client, patient_id)
        looked_at = {"model": "dysglycaemia", "measured_on": ago(20), "value": 5.3, "unit": "%"}
        client.post(f"/patients/{patient_id}/measurements", json=looked_at).raise_for_status()
        assert told() == [False, False]

    def test_one_on_record_counts_without_a_bundle(self, client: httpx.Client, patient_id: str) -> None:
        answer = asked(client, patient_id, *slim(), hba1c(48, unit="mmol/mol"))
        again = {"patient_id": patient_id, "features": answer["question"]["features"]}
        later = client.post("/counterfactuals", json=again).raise_for_status().json()
        assert later["status"] == "outcome_measured"
        assert later["provenance"] == {}


def test_where_a_value_comes_from_is_part_of_the_question(client: httpx.Client, patient_id: str) -> None:
    first = asked(client, patient_id, *recent())
    own, *others = recent()
    other = asked(client, patient_id, own, *(one | {"id": f"x{n}"} for n, one in enumerate(others)))
    assert other["id"] != first["id"]
    assert asked(client, patient_id, *recent())["id"] == first["id"]


def test_a_prediction_takes_a_bundle_too(client: httpx.Client) -> None:
    told = client.post("/predictions", json={"fhir": bundle(*recent(), hba1c(6.1))}).raise_for_status().json()
    assert told["provenance"]["age"]["source"] == "fhir"
    assert told["measured_outcome"]["value"] == 6.1
    assert told["ask_next"]


class TestWhose:
    """A bundle is of the patient that the request names, or of who stands for them there."""

    def test_somebody_elses_is_refused_and_nothing_is_recorded(
        self, client: httpx.Client, patient_id: str
    ) -> None:
        for named in (None, "somebody-else"):
            response = ask(client, patient_id, *slim(), hba1c(7.5), fhir_patient=named)
            assert response.status_code == 422
            [fault] = response.json()["errors"]
            assert fault["pointer"] == ("/fhir_patient" if named else "/patient_id")
            assert fault["detail"].startswith("is not the patient of the bundle")
            assert "p1" not in response.text
        there = client.get(f"/patients/{patient_id}/measurements", params={"model": "dysglycaemia"})
        assert there.status_code == 404

    def test_an_id_that_is_theirs_needs_no_more(self, client: httpx.Client) -> None:
        assert ask(client, "p1", *slim(), fhir_patient=None).is_success

    def test_of_predictions_each_is_checked(self, client: httpx.Client, patient_id: str) -> None:
        own, other = bundle(*slim()), bundle(patient("p2"), *slim()[1:])
        whose = {"patient_id": patient_id, "fhir_patient": "p1"}
        assert client.post("/predictions", json=whose | {"instances": [{"fhir": own}] * 2}).is_success
        assert client.post("/predictions", json={"instances": [{"fhir": own}, {"fhir": own}]}).is_success
        several = client.post("/predictions", json=whose | {"instances": [{"fhir": own}, {"fhir": other}]})
        assert several.status_code == 422
        assert [one["pointer"] for one in several.json()["errors"]] == ["/instances/1/fhir"]
        alone = client.post("/predictions", json={"patient_id": patient_id, "fhir": own})
        assert [one["pointer"] for one in alone.json()["errors"]] == ["/patient_id"]


def test_what_is_missing_says_why(client: httpx.Client, patient_id: str) -> None:
    old = observation("8302-2", 160, "cm", day="1975-01-01")
    response = ask(client, patient_id, patient(gender="other"), old)
    assert response.status_code == 422
    faults = {one["pointer"]: one["detail"] for one in response.json()["errors"]}
    assert faults["/features/height"].startswith("is required; what the bundle says of it is not used: ")
    assert "none that the model has a value for" in faults["/features/sex"]
    assert (
        faults["/features/bmi"]
        == "is required, or weight with height in its place; what the bundle says of height is not used: "
        "It was measured before the age of 18."
    )


@pytest.mark.parametrize(
    "told",
    [
        [],
        "Bundle",
        {},
        {"resourceType": HOSTILE},
        {"resourceType": "Bundle", "type": HOSTILE},
        {"resourceType": "Bundle", "type": "collection", "entry": HOSTILE},
        {"resourceType": "Bundle", "type": "collection", "entry": [HOSTILE, None, 1, [], {}]},
        bundle(patient(), patient(HOSTILE)),
        bundle(patient() | {"deceasedBoolean": True}),
        bundle(patient() | {"birthDate": [HOSTILE], "gender": {HOSTILE: 1}, "extension": HOSTILE}),
        bundle(patient(), observation("2093-3", subject=HOSTILE) | {"code": HOSTILE, "status": []}),
        bundle(patient(), observation("2093-3", 1, HOSTILE), observation("2093-3", day=HOSTILE)),
    ],
)
def test_bad_bundles_are_problems_that_echo_nothing(client: httpx.Client, patient_id: str, told: Any) -> None:
    for route, body in (("/counterfactuals", {"patient_id": patient_id}), ("/predictions", {})):
        response = client.post(route, json=body | {"fhir": told})
        assert response.status_code == 422, response.text
        assert response.headers["content-type"].startswith("application/problem+json")
        assert HOSTILE not in response.text
    assert client.get(f"/patients/{patient_id}/interventions").status_code == 404  # nothing is on record


def test_neither_features_nor_a_bundle_is_refused(client: httpx.Client, patient_id: str) -> None:
    response = client.post("/counterfactuals", json={"patient_id": patient_id})
    assert response.status_code == 422
    assert [one["pointer"] for one in response.json()["errors"]] == ["/features"]


def test_large_bundles_are_read(client: httpx.Client, patient_id: str) -> None:
    many = [observation("8867-4", 60 + n % 30, "/min", day=ago(n % 300), id=f"m{n}") for n in range(2000)]
    body = bundle(*recent(), *many)
    assert len(json.dumps(body)) > 600_000
    answer = client.post("/predictions", json={"fhir": body}).raise_for_status().json()
    assert sum(one["count"] for one in answer["not_used"]) > 1900
    assert len(answer["not_used"]) < 220


def test_bundles_that_are_too_large_are_refused_by_what_is_too_much(
    client: httpx.Client, patient_id: str
) -> None:
    """By entries, by objects and lists, and by bytes."""
    small = [{"resource": {"resourceType": "Basic"}}] * (MOST_RESOURCES + 1)
    whole = {"resourceType": "Bundle", "type": "collection", "entry": small}
    many = bundle(*[observation("8867-4", 60, "/min", day=ago(1))] * (2 * MOST_RESOURCES))
    long = json.dumps(bundle(patient() | {"text": {"div": "x" * 20_000_000}})).encode()
    for route, named in (("/counterfactuals", f'"patient_id": "{patient_id}", '), ("/predictions", "")):
        for told, status, detail in (
            (json.dumps(whole).encode(), 422, "must hold at most 10000 resources"),
            (json.dumps(many).encode(), 400, "has more parts than any request"),
            (long, 413, "8192 KiB"),
        ):
            content = b"{" + named.encode() + b'"fhir": ' + told + b"}"
            response = client.post(route, content=content, headers={"Content-Type": "application/json"})
            assert response.status_code == status, response.text
            assert detail in response.text
    assert client.get(f"/patients/{patient_id}/interventions").status_code == 404
