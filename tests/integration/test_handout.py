"""A patient's handout over HTTP: their own plan alone, in their language, with whatever was typed escaped."""

import re
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.asking import Person
from tests.integration.answers import Json, found
from tests.integration.pages import HTML
from tests.integration.planned import plan_of

Database = psycopg.Connection[tuple[Any, ...]]
HOSTILE = '<script>alert(1)</script>"&amp;\N{RIGHT-TO-LEFT OVERRIDE}'


@pytest.fixture
def answer(client: httpx.Client, patient_id: str, heavy: Person) -> Json:
    return found(client, {"patient_id": patient_id, "features": dict(heavy), "generator": "search"})


def get(client: httpx.Client, answer: Json, plan: object, query: str = "", **headers: str) -> httpx.Response:
    return client.get(f"/patients/{answer['patient_id']}/plans/{plan}/handout{query}", headers=HTML | headers)


def text_of(response: httpx.Response) -> str:
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/html")
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).replace("\N{NO-BREAK SPACE}", " ").split())


def test_it_tells_goals_people_and_when_to_come_back(
    client: httpx.Client, answer: Json, database: Database
) -> None:
    text = text_of(get(client, answer, plan_of(database, answer)))
    assert "Your plan: My plan" in text
    assert "February 3, 2199" in text
    assert text.count("With values like your") == 2
    assert "By week 4:" in text or "From week 1:" in text


@pytest.mark.parametrize(
    ("query", "accept", "language"),
    [
        ("", "", "en"),
        ("", "es-MX,es;q=0.9,en;q=0.5", "es"),
        ("", "de", "en"),
        ("?lang=es", "en", "es"),
        ("?lang=es-US", "en", "es"),
        ("?lang=en", "es", "en"),
    ],
)
def test_it_is_in_the_language_that_is_chosen_or_asked_for(
    client: httpx.Client, answer: Json, database: Database, query: str, accept: str, language: str
) -> None:
    response = get(client, answer, plan_of(database, answer), query, **{"Accept-Language": accept})
    text = text_of(response)
    assert f'<html lang="{language}">' in response.text
    assert response.headers["content-language"] == language
    assert "accept-language" in response.headers["vary"].lower()
    assert ("3 de febrero de 2199" in text) == (language == "es")
    assert "English" in text
    assert "Español" in text


@pytest.mark.parametrize("wanted", ["tlh", "", "%3Cscript%3E", "en_US.UTF-8%00", "..%2F..%2Fetc"])
def test_a_language_that_there_is_not_is_told_and_not_echoed(
    client: httpx.Client, answer: Json, database: Database, wanted: str
) -> None:
    response = get(client, answer, plan_of(database, answer), f"?lang={wanted}", **{"Accept-Language": "es"})
    assert "No tenemos esta hoja en el idioma que se pidió." in text_of(response)
    assert "script&gt;" not in response.text
    assert wanted == "" or wanted not in response.text


def test_a_language_of_any_length_is_refused_and_no_failure(
    client: httpx.Client, answer: Json, database: Database
) -> None:
    assert get(client, answer, plan_of(database, answer), f"?lang={'x' * 100}").status_code == 422


def test_what_was_typed_is_escaped_and_the_note_is_not_for_the_patient(
    client: httpx.Client, answer: Json, database: Database
) -> None:
    columns: Json = {"name": HOSTILE, "given_by": HOSTILE, "note": "thinks that she drinks more"}
    response = get(client, answer, plan_of(database, answer, **columns))
    assert "<script>alert" not in response.text
    assert response.text.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2
    assert len(re.findall(r"<bdi>&lt;script", response.text)) == 2
    assert "drinks more" not in response.text


def test_it_is_of_the_patients_own_plan_alone(client: httpx.Client, answer: Json, database: Database) -> None:
    plan = plan_of(database, answer)
    other = {"patient_id": f"other-{uuid4()}"}
    assert get(client, other, plan).status_code == 404
    assert get(client, answer, uuid4()).status_code == 404
    assert get(client, answer, "none").status_code == 404


