"""Values that may be wrong are told with the answer, in the record, by the cache, the client and the page."""

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.classifiers.model_version import ModelVersion
from app.domain.patient import read_patient
from app.faces.pages.patient.views.entry_reading import VALUE
from tests.asking import Person
from tests.integration.answers import Json, ask, assert_verified, found
from tests.integration.pages import HTML, page_of
from turnpoint.client import Turnpoint

INCHES = "outside what was observed (56.4 to 169.5 cm); 43 would be usual in inches"
WARNING = {"pointer": "/features/waist", "detail": INCHES}
MAN: Person = {
    "age": 52,
    "sex": "male",
    "ethnicity": "non_hispanic_white",
    "height": 178,
    "bmi": 33.1,
    "waist": 43,
    "sbp": 131,
    "vigorous_activity": False,
    "moderate_activity": False,
    "active_travel": False,
}
"""A man with his waist in inches, which puts him below the target."""


@pytest.fixture
def man(patient_id: str) -> Json:
    return {"patient_id": patient_id, "features": dict(MAN), "generator": "search"}


@pytest.fixture
def heavy_sitter(question: Json) -> Json:
    """Somebody whose risk is high all the same, with sitting time in hours."""
    return question | {"features": question["features"] | {"sedentary": 8}}


def test_an_answer_warns_wherever_it_is_given(client: httpx.Client, url: str, man: Json) -> None:
    answer = ask(client, man)
    assert answer["status"] == "already_below_target"
    assert answer["warnings"] == [WARNING]
    again = ask(client, man)
    assert again["generation"]["cached"]
    assert again["warnings"] == [WARNING]
    assert client.get(f"/counterfactuals/{answer['id']}").json()["warnings"] == [WARNING]
    listed = client.get(f"/patients/{man['patient_id']}/interventions").json()["answers"]
    assert [one["warnings"] for one in listed] == [[WARNING]]
    with Turnpoint(url) as service:
        assert [one.model_dump() for one in service.recorded(answer["id"]).warnings] == [WARNING]


def test_a_prediction_warns_and_takes_the_values_as_they_are(
    client: httpx.Client, url: str, model: ModelVersion
) -> None:
    told = client.post("/predictions", json={"features": MAN}).json()
    assert told["warnings"] == [WARNING]
    row = read_patient(model.schema, MAN).factual
    assert told["risk"] == pytest.approx(float(model.classifier.risk(row[None])[0]), abs=1e-6)
    with Turnpoint(url) as service:
        assert [one.model_dump() for one in service.predict(MAN).warnings] == [WARNING]


def test_options_are_as_good_as_without_a_warning(client: httpx.Client, heavy_sitter: Json) -> None:
    answer = found(client, heavy_sitter)
    assert [one["pointer"] for one in answer["warnings"]] == ["/features/sedentary"]
    assert answer["warnings"][0]["detail"].endswith("; 8 would be usual in hours/day")
    assert_verified(client, answer)


def test_nothing_unusual_is_nothing_to_warn_about(client: httpx.Client, question: Json) -> None:
    assert ask(client, question)["warnings"] == []
    assert client.post("/predictions", json={"features": question["features"]}).json()["warnings"] == []
    page = page_of(client, question["patient_id"])
    assert 'id="checks"' not in page
    assert "> Check</span>" not in page


def test_the_page_says_what_to_check_before_it_says_that_the_target_is_met(
    client: httpx.Client, man: Json
) -> None:
    answer = ask(client, man)
    page = page_of(client, man["patient_id"])
    notice = page.index(f"Check waist: <b>43.0 cm</b> is {INCHES}.")
    assert page.index('<section class="who"') < notice
    told = page.index("It takes values that should be checked first.")
    assert notice < told < page.index("No options: the estimate is at or below the target")
    assert "check the values named above first" in page
    page = page_of(client, man["patient_id"], f"?answer={answer['id']}", part="grounds")
    beside = page.index('<dt>Waist</dt><dd>43.0 cm <span class="badge warn">')
    assert page.index("Outside what was observed (56.4 to 169.5 cm)", beside) - beside < 200


def test_a_patient_entered_by_hand_is_checked(client: httpx.Client) -> None:
    path = f"/patients/new-{uuid4()}/interventions"
    texts = {True: "yes", False: "no"}
    fields: dict[str, Any] = {VALUE + name: texts.get(value, value) for name, value in MAN.items()}  # type: ignore[arg-type]
    again = client.post(path, data=fields, headers=HTML)
    assert again.status_code == 422
    assert INCHES in again.text
    looked_at = dict(re.findall(r'name="(checked\.[a-z_]+)" value="([^"]+)"', again.text))
    assert "checked.waist" in looked_at
    page = client.post(path, data=fields | looked_at, headers=HTML, follow_redirects=True)
    assert page.status_code == 200
    assert INCHES in page.text


def test_a_what_if_says_again_what_was_wrong_with_what_was_entered(
    client: httpx.Client, heavy_sitter: Json
) -> None:
    """And nothing about what it supposes: a slider goes no further than a year does."""
    answer = ask(client, heavy_sitter)
    path = f"/patients/{answer['patient_id']}/interventions"
    sent = client.post(path, data={"answer": answer["id"], "at.bmi": "0"}, headers=HTML)
    newest = client.get(path).json()["answers"][0]
    assert newest["based_on"] == answer["id"]
    assert newest["warnings"] == answer["warnings"]
    shown = page_of(client, answer["patient_id"], "?" + sent.headers["location"].split("?")[1])
    assert "Check sitting time as it was entered: unusual beside the other values" in shown
