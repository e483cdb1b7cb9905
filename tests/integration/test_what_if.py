"""A what-if over HTTP: what it comes to, what can be asked from it, and the limits that it keeps."""

from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from app.classifiers.model_version import ModelVersion
from app.engine.describe import features_of
from app.engine.problem import problem_about
from tests.asking import Person
from tests.integration.answers import Json, ask, found, risk_of
from tests.integration.pages import HTML, HTMX, page_of, question_of
from tests.integration.serving import row_counts

Database = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture
def question(patient_id: str, heavy: Person) -> Json:
    return {"patient_id": patient_id, "features": dict(heavy), "generator": "search"}


@pytest.fixture
def answer(client: httpx.Client, question: Json) -> Json:
    return found(client, question)


def test_a_what_if_is_the_classifiers_word_and_is_audited(
    client: httpx.Client, answer: Json, model: ModelVersion, database: Database
) -> None:
    features = question_of(client, answer)
    lever = next(one for one in problem_about(model, features).levers if one.feature.name == "bmi")
    before = row_counts(database)
    told = client.post(
        f"/patients/{answer['patient_id']}/what-if",
        data={"answer": answer["id"], "at.bmi": "0"},
        headers=HTMX,
    )
    assert told.status_code == 200
    assert row_counts(database) == before | {"predictions": before["predictions"] + 1}
    lowest = float(lever.values.min())
    after = with_bmi(model, features, lowest)
    text = told.text.replace("\N{NO-BREAK SPACE}", " ")
    # A switch that is not sent stands at "no"; this person's do anyway.
    assert f"{100 * risk_of(client, after):.0f} %</b>" in text
    assert f"<b>{lowest:.1f} kg/m²</b>" in text


def test_values_that_contradict_each_other_have_no_risk(
    client: httpx.Client, answer: Json, model: ModelVersion
) -> None:
    """Diastolic pressure stays 10 below systolic: a what-if may not hide that."""
    features = question_of(client, answer) | {"sbp": 131, "dbp": 120}
    asked = found_or_not(client, f"test-{uuid4()}", features, include=["treatment"])
    told = client.post(
        f"/patients/{asked['patient_id']}/what-if",
        data={"answer": asked["id"], "at.sbp": "0"},
        headers=HTMX,
    )
    assert told.status_code == 200
    assert "No estimate for these values" in told.text
    assert "diastolic pressure is below systolic pressure" in told.text


@pytest.mark.parametrize(
    "fields",
    [
        {"at.bmi": "99"},
        {"at.bmi": "-1"},
        {"at.bmi": "0x1"},
        {"at.bmi": "9" * 9000},
        {"at.age": "1"},
        {"lock.nonsense": "on"},
        {"keep.nonsense": "on"},
        {"include": "wishes"},
        {"programme": "999"},
        {"answer": "not-an-id"},
    ],
)
def test_a_what_if_out_of_bounds_is_refused(
    client: httpx.Client, answer: Json, fields: Json, database: Database
) -> None:
    before = row_counts(database)
    for path in ("what-if", "interventions"):
        sent = client.post(
            f"/patients/{answer['patient_id']}/{path}", data={"answer": answer["id"]} | fields, headers=HTMX
        )
        assert sent.status_code == 422
        assert sent.headers["hx-retarget"] == "#notice"
        assert "999" not in sent.text
    assert row_counts(database) == before


def test_everything_locked_is_refused_in_words(
    client: httpx.Client, answer: Json, model: ModelVersion
) -> None:
    levers = problem_about(model, question_of(client, answer)).levers
    locks = {f"lock.{lever.feature.name}": "on" for lever in levers}
    sent = client.post(
        f"/patients/{answer['patient_id']}/interventions", data={"answer": answer["id"]} | locks, headers=HTMX
    )
    assert sent.status_code == 422
    assert "leave at least one value free" in sent.text


def test_a_what_if_of_another_patients_answer_is_not_found(
    client: httpx.Client, answer: Json, question: Json
) -> None:
    other = found(client, question | {"patient_id": f"test-{uuid4()}"})
    sent = client.post(
        f"/patients/{answer['patient_id']}/what-if", data={"answer": other["id"]}, headers=HTMX
    )
    assert sent.status_code == 404
    shown = client.get(f"/patients/{answer['patient_id']}/interventions?answer={other['id']}", headers=HTML)
    assert shown.status_code == 404