def test_treatment_is_no_goal_of_the_patients(client: httpx.Client, answer: Json, database: Database) -> None:
    change = {"feature": "sbp", "label": "Systolic blood pressure", "from": 150, "to": 140, "unit": "mmHg"}
    text = text_of(get(client, answer, plan_of(database, answer, changes=psycopg.types.json.Jsonb([change]))))
    assert "Systolic" not in text
    assert "140" not in text
    assert "This plan is about your treatment." in text
    assert "of 100 people" not in text


def test_people_with_goals_are_without_treatment(
    client: httpx.Client, answer: Json, database: Database, heavy: Person
) -> None:
    sits = int(str(heavy["sedentary"]))
    goal = {"feature": "sedentary", "label": "Sitting", "from": sits, "to": sits - 30, "unit": "min/day"}
    treated = {"feature": "sbp", "label": "Systolic blood pressure", "from": 150, "to": 110, "unit": "mmHg"}
    both = psycopg.types.json.Jsonb([goal, treated])
    features = psycopg.types.json.Jsonb({**heavy, "sedentary": goal["to"], "sbp": 110})
    plan = plan_of(database, answer, changes=both, features=features, risk_planned=0.01)
    text = text_of(get(client, answer, plan))
    assert "Part of this plan is about your treatment." in text
    assert "With values like your goals: about " in text
    assert "With values like your goals: about 1." not in text


def test_with_a_known_result_it_draws_no_people(
    client: httpx.Client, answer: Json, database: Database
) -> None:
    plan = plan_of(database, answer)
    identity = uuid4()
    database.execute(
        "INSERT INTO measurements (id, patient_id, model_name, measured_on, value, has_outcome, is_withdrawn)"
        " VALUES (%s, %s, %s, current_date, 6.0, true, false)",
        [identity, answer["patient_id"], answer["model"]["name"]],
    )
    assert "of 100 people" not in text_of(get(client, answer, plan))
    database.execute(
        "INSERT INTO measurements"
        " (id, patient_id, model_name, measured_on, value, has_outcome, is_withdrawn, replaces)"
        " VALUES (%s, %s, %s, current_date, 6.0, true, true, %s)",
        [uuid4(), answer["patient_id"], answer["model"]["name"], identity],
    )
    assert "of 100 people" in text_of(get(client, answer, plan))


def test_a_result_that_is_due_again_gives_way_unless_it_shows_the_outcome(
    client: httpx.Client, answer: Json, database: Database
) -> None:
    plan = plan_of(database, answer)
    for value, has_outcome, ago, draws in ((5.0, False, 4000, True), (6.8, True, 3000, False)):
        database.execute(
            "INSERT INTO measurements"
            " (id, patient_id, model_name, measured_on, value, has_outcome, is_withdrawn)"
            " VALUES (%s, %s, %s, current_date - %s, %s, %s, false)",
            [uuid4(), answer["patient_id"], answer["model"]["name"], ago, value, has_outcome],
        )
        assert ("of 100 people" in text_of(get(client, answer, plan))) is draws


def test_a_plan_that_ended_or_is_overdue_says_so(
    client: httpx.Client, answer: Json, database: Database
) -> None:
    plan = plan_of(database, answer, ended_at="2026-01-02T00:00:00Z", review_on="2026-02-03")
    text = text_of(get(client, answer, plan))
    assert "This plan has ended." in text
    assert "Your visit was due on February 3, 2026. Please call us." in text


def test_a_plan_of_a_model_that_is_hosted_no_more_is_told_by_its_labels(
    client: httpx.Client, answer: Json, database: Database
) -> None:
    plan = plan_of(database, answer, model_name="gone")
    text = text_of(get(client, answer, plan, "?lang=es"))
    assert "Su plan" in text
    assert answer["counterfactuals"][0]["changes"][0]["label"] in text
    assert "100 personas" not in text
