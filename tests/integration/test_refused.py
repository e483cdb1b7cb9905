"""Whom no options are offered: nothing is planned, supposed, drawn or accepted, and every place says why."""

import re
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.asking import Person
from tests.integration.answers import Json, found
from tests.integration.entering import typed_in
from tests.integration.pages import HTML, HTMX, page_of
from tests.integration.planned import plan_of
from tests.integration.serving import row_counts

Database = psycopg.Connection[tuple[Any, ...]]
WHY = "No options are offered for this patient. The model was not made for pregnancy"
TOLD = "<b>No options are offered for this patient.</b> The model was not made for pregnancy"
OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def answer(client: httpx.Client, patient_id: str, heavy: Person) -> Json:
    return found(client, {"patient_id": patient_id, "features": dict(heavy), "generator": "search"})


def refuse(client: httpx.Client, patient: str) -> None:
    client.put(f"/patients/{patient}/preferences", json={"codes": ["pregnancy"]}).raise_for_status()


@pytest.fixture
def refused(client: httpx.Client, answer: Json) -> Json:
    refuse(client, answer["patient_id"])
    return answer


def assert_refused(response: httpx.Response) -> None:
    assert response.status_code == 409, response.text
    assert response.json()["detail"].startswith(WHY)
    assert response.json()["preferences"] == ["pregnancy"]


def test_nothing_is_planned(client: httpx.Client, refused: Json, database: Database) -> None:
    patient, option = refused["patient_id"], refused["counterfactuals"][0]
    before = row_counts(database)
    wanted = {"answer_id": refused["id"], "values": {one["feature"]: one["to"] for one in option["changes"]}}
    for body in ({"counterfactual_id": option["id"]}, {"what_if": wanted}):
        assert_refused(client.post(f"/patients/{patient}/plans", json=body))
    fields = {"answer": refused["id"], "counterfactual_id": option["id"]}
    for headers in (HTML, HTMX):
        form = client.post(f"/patients/{patient}/plan", data=fields, headers=headers | OWN)
        assert form.status_code == 409
        assert "The model was not made for pregnancy" in form.text
    assert row_counts(database) == before


def test_nothing_is_accepted_and_a_verdict_is_taken_back_all_the_same(
    client: httpx.Client, answer: Json
) -> None:
    path, option = f"/counterfactuals/{answer['id']}/feedback", answer["counterfactuals"][0]["id"]
    accepted = {"counterfactual_id": option, "verdict": "accepted"}
    first = client.post(path, json=accepted).raise_for_status().json()
    refuse(client, answer["patient_id"])
    assert_refused(client.post(path, json=accepted | {"replaces": first["id"]}))
    withdrawn = {"counterfactual_id": option, "verdict": "withdrawn", "replaces": first["id"]}
    assert client.post(path, json=withdrawn).status_code == 201


def test_nothing_is_supposed_or_drawn(client: httpx.Client, refused: Json, database: Database) -> None:
    patient, before = refused["patient_id"], row_counts(database)
    for headers in (HTML, HTMX):
        said = client.post(
            f"/patients/{patient}/what-if", data={"answer": refused["id"]}, headers=headers | OWN
        )
        drawn = client.get(f"/patients/{patient}/charts?answer={refused['id']}&part=offered", headers=headers)
        for response in (said, drawn):
            assert response.status_code == 409
            assert "The model was not made for pregnancy" in response.text
    assert row_counts(database) == before


def test_the_page_tells_the_estimate_alone(client: httpx.Client, refused: Json) -> None:
    page = page_of(client, refused["patient_id"])
    risks = re.search(r'<table class="risks">.*?</table>', page, re.DOTALL)
    assert risks
    assert risks[0].count('<th scope="row">') == 1
    assert 'id="charts"' not in page
    path = f"/patients/{refused['patient_id']}/grounds?answer={refused['id']}"
    for headers in (HTML, HTMX):
        grounds = client.get(path, headers=headers).raise_for_status().text
        for option in refused["counterfactuals"]:
            assert option["id"] not in grounds


def test_a_plan_made_before_says_so_first(client: httpx.Client, answer: Json) -> None:
    wanted = {"counterfactual_id": answer["counterfactuals"][0]["id"]}
    client.post(f"/patients/{answer['patient_id']}/plans", json=wanted).raise_for_status()
    refuse(client, answer["patient_id"])
    box = re.search(r'<section id="plan".*?</section>', page_of(client, answer["patient_id"]), re.DOTALL)
    assert box
    assert TOLD in box[0]
    assert box[0].index(TOLD) < box[0].index("Review")


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "Talk with your doctor before you go on with this plan."),
        ("es", "Hable con su médico antes de seguir con este plan."),
    ],
)
def test_the_handout_has_no_goals(
    client: httpx.Client, answer: Json, database: Database, language: str, says: str
) -> None:
    path = f"/patients/{answer['patient_id']}/plans/{plan_of(database, answer)}/handout?lang={language}"
    before = client.get(path, headers=HTML).raise_for_status().text
    assert says not in before
    assert 'class="goal"' in before
    refuse(client, answer["patient_id"])
    after = client.get(path, headers=HTML).raise_for_status().text
    assert says in after
    for part in ('class="goal"', "<figure>", 'class="follows"'):
        assert part not in after


@pytest.mark.parametrize(("value", "present"), [(5.2, False), (7.2, True)])
def test_it_comes_before_a_known_result(
    client: httpx.Client, answer: Json, value: float, present: bool
) -> None:
    patient = answer["patient_id"]
    result = {"model": "dysglycaemia", "measured_on": "2026-10-01", "value": value, "unit": "%"}
    client.post(f"/patients/{patient}/measurements", json=result).raise_for_status()
    comfort = "No more is needed for this result"
    assert (comfort in page_of(client, patient)) is not present
    refuse(client, patient)
    step = re.search(r'id="next-step">.*?</section>', page_of(client, patient), re.DOTALL)
    assert step
    assert step[0].index(TOLD) < step[0].index('class="known"')
    assert comfort not in step[0]


def test_the_worklist_tells_no_options(client: httpx.Client, refused: Json) -> None:
    lines = client.post("/", data={"patient": refused["patient_id"]}, headers=HTML | OWN)
    (row,) = [one for one in lines.text.split("<tr")[1:] if refused["patient_id"] in one]
    assert "no options: pregnancy" in row


def test_values_by_hand_are_not_asked_with_unless_it_is_taken_away(
    client: httpx.Client, refused: Json, heavy: Person, database: Database
) -> None:
    stranger = f"new-{uuid4()}"
    for patient, there in ((refused["patient_id"], "values"), (stranger, "interventions")):
        refuse(client, patient)
        page = client.get(f"/patients/{patient}/{there}", headers=HTML).text
        assert page.index(TOLD) < page.index('id="entry"')
        assert 'name="code.pregnancy" value="on" checked' in page
        (replaces,) = re.findall(r'name="replaces" value="([^"]+)"', page)
        before = row_counts(database)
        fields = typed_in(heavy) | {"replaces": replaces, "code.pregnancy": "on"}
        again = client.post(f"/patients/{patient}/values", data=fields, headers=HTML | OWN)
        assert again.status_code == 409
        assert WHY in again.text
        assert row_counts(database) == before