def test_what_a_page_asks_is_not_what_a_caller_asked(client: httpx.Client, answer: Json) -> None:
    """The page opens on what was sent last, whatever was tried on it since."""
    path = f"/patients/{answer['patient_id']}/interventions"
    sent = client.post(path, data={"answer": answer["id"], "at.bmi": "0"}, headers=HTML)
    assert sent.status_code == 303
    shown = page_of(client, answer["patient_id"], "?" + sent.headers["location"].split("?")[1])
    assert "A what-if, not" in shown
    assert "A what-if, not" not in page_of(client, answer["patient_id"])
    newest = client.get(path).json()["answers"][0]
    assert newest["based_on"] == answer["id"]
    lately = client.post("/", data={"patient": answer["patient_id"]}, headers=HTML).text
    risk = answer["prediction"]["risk"]
    assert f"{100 * risk:.0f}\N{NO-BREAK SPACE}%" in lately


def test_asking_again_does_not_reach_further(client: httpx.Client, answer: Json, model: ModelVersion) -> None:
    """What is within reach in a year is so from how things are, not from where a slider stands."""
    features = question_of(client, answer)
    lever = next(one for one in problem_about(model, features).levers if one.feature.name == "bmi")
    path = f"/patients/{answer['patient_id']}/interventions"
    base, lowest = answer["id"], float(lever.values.min())
    for _ in range(2):
        client.post(path, data={"answer": base, "at.bmi": "1"}, headers=HTML)
        newest = client.get(path).json()["answers"][0]
        assert newest["based_on"] == base
        for option in newest["counterfactuals"]:
            assert option["features"]["bmi"] >= lowest
        base = newest["id"]
    sent = client.post(
        f"/patients/{answer['patient_id']}/what-if", data={"answer": base, "at.bmi": "2"}, headers=HTMX
    )
    assert (
        sent.status_code == 422
    )  # one step above the lowest there are two places, however often it was asked


def test_locks_and_the_callers_constraints_stay(client: httpx.Client, question: Json) -> None:
    low = question["features"]["bmi"] - 1
    constraints = {
        "features_to_vary": ["bmi", "sleep"],
        "permitted_range": {"bmi": [low, None], "active_travel": False},
    }
    answer = ask(client, question, constraints=constraints)
    page = page_of(client, question["patient_id"])
    assert "Allowed to change</dt><dd>weight, sleep" in page
    assert f"Body mass index {low:g} at least, Walking or cycling to get around no" in page
    assert 'name="keep.food" value="on" checked' in page
    assert 'name="lock.sleep" value="on">' in page
    locks = {"keep.food": "on", "lock.sleep": "on"}
    path = f"/patients/{question['patient_id']}/interventions"
    sent = client.post(path, data={"answer": answer["id"]} | locks, headers=HTML)
    asked = page_of(client, question["patient_id"], "?" + sent.headers["location"].split("?")[1])
    assert 'name="keep.food" value="on" checked' in asked
    assert 'name="lock.sleep" value="on" checked' in asked
    assert "Not to be changed</dt><dd>sleep, food" in asked
    newest = client.get(path).json()["answers"][0]
    for option in newest["counterfactuals"]:
        assert option["features"]["bmi"] >= low
        changed = {one["feature"] for one in option["changes"]}
        assert not changed & {"sleep", "carbohydrate", "sugar", "fibre", "saturated_fat", "meals_out"}


def test_what_is_opened_beyond_the_usual_is_asked_for_and_shown(
    client: httpx.Client, answer: Json, database: Database
) -> None:
    path = f"/patients/{answer['patient_id']}/interventions"
    choices = {"include": "treatment", "programme": "intensive"}
    sent = client.post(path, data={"answer": answer["id"]} | choices, headers=HTML)
    assert sent.status_code == 303
    asked = page_of(client, answer["patient_id"], "?" + sent.headers["location"].split("?")[1])
    assert "treatment targets, for the clinician" in asked
    assert "Programme</dt><dd>intensive" in asked
    assert 'name="include" value="treatment" checked' in asked
    assert 'name="programme" value="intensive" checked' in asked
    newest = client.get(path).json()["answers"][0]
    recorded = database.execute(
        "SELECT include, programme FROM answers WHERE id = %s", [newest["id"]]
    ).fetchone()
    assert recorded == (["treatment"], "intensive")


def with_bmi(model: ModelVersion, features: Json, bmi: float) -> Json:
    """A person at another body mass index, with what moves along and what follows on average."""
    problem = problem_about(model, features)
    levels = problem.unchanged[0].copy()
    place = next(place for place, one in enumerate(problem.levers) if one.feature.name == "bmi")
    levels[place] = int(abs(problem.levers.items[place].values - bmi).argmin())
    return dict(features_of(problem, levels))


def found_or_not(client: httpx.Client, patient_id: str, features: Json, **more: Any) -> Json:
    return ask(client, {"patient_id": patient_id, "features": features, "generator": "search"}, **more)
