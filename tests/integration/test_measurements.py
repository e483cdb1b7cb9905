"""Results that are known are kept: once, in one unit, and corrected only by somebody who has seen them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from tests.integration.answers import Json, found
from tests.integration.serving import Servers, client_of, settings_for

Database = psycopg.Connection[tuple[Any, ...]]
TODAY = datetime.now(UTC).date()
MODEL, HEART = "dysglycaemia", "heart-disease"
NOBODY = "0198c1de-0000-7000-8000-000000000000"
HOSTILE = "<script>alert('Kanarienvogel')</script>"


@pytest.fixture(scope="module")
def client(servers: Servers) -> Iterator[httpx.Client]:
    with client_of(settings_for(servers)) as client:
        yield client


def ago(days: int) -> str:
    return (TODAY - timedelta(days)).isoformat()


def hba1c(value: float = 5.9, days: int = 30, **more: Any) -> Json:
    return {"model": MODEL, "measured_on": ago(days), "value": value, "unit": "%"} | more


def send(client: httpx.Client, patient_id: str, body: Json) -> httpx.Response:
    return client.post(f"/patients/{patient_id}/measurements", json=body)


def added(client: httpx.Client, patient_id: str, body: Json) -> Json:
    response = send(client, patient_id, body)
    assert response.status_code == 201, response.text
    result: Json = response.json()
    return result


def listed(client: httpx.Client, patient_id: str, model: str = MODEL) -> list[Json]:
    response = client.get(f"/patients/{patient_id}/measurements", params={"model": model})
    results: list[Json] = response.raise_for_status().json()["measurements"]
    return results


def rows(database: Database) -> int:
    (count,) = database.execute("SELECT count(*) FROM measurements").fetchall()[0]
    return int(count)


def test_a_result_is_kept_before_anything_was_asked(client: httpx.Client, patient_id: str) -> None:
    result = added(client, patient_id, hba1c(5.9))
    assert (
        result
        | {
            "value": 5.9,
            "unit": "%",
            "finding": "present",
            "says": "in the range of prediabetes",
            "status": "stands",
            "withdrawn": False,
            "replaces": None,
            "given_by": None,
            "measured_on": ago(30),
        }
        == result
    )
    told = client.get(f"/patients/{patient_id}/measurements", params={"model": f"{MODEL}@1"}).json()
    assert told == {"patient_id": patient_id, "model": MODEL, "label": "HbA1c", "measurements": [result]}


def test_the_newest_measured_one_stands_whenever_it_was_told(client: httpx.Client, patient_id: str) -> None:
    newest = added(client, patient_id, hba1c(5.4, days=3))
    older = added(client, patient_id, hba1c(6.6, days=300))
    assert older["status"] == "earlier"
    assert [(one["id"], one["status"]) for one in listed(client, patient_id)] == [
        (newest["id"], "stands"),
        (older["id"], "earlier"),
    ]


def test_it_is_kept_in_the_outcomes_own_unit_and_not_rounded(client: httpx.Client, patient_id: str) -> None:
    result = added(client, patient_id, hba1c(39, unit="mmol/mol"))
    assert (result["value"], result["unit"], result["finding"]) == (5.71972, "%", "present")
    below = added(client, patient_id, hba1c(38, unit="mmol/mol", days=1))
    assert (below["value"], below["finding"]) == (5.62824, "absent")
    assert added(client, patient_id, hba1c(5.55, days=2) | {"unit": None})["value"] == 5.55
    nearly = added(client, patient_id, hba1c(47, unit="mmol/mol", days=4))
    assert (nearly["value"], nearly["says"]) == (6.45156, "in the range of prediabetes")
    again = send(client, patient_id, hba1c(47, unit="mmol/mol", days=4))
    assert (again.status_code, again.json()["id"]) == (200, nearly["id"])


def test_an_outcome_without_a_unit_is_present_or_absent(client: httpx.Client, patient_id: str) -> None:
    found_ = {"model": HEART, "measured_on": ago(9), "finding": "absent"}
    result = added(client, patient_id, found_)
    assert (result["value"], result["unit"], result["finding"]) == (None, None, "absent")
    assert result["says"] == "shows no artery narrowed by half or more"
    assert [one["id"] for one in listed(client, patient_id, HEART)] == [result["id"]]
    assert listed(client, patient_id) == []


def test_the_same_again_changes_nothing(client: httpx.Client, patient_id: str, database: Database) -> None:
    first = added(client, patient_id, hba1c())
    before = rows(database)
    for same in (hba1c(), hba1c() | {"unit": None}):
        again = send(client, patient_id, same)
        assert (again.status_code, again.json()) == (200, first)
    assert rows(database) == before


def test_the_same_at_the_same_time_is_kept_once(
    client: httpx.Client, patient_id: str, database: Database
) -> None:
    before = rows(database)
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda _: send(client, patient_id, hba1c()), range(8)))
    assert sorted(one.status_code for one in sent) == [200] * 7 + [201]
    assert rows(database) == before + 1


def test_of_several_at_the_same_time_one_stands(client: httpx.Client, patient_id: str) -> None:
    """Two results of one day are one result too many: whoever is second is told."""
    values = [5.1 + place / 10 for place in range(8)]
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda value: send(client, patient_id, hba1c(value)), values))
    assert sorted(one.status_code for one in sent) == [201] + [409] * 7
    (kept,) = listed(client, patient_id)
    assert {one.json()["standing"]["id"] for one in sent if one.status_code == 409} == {kept["id"]}


def test_a_correction_takes_the_place_of_what_it_names(client: httpx.Client, patient_id: str) -> None:
    first = added(client, patient_id, hba1c(5.9))
    corrected = added(client, patient_id, hba1c(6.9, replaces=first["id"]))
    assert send(client, patient_id, hba1c(6.9, replaces=first["id"])).status_code == 200
    late = send(client, patient_id, hba1c(5.8, replaces=first["id"]))
    assert late.status_code == 409
    assert late.json()["standing"]["id"] == corrected["id"]
    assert set(late.json()["standing"]) == {"id", "created_at", "withdrawn"}
    moved = added(client, patient_id, hba1c(6.9, days=31, replaces=corrected["id"]))
    assert {one["id"]: one["status"] for one in listed(client, patient_id)} == {
        moved["id"]: "stands",
        corrected["id"]: "replaced",
        first["id"]: "replaced",
    }


def test_a_correction_is_not_moved_onto_another_result(client: httpx.Client, patient_id: str) -> None:
    first, other = (added(client, patient_id, hba1c(days=days)) for days in (10, 20))
    refused = send(client, patient_id, hba1c(6.0, days=20, replaces=first["id"]))
    assert refused.status_code == 409
    assert refused.json()["standing"]["id"] == other["id"]


def test_what_is_taken_back_counts_no_more(client: httpx.Client, patient_id: str) -> None:
    older = added(client, patient_id, hba1c(5.2, days=400))
    wrong = added(client, patient_id, hba1c(6.9))
    back = {"model": MODEL, "withdrawn": True, "replaces": wrong["id"]}
    gone = added(client, patient_id, back)
    assert (gone["status"], gone["withdrawn"], gone["value"]) == ("withdrawn", True, 6.9)
    assert send(client, patient_id, back).status_code == 200
    assert send(client, patient_id, back | {"replaces": gone["id"]}).status_code == 200
    assert {one["id"]: one["status"] for one in listed(client, patient_id)} == {
        gone["id"]: "withdrawn",
        wrong["id"]: "replaced",
        older["id"]: "stands",
    }
    anew = added(client, patient_id, hba1c(6.9))
    assert anew["status"] == "stands"


def test_an_estimate_is_not_changed_by_a_result(client: httpx.Client, question: Json) -> None:
    before = found(client, question)
    added(client, question["patient_id"], hba1c(4.9, days=0))
    after = found(client, question)
    assert after["prediction"] == before["prediction"]
    assert set(after) == set(before)


LATER = (TODAY + timedelta(2)).isoformat()
LONG_AGO = date(TODAY.year - 31, 1, 1).isoformat()


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"measured_on": LATER}, {"/measured_on": "must not be in the future"}),
        ({"measured_on": LONG_AGO}, {"/measured_on": "must be at most 30 years ago"}),
        ({"measured_on": "31.12.2025"}, {"/measured_on": "must be a date such as 2027-03-31"}),
        ({"measured_on": "2025-02-30"}, {"/measured_on": "must be a date such as 2027-03-31"}),
        ({"measured_on": "2025-02-03T00:00:00Z"}, {"/measured_on": "must be a date such as 2027-03-31"}),
        ({"measured_on": 1738540800}, {"/measured_on": "must be a date such as 2027-03-31"}),
        ({"measured_on": None}, {"/measured_on": "is required"}),
        ({"value": None}, {"/value": "is required"}),
        ({"value": 2.9}, {"/value": "must be 3 to 20 %"}),
        ({"value": 20.1}, {"/value": "must be 3 to 20 %"}),
        ({"value": 1e308}, {"/value": "must be 3 to 20 %"}),
        ({"value": 5.9, "unit": "mmol/mol"}, {"/value": "must be 9.3 to 195.1 mmol/mol"}),
        ({"value": "5.9"}, {"/value": "must be a number"}),
        ({"value": True}, {"/value": "must be a number"}),
        ({"unit": "mg/dL"}, {"/unit": "must be % or mmol/mol"}),
        ({"unit": HOSTILE}, {"/unit": "must be % or mmol/mol"}),
        (
            {"finding": "present"},
            {"/value": "does not go with a finding", "/unit": "does not go with a finding"},
        ),
        (
            {"finding": "present", "value": None, "unit": None},
            {"/finding": "has no place here: this outcome is measured, and has a value"},
        ),
        ({"finding": HOSTILE}, {"/finding": "must be one of present or absent"}),
        ({"model": HEART}, {"/value": "has no place here: this outcome is present or absent"}),
        ({"model": "nothing"}, {"/model": "is not a model hosted here: GET /models lists them"}),
        ({"replaces": NOBODY}, {"/replaces": "is no result of this patient for this model"}),
        ({"replaces": HOSTILE}, {"/replaces": "must be a UUID"}),
        ({"withdrawn": "yes"}, {"/withdrawn": "must be true or false"}),
        (
            {"withdrawn": True, "value": None, "unit": None},
            {
                "/measured_on": "does not go with taking a result back",
                "/replaces": "is required: what is taken back is named",
            },
        ),
        (
            {"measured_on": LATER, "value": 99.5},
            {"/measured_on": "must not be in the future", "/value": "must be 3 to 20 %"},
        ),
        ({"note": HOSTILE}, {"/note": "is not a field of this request"}),
    ],
)
def test_what_is_no_result_is_refused_at_its_place(
    client: httpx.Client, patient_id: str, database: Database, changes: Json, faults: dict[str, str]
) -> None:
    before = rows(database)
    refused = send(client, patient_id, hba1c() | changes)
    assert refused.status_code == 422, refused.text
    told = {fault["pointer"]: fault["detail"] for fault in refused.json()["errors"]}
    assert told == faults
    for sent in ("Kanarienvogel", "mg/dL", LATER, LONG_AGO, "99.5"):
        assert sent not in refused.text
    assert rows(database) == before
    nobody = client.get(f"/patients/{patient_id}/measurements", params={"model": MODEL})
    assert nobody.status_code == 404  # nor is the patient on record


def test_another_patients_result_is_not_replaced(client: httpx.Client, patient_id: str) -> None:
    theirs = added(client, f"{patient_id}-other", hba1c())
    refused = send(client, patient_id, hba1c(replaces=theirs["id"]))
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/replaces"]
    assert [one["status"] for one in listed(client, f"{patient_id}-other")] == ["stands"]


def test_a_list_is_of_a_model_that_is_hosted(client: httpx.Client, patient_id: str) -> None:
    for query, detail in (("", "is required"), ("?model=nothing", "is not a model hosted here")):
        refused = client.get(f"/patients/{patient_id}/measurements{query}")
        assert refused.status_code == 422
        (fault,) = refused.json()["errors"]
        assert fault["parameter"] == "model"
        assert fault["detail"].startswith(detail)


def test_it_is_signed_by_whoever_signed_in(servers: Servers, patient_id: str) -> None:
    token = "a-token-of-16-characters"
    with client_of(settings_for(servers, api_tokens=token)) as guarded:
        assert send(guarded, patient_id, hba1c()).status_code == 401
        guarded.auth = ("dr.okoye", token)
        assert added(guarded, patient_id, hba1c())["given_by"] == "dr.okoye"
