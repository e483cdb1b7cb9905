"""Days beside a question: recorded with it, given back, told of by options, and never scored."""

from copy import deepcopy
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.asking import Person
from tests.integration.answers import Json, ask
from tests.integration.pages import HTML

DAYS = [
    {"date": "2026-03-03", "features": {"bmi": 40.0, "fibre": 5}},
    {"date": "2026-03-01", "features": {"bmi": 20.0, "fibre": 80}},
    {"date": "2026-03-02"},
]
IN_ORDER = [
    {"date": "2026-03-01", "features": {"bmi": 20.0, "fibre": 80.0}},
    {"date": "2026-03-02", "features": {}},
    {"date": "2026-03-03", "features": {"bmi": 40.0, "fibre": 5.0}},
]
OF_ITS_OWN = ("id", "patient_id", "created_at", "generation")


@pytest.fixture(scope="module")
def question(helpable: Person) -> Json:
    return {"patient_id": f"test-{uuid4()}", "features": helpable, "generator": "search"}


@pytest.fixture(scope="module")
def answer(client: httpx.Client, question: Json) -> Json:
    return ask(client, question | {"days": DAYS})


def changes_of(answer: Json) -> list[Json]:
    return [change for option in answer["counterfactuals"] for change in option["changes"]]


def test_options_tell_what_they_ask_for_in_days(answer: Json) -> None:
    assert {"bmi", "fibre"} & {change["feature"] for change in changes_of(answer)}
    for change in changes_of(answer):
        told = change["on_days"]
        assert told["of"] + told["unknown"] == len(DAYS)
        if change["feature"] in ("bmi", "fibre"):
            assert (told["of"], told["reached"], told["unknown"]) == (2, 1, 1)
            assert told["median_lacking"] > 0
            assert "on 1 of the 2 days with a value" in told["words"]
        else:
            assert told["words"].endswith("each of the 3 days told is without a value.")


def test_days_are_given_back_and_exported(client: httpx.Client, question: Json, answer: Json) -> None:
    assert answer["question"]["days"] == IN_ORDER
    recorded = client.get(f"/counterfactuals/{answer['id']}").raise_for_status().json()
    assert recorded["question"] == answer["question"]
    assert recorded["counterfactuals"] == answer["counterfactuals"]
    exported = client.get(f"/patients/{question['patient_id']}/export").raise_for_status().json()
    assert IN_ORDER in [row["days"] for row in exported["records"]["answers"]]


def test_the_order_of_days_is_no_other_question_and_other_days_are(
    client: httpx.Client, question: Json, answer: Json
) -> None:
    again = ask(client, question | {"days": DAYS[::-1]})
    assert again["id"] == answer["id"]
    assert ask(client, question | {"days": DAYS[:2]})["id"] != answer["id"]


def test_days_change_no_score(client: httpx.Client, question: Json, answer: Json) -> None:
    def scored(told: Json) -> Any:
        parts = {name: value for name, value in deepcopy(told).items() if name not in OF_ITS_OWN}
        parts["question"] = parts["question"] | {"days": []}
        for option in [*parts["counterfactuals"], *parts["improvements"]]:
            option.pop("id")
            for change in option["changes"]:
                change["on_days"] = None
        return parts

    assert scored(ask(client, question)) == scored(answer)


def test_days_of_a_prediction_are_on_record_with_it_and_with_nobody_else(
    client: httpx.Client, question: Json, database: "psycopg.Connection[tuple[Any, ...]]"
) -> None:
    body = {"features": question["features"], "days": DAYS}
    kept = client.post("/predictions", json=body | {"patient_id": question["patient_id"]}).raise_for_status()
    nobodys = client.post("/predictions", json=body).raise_for_status()
    assert kept.json()["risk"] == nobodys.json()["risk"]

    def recorded(reply: httpx.Response) -> Any:
        [[days]] = database.execute("SELECT days FROM predictions WHERE id = %s", [reply.json()["id"]])
        return days

    assert recorded(kept) == IN_ORDER
    assert recorded(nobodys) is None


def test_days_go_with_a_what_if_and_with_asking_again_and_are_erased_with_the_patient(
    client: httpx.Client, helpable: Person, database: "psycopg.Connection[tuple[Any, ...]]"
) -> None:
    path = f"/patients/test-{uuid4()}"
    question = {"patient_id": path.rpartition("/")[2], "features": helpable, "generator": "search"}
    answer = ask(client, question | {"days": DAYS})
    changed = changes_of(answer)[0]["feature"]
    for place, field in (("interventions", f"at.{changed}"), ("ask-again", f"without.{changed}")):
        form = {"answer": answer["id"], field: "1"}
        assert client.post(f"{path}/{place}", data=form, headers=HTML).status_code == 303
    answers = client.get(f"{path}/interventions").raise_for_status().json()["answers"]
    assert [one["question"]["days"] for one in answers] == [IN_ORDER] * 3

    client.delete(path).raise_for_status()
    ids = [one["id"] for one in answers]
    assert database.execute("SELECT days FROM answers WHERE id = ANY(%s::uuid[])", [ids]).fetchall() == []


@pytest.mark.parametrize(
    ("days", "pointer", "detail"),
    [
        ([{"date": "2026-03-01", "features": {"bmi": 9999}}], "/days/0/features/bmi", "must be between"),
        ([{"date": "2026-03-01", "features": {"bmi": "Jane"}}], "/days/0/features/bmi", "must be a number"),
        ([{"date": "2026-03-01", "features": {"steps": 1}}], "/days/0/features/steps", "is not a feature"),
        ([{"date": "2026-03-01"}, {"date": "2026-03-01"}], "/days/1/date", "is the date of another day"),
        ([{"date": "1 March"}], "/days/0/date", "must be a date such as"),
        ([{"date": "2999-03-01"}], "/days/0/date", "must not be in the future"),
        ([{"date": "0001-01-01"}], "/days/0/date", "must be at most 30 years ago"),
        ([{"date": "2026-03-01"}] * 63, "/days", "must have no more entries than 62"),
        ([{"date": "2026-03-01", "steps": 1}], "/days/0/steps", "is not a field of this request"),
        ({"2026-03-01": {}}, "/days", "must be a list"),
    ],
)
def test_bad_days_are_named_by_their_place_and_not_echoed(
    client: httpx.Client, question: Json, days: Any, pointer: str, detail: str
) -> None:
    for path in ("/counterfactuals", "/predictions"):
        body = {"patient_id": question["patient_id"], "features": question["features"], "days": days}
        response = client.post(path, json=body)
        assert response.status_code == 422
        [fault] = response.json()["errors"]
        assert fault["pointer"] == pointer
        assert fault["detail"].startswith(detail)
        assert not any(value in response.text for value in ("9999", "Jane", "2999", "0001", "1 March"))
