"""POST /predictions of one vector, of many, and of a patient's."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.storage.cache import Cache
from app.storage.database import Database
from app.usecases.patient_data.retention import RetentionLimits, retain, would_go
from tests.asking import Person
from tests.integration.answers import Json, ask
from tests.integration.audits import events_of, pseudonym_of
from tests.integration.serving import Servers, client_of, seen_by, settings_for

MOST = 1000


@pytest.fixture(scope="module")
def gateway(servers: Servers) -> Iterator[httpx.Client]:
    with client_of(settings_for(servers)) as client:
        yield client


def predicted(client: httpx.Client, **body: Any) -> httpx.Response:
    return client.post("/predictions", json=body)


def without_id(prediction: Json) -> Json:
    return {name: value for name, value in prediction.items() if name not in ("id", "ask_next")}


def rows_of(database: Any, patient_id: str) -> list[tuple[Any, ...]]:
    query = "SELECT id, risk, features FROM predictions WHERE patient_id = %s ORDER BY id"
    rows: list[tuple[Any, ...]] = database.execute(query, [patient_id]).fetchall()
    return rows


def test_many_are_answered_in_order_as_each_is_alone(gateway: httpx.Client, held_out: list[Person]) -> None:
    people = [dict(person) for person in held_out[:40]]
    reply = predicted(gateway, instances=[{"features": person} for person in people])
    assert reply.status_code == 200, reply.text
    every = reply.json()["predictions"]
    assert len({one["id"] for one in every}) == len(people)
    for person, own in zip(people[:8], every[:8], strict=True):
        assert without_id(own) == without_id(predicted(gateway, features=person).json())


def test_of_one_instance_nothing_is_asked_next_either(gateway: httpx.Client, helpable: Person) -> None:
    some = {name: value for name, value in helpable.items() if name != "waist"}
    assert predicted(gateway, features=some).json()["ask_next"]
    [told] = predicted(gateway, instances=[{"features": some}]).json()["predictions"]
    assert told["ask_next"] == []


def test_as_many_as_a_thousand_are_taken_and_no_more(gateway: httpx.Client, helpable: Person) -> None:
    instances = [{"features": dict(helpable)}] * MOST
    assert len(predicted(gateway, instances=instances).json()["predictions"]) == MOST
    refused = predicted(gateway, instances=[*instances, instances[0]])
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/instances")


@pytest.mark.parametrize(
    ("spoil", "pointer"),
    [
        (lambda one: one["features"].update(bmi="heavy"), "/instances/3/features/bmi"),
        (lambda one: one["features"].pop("age"), "/instances/3/features/age"),
        (lambda one: one.pop("features"), "/instances/3/features"),
        (lambda one: one.update(patient_id="P-1"), "/instances/3/patient_id"),
    ],
)
def test_faults_say_of_which_vector_they_are(
    gateway: httpx.Client, database: Any, helpable: Person, patient_id: str, spoil: Any, pointer: str
) -> None:
    instances: list[Json] = [{"features": dict(helpable)} for _ in range(5)]
    spoil(instances[3])
    refused = predicted(gateway, patient_id=patient_id, instances=instances)
    assert refused.status_code == 422
    assert [one["pointer"] for one in refused.json()["errors"]] == [pointer]
    assert pseudonym_of(database, patient_id) is None


@pytest.mark.parametrize("body", [{}, {"instances": []}, {"instances": [{}], "features": {}}], ids=str)
def test_one_vector_or_several(gateway: httpx.Client, body: Json) -> None:
    assert gateway.post("/predictions", json=body).status_code == 422


def test_a_patient_s_are_on_record_and_audited(
    gateway: httpx.Client, database: Any, helpable: Person, patient_id: str
) -> None:
    reply = predicted(gateway, patient_id=patient_id, instances=[{"features": dict(helpable)}] * 2)
    told = reply.json()["predictions"]
    rows = rows_of(database, patient_id)
    assert {(str(row[0]), row[1]) for row in rows} == {(one["id"], one["risk"]) for one in told}
    assert all(row[2] == helpable for row in rows)
    (event,) = events_of(database, reply.headers["x-correlation-id"])
    expected = {"action": "create", "entity": "prediction", "patient": pseudonym_of(database, patient_id)}
    assert expected.items() <= event.items()
    export = gateway.get(f"/patients/{patient_id}/export").json()
    assert {row["id"] for row in export["records"]["predictions"]} == {one["id"] for one in told}
    gateway.delete(f"/patients/{patient_id}").raise_for_status()
    assert rows_of(database, patient_id) == []


def test_of_nobody_the_values_are_not_kept(gateway: httpx.Client, database: Any, helpable: Person) -> None:
    told = predicted(gateway, features=dict(helpable)).json()
    row = database.execute("SELECT patient_id, features FROM predictions WHERE id = %s", [told["id"]])
    assert row.fetchall() == [(None, None)]


async def test_old_ones_go_and_those_of_answers_stay_with_them(
    gateway: httpx.Client, record: Database, cache: Cache, database: Any, helpable: Person, patient_id: str
) -> None:
    told = predicted(gateway, features=dict(helpable), patient_id=patient_id).json()
    answer = ask(
        gateway, {"patient_id": f"other-{uuid4()}", "features": dict(helpable), "generator": "search"}
    )
    new = predicted(gateway, features=dict(helpable)).json()
    old = datetime.now(UTC) - timedelta(days=99)
    database.execute("UPDATE predictions SET created_at = %s WHERE id = %s", [old, told["id"]])
    database.execute("UPDATE patients SET first_seen_at = %s WHERE id = %s", [old, patient_id])
    of_answer = "id = (SELECT prediction_id FROM answers WHERE id = %s)"
    database.execute(f"UPDATE predictions SET created_at = %s WHERE {of_answer}", [old, answer["id"]])
    limits = RetentionLimits(answers_days=98)
    assert (await would_go(seen_by(record), limits))["predictions"] >= 1
    await retain(seen_by(record), limits)
    there = "SELECT count(*) FROM predictions WHERE"
    assert database.execute(f"{there} id = %s", [told["id"]]).fetchone() == (0,)
    assert database.execute(f"{there} id = %s", [new["id"]]).fetchone() == (1,)
    assert database.execute(f"{there} {of_answer}", [answer["id"]]).fetchone() == (1,)
    assert pseudonym_of(database, patient_id) is None
