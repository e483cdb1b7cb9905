"""What is no plan, or no change of one, is refused at its place, and nothing is stored."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from shutil import copytree
from uuid import uuid4

import httpx
import pytest

from app.paths import MODEL_STORE
from tests.integration.answers import Json, found
from tests.integration.planning import Database, by_version_1, counts, made, patch, plans_of, post, today
from tests.integration.serving import Servers, client_of, settings_for


@pytest.fixture
def without_version_1(servers: Servers, tmp_path: Path) -> Iterator[httpx.Client]:
    """A gateway that hosts the newest version of the default model alone."""
    store = tmp_path / "store" / "dysglycaemia"
    copytree(MODEL_STORE / "dysglycaemia", store, ignore=lambda _, names: [n for n in names if n == "1"])
    with client_of(settings_for(servers, model_store=store.parent)) as client:
        yield client


def test_an_option_of_a_version_that_is_hosted_no_more_is_no_plan(
    client: httpx.Client, question: Json, without_version_1: httpx.Client, database: Database
) -> None:
    _, offered = by_version_1(client, question)
    before = counts(database)
    refused = post(without_version_1, question["patient_id"], counterfactual_id=offered["id"])
    assert refused.status_code == 409
    assert "hosted no more" in refused.json()["detail"]
    assert counts(database) == before


def test_a_declined_option_is_no_plan(
    client: httpx.Client, answer: Json, option: Json, database: Database
) -> None:
    said = {"counterfactual_id": option["id"], "verdict": "declined", "reason": "preference"}
    client.post(f"/counterfactuals/{answer['id']}/feedback", json=said).raise_for_status()
    before = counts(database)
    refused = post(client, answer["patient_id"], counterfactual_id=option["id"])
    assert refused.status_code == 409
    assert "declined" in refused.json()["detail"]
    assert counts(database) == before


BAD: list[tuple[Json, str]] = [
    ({}, ""),
    ({"counterfactual_id": str(uuid4())}, "/counterfactual_id"),
    ({"counterfactual_id": "P-17"}, "/counterfactual_id"),
    ({"what_if": {"answer_id": str(uuid4()), "values": {}}}, "/what_if/answer_id"),
    ({"name": "x" * 101}, "/name"),
    ({"name": "two\nlines"}, "/name"),
    ({"name": "an\x1bescape"}, "/name"),
    ({"name": 7}, "/name"),
    ({"note": "x" * 1001}, "/note"),
    ({"note": "nothing\0here"}, "/note"),
    ({"review_on": "2001-01-01"}, "/review_on"),
    ({"review_on": (today() + timedelta(days=740)).isoformat()}, "/review_on"),
    ({"review_on": "9999-12-31"}, "/review_on"),
    ({"review_on": "2027-02-30"}, "/review_on"),
    ({"review_on": "2027-02-03T10:00:00Z"}, "/review_on"),
    ({"review_on": 1800000000}, "/review_on"),
    ({"review_on": "\u0662\u0660\u0662\u0667-\u0660\u0661-\u0660\u0661"}, "/review_on"),
    ({"patient": "Jane"}, "/patient"),
]


@pytest.mark.parametrize(("said", "pointer"), BAD)
def test_what_is_no_plan_is_refused(
    client: httpx.Client, answer: Json, option: Json, said: Json, pointer: str, database: Database
) -> None:
    whole = {"counterfactual_id": option["id"]} | said if pointer and "what_if" not in said else said
    before = counts(database)
    refused = post(client, answer["patient_id"], **whole)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    for word in ("xxx", "Jane", "2001", "escape"):
        assert word not in refused.text
    assert counts(database) == before


def test_a_what_if_takes_steps_that_are_open(client: httpx.Client, answer: Json, database: Database) -> None:
    before = counts(database)
    places = {
        "bmi": 12.3,
        "age": 20,
        "active_travel": 1,
        "Erika M": 3,
        "sedentary": "much",
    }
    values = {"answer_id": answer["id"], "values": places}
    refused = post(client, answer["patient_id"], what_if=values)
    assert refused.status_code == 422
    pointers = {error["pointer"] for error in refused.json()["errors"]}
    assert pointers <= {"/what_if/values", *(f"/what_if/values/{name}" for name in places)}
    assert {"/what_if/values/age", "/what_if/values/bmi"} <= pointers
    assert "Erika" not in refused.text
    nothing = post(client, answer["patient_id"], what_if={"answer_id": answer["id"], "values": {}})
    assert [one["pointer"] for one in nothing.json()["errors"]] == ["/what_if/values"]
    assert counts(database) == before


def test_another_patients_option_and_plan_are_refused(
    client: httpx.Client, question: Json, answer: Json, option: Json
) -> None:
    other = found(client, question | {"patient_id": f"test-{uuid4()}"})
    theirs = other["counterfactuals"][0]
    refused = post(client, answer["patient_id"], counterfactual_id=theirs["id"])
    assert refused.status_code == 422
    assert refused.json()["errors"] == [{"pointer": "/counterfactual_id", "detail": "is not of this patient"}]
    plan = made(client, other, theirs)
    mine = plan | {"patient_id": answer["patient_id"]}
    assert patch(client, mine, kind="completed").status_code == 404
    assert plans_of(client, answer["patient_id"]) == []


def test_supposed_values_are_no_start(client: httpx.Client, answer: Json, option: Json) -> None:
    """Changes from values that the patient does not have would be measured from nowhere."""
    page = client.get(f"/patients/{answer['patient_id']}/interventions", headers={"Accept": "text/html"})
    assert page.status_code == 200
    feature = option["changes"][0]["feature"]
    fields = {"answer": answer["id"], f"at.{feature}": "0"}
    there = client.post(f"/patients/{answer['patient_id']}/interventions", data=fields)
    supposed = there.headers["location"].partition("answer=")[2]
    recorded = client.get(f"/counterfactuals/{supposed}").json()
    offered = [*recorded["counterfactuals"], *recorded["improvements"]]
    for one in offered[:1]:
        refused = post(client, answer["patient_id"], counterfactual_id=one["id"])
        assert refused.status_code == 422
        assert "supposed" in refused.json()["errors"][0]["detail"]
    what_if = {"answer_id": supposed, "values": {}}
    assert "supposed" in post(client, answer["patient_id"], what_if=what_if).json()["errors"][0]["detail"]


def test_nobody_has_no_plans(client: httpx.Client, option: Json) -> None:
    assert client.get("/patients/nobody-here/plans").status_code == 404
    assert post(client, "nobody-here", counterfactual_id=option["id"]).status_code == 404


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"kind": "loved"}, "/kind"),
        ({"kind": "review_moved"}, "/review_on"),
        ({"kind": "completed", "review_on": "2027-01-01"}, "/review_on"),
        ({"kind": "review_moved", "review_on": "2001-01-01"}, "/review_on"),
        ({"kind": "stopped"}, "/reason"),
        ({"kind": "stopped", "reason": "replaced"}, "/reason"),
        ({"kind": "stopped", "reason": "other"}, "/note"),
        ({"kind": "completed", "reason": "other"}, "/reason"),
        ({"kind": "completed", "replaces": "me"}, "/replaces"),
        ({"kind": "completed", "note": "x" * 1001}, "/note"),
    ],
)
def test_what_is_no_change_is_refused(
    client: httpx.Client, answer: Json, option: Json, said: Json, pointer: str, database: Database
) -> None:
    plan = made(client, answer, option)
    before = counts(database)
    refused = patch(client, plan, **said)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert counts(database) == before
