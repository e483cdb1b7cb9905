"""The clinician's page over HTTP: what it says in every case, what it refuses, and how it is kept safe."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from app.engine.registry import ServedModel
from tests.asking import Person
from tests.integration.answers import Json, ask, found
from tests.integration.pages import HTML, HTMX, page_of
from tests.integration.serving import NOWHERE, Servers, client_of, row_counts, settings_for

Database = psycopg.Connection[tuple[Any, ...]]
LOW = {"max_risk": 0.999}


@pytest.fixture
def answer(client: httpx.Client, question: Json) -> Json:
    return found(client, question)


def test_programs_get_json_and_browsers_a_page(client: httpx.Client, answer: Json) -> None:
    path = f"/patients/{answer['patient_id']}/interventions"
    for accept, kind in [
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/json, text/html;q=0.5", "application/json"),
        ("text/html;q=oops", "application/json"),
        (HTML["Accept"], "text/html"),
    ]:
        response = client.get(path, headers={"Accept": accept})
        assert response.headers["content-type"].partition(";")[0] == kind, accept
        assert "Accept" in response.headers["vary"]


def test_a_page_is_kept_by_nobody_and_runs_nothing_of_others(client: httpx.Client, answer: Json) -> None:
    response = client.get(f"/patients/{answer['patient_id']}/interventions", headers=HTML)
    assert response.headers["cache-control"] == "private, no-store"
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert " style=" not in response.text
    assert "<style" not in response.text
    assert all("src=" in script for script in response.text.split("<script")[1:])
    assert "http://" not in response.text
    links = set(re.findall(r'https://[^"<]*', response.text))
    assert all(f'<a href="{link}" rel="noreferrer">' in response.text for link in links)
    for address in ("/static/style.css", "/static/page.js", "/static/htmx"):
        url = next(word.strip('"') for word in response.text.split('"') if word.startswith(address))
        asset = client.get(url)
        assert asset.status_code == 200
        assert "immutable" in asset.headers["cache-control"]


def test_nobody_in_reach_of_the_target_is_told_what_helps_most(
    client: httpx.Client, patient_id: str, high_risk: list[Person]
) -> None:
    person = next(one for one in reversed(high_risk) if None not in one.values())
    answer = ask(
        client,
        {"patient_id": patient_id, "features": dict(person), "generator": "search"},
        target={"max_risk": 0.001},
    )
    page = page_of(client, patient_id)
    assert "is not in reach by what is permitted" in page
    assert f"{100 * answer['infeasible']['lowest_reachable_risk']:.0f} %" in page
    assert "What gets there" in page
    for improvement in answer["improvements"]:
        assert f'id="option-{improvement["id"]}"' in page


def test_a_proof_is_told_with_what_it_holds_for(
    client: httpx.Client, patient_id: str, helpable: Person
) -> None:
    """With one change at once nothing may be in reach; with so many as are said, it is as low as was said."""
    question = {"patient_id": patient_id, "features": dict(helpable), "generator": "search"}
    target, narrow = {"max_risk": 0.05}, {"max_changes": 1}
    said = ask(client, question, target=target, constraints=narrow)["infeasible"]
    assert said["conditions"]["max_changes"] == 1
    assert {"feature", "label", "from", "to", "step", "unit"} == set(said["conditions"]["permitted"][0])
    (relaxed,) = said["relaxed"]
    page = page_of(client, patient_id)
    assert "at most 1 behaviour at once" in page
    assert f"With {relaxed['max_changes']} behaviours at once" in page
    again = ask(client, question, target=target, constraints={"max_changes": relaxed["max_changes"]})
    lowest = (
        min(option["risk"] for option in again["counterfactuals"])
        if relaxed["reaches_target"]
        else again["infeasible"]["lowest_reachable_risk"]
    )
    assert lowest >= relaxed["lowest_reachable_risk"] - 1e-9
    assert (again["status"] == "found") == relaxed["reaches_target"]


def test_below_the_target_is_told_so_without_comfort(client: httpx.Client, question: Json) -> None:
    answer = ask(client, question, target={"max_risk": 0.999})
    assert answer["status"] == "already_below_target"
    page = page_of(client, question["patient_id"])
    assert "No options: the estimate is at or below the target" in page
    assert "needs to change" not in page


def test_what_is_not_known_is_named(client: httpx.Client, question: Json) -> None:
    features = question["features"] | {"sleep": None, "fibre": None, "ethnicity": None}
    asked = [one["feature"] for one in ask(client, question, features=features)["ask_next"]]
    page = page_of(client, question["patient_id"])
    assert "Not known</dt><dd>ethnicity, sleep on work nights, dietary fibre" in page
    assert asked[0] == "ethnicity"
    assert re.search(r"dietary fibre\. Knowing ethnicity[a-z -]* would narrow the estimate most\.", page)


def test_the_second_model_has_a_page_too(
    client: httpx.Client, patient_id: str, heart_patient: Person, heart: ServedModel
) -> None:
    asked = {"patient_id": patient_id, "features": dict(heart_patient), "model": "heart-disease"}
    found(client, asked | {"generator": "search"})
    page = page_of(client, patient_id)
    assert f"Coronary heart disease, version {heart.model.version}" in page
    assert "Age: " in page  # figures for people like this one


def test_a_part_that_was_away_is_told_in_words(servers: Servers, question: Json) -> None:
    away = Servers(servers.database_url, servers.redis_url, NOWHERE)
    with client_of(settings_for(away)) as client:
        ask(client, question, generator="auto")
        assert "The language model was away" in page_of(client, question["patient_id"])


def test_an_answer_of_another_version_is_shown_without_what_needs_the_model(
    client: httpx.Client, answer: Json, database: Database
) -> None:
    database.execute(
        "UPDATE predictions SET model_digest = 'old', model_version = '0' FROM answers "
        "WHERE answers.prediction_id = predictions.id AND answers.id = %s",
        [answer["id"]],
    )
    page = page_of(client, answer["patient_id"])
    assert f"Given by version 0. Hosted now is version {answer['model']['version']}" in page
    assert answer["counterfactuals"][0]["strategy"]["name"] in page
    for mixed in ("nine in ten of those refits", 'id="what-if"', 'id="charts"'):
        assert mixed not in page
    sent = client.post(
        f"/patients/{answer['patient_id']}/what-if", data={"answer": answer["id"]}, headers=HTMX
    )
    assert sent.status_code == 409


def test_an_answer_of_a_model_that_is_gone_can_be_read(
    client: httpx.Client, answer: Json, database: Database
) -> None:
    database.execute(
        "UPDATE predictions SET model_digest = 'old', model_name = 'gone' FROM answers "
        "WHERE answers.prediction_id = predictions.id AND answers.id = %s",
        [answer["id"]],
    )
    page = page_of(client, answer["patient_id"])
    assert answer["counterfactuals"][0]["changes"][0]["label"].lower() in page.lower()
    assert 'id="what-if"' not in page
    stale = client.post(
        f"/patients/{answer['patient_id']}/what-if", data={"answer": answer["id"]}, headers=HTMX
    )
    assert stale.status_code == 409
    assert "Ask again" in stale.text


def test_it_opens_on_what_was_sent_last(client: httpx.Client, answer: Json, question: Json) -> None:
    """Values that were sent before, and answered from the cache, are what holds now."""
    other = question | {"features": question["features"] | {"sleep": 4.5}}
    ask(client, other)
    assert "4.5 h/night" in page_of(client, question["patient_id"])
    ask(client, question)
    assert "4.5 h/night" not in page_of(client, question["patient_id"])


def test_what_was_said_of_the_same_changes_in_an_earlier_answer_is_told(
    client: httpx.Client, answer: Json, question: Json
) -> None:
    first = answer["counterfactuals"][0]
    said = {"counterfactual_id": first["id"], "verdict": "declined", "reason": "tried_before"}
    given = client.post(f"/counterfactuals/{answer['id']}/feedback", json=said).raise_for_status().json()
    ask(client, question, count=1)
    told = "The same changes were declined on"
    now = page_of(client, answer["patient_id"])
    assert now.count(told) == 1
    assert "tried before without success" in now
    then = page_of(client, answer["patient_id"], f"?answer={answer['id']}")
    assert told not in then  # there it is a verdict
    back = {"counterfactual_id": first["id"], "verdict": "withdrawn", "replaces": given["id"]}
    client.post(f"/counterfactuals/{answer['id']}/feedback", json=back).raise_for_status()
    assert told not in page_of(client, answer["patient_id"])


def test_two_models_are_both_shown(
    client: httpx.Client, answer: Json, heart_patient: Person, patient_id: str
) -> None:
    asked = {"patient_id": patient_id, "features": dict(heart_patient), "model": "heart-disease"}
    heart = found(client, asked | {"generator": "search"})
    page = page_of(client, patient_id)
    assert f"Coronary heart disease, version {heart['model']['version']}" in page
    assert f"?answer={answer['id']}" in page
    lately = client.post("/", data={"patient": patient_id}, headers=HTML).text
    assert lately.count(f"/patients/{patient_id}/interventions?answer=") == 2
    assert heart["id"] in lately


def test_history_goes_on(client: httpx.Client, question: Json, served: ServedModel) -> None:
    for minutes in range(22):
        ask(client, question, features=question["features"] | {"sedentary": 300 + minutes}, target=LOW)
    page = page_of(client, question["patient_id"])
    below = ", at or below its target of 99.9 %</span>"
    assert page.count(below) == 20
    older = page.split("&amp;before=")[1].split("#")[0]
    assert page_of(client, question["patient_id"], f"?before={older}").count(below) == 2
    assert f"22 answers by version {served.model.version}" in page


@pytest.mark.parametrize("name", ["evil.example", "localhost.evil.example", "", "[::1", "192.0.2.7"])
def test_a_name_that_is_not_the_services_own_is_refused(client: httpx.Client, name: str) -> None:
    """A site's own name may be made to lead to this machine: its pages would read every patient."""
    for headers in (HTML, {}):
        response = client.get("/", headers=headers | {"Host": name})
        assert response.status_code in (400, 421)
        assert "Turnpoint · Patients" not in response.text
    for own in ("localhost:1234", "127.0.0.1", "[::1]:8000", "LOCALHOST"):
        assert client.get("/livez", headers={"Host": own}).status_code == 200


def test_what_is_no_part_of_an_id_finds_nobody(client: httpx.Client, answer: Json) -> None:
    for text in ("\0", "%", "_" * 30, "a b", "x" * 100):
        found_none = client.post("/", data={"patient": text}, headers=HTML)
        assert found_none.status_code == 200
        assert answer["patient_id"] not in found_none.text


@pytest.mark.parametrize(
    "hostile",
    [
        "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "%22%27%3E%3Cimg%20src%3Dx%3E",
        "x" * 10_000,
        "..",
        "%2E",
        "..%2F..%2Fetc%2Fpasswd",
        "%00",
        "P%0d%0aSet-Cookie:x",
    ],
)
def test_a_hostile_id_is_refused_and_never_shown(client: httpx.Client, hostile: str) -> None:
    for send in (
        lambda: client.get(f"/patients/{hostile}/interventions", headers=HTML),
        lambda: client.post(f"/patients/{hostile}/what-if", headers=HTML),
        lambda: client.post(f"/patients/{hostile}/interventions", headers=HTMX),
    ):
        response = call(send)
        assert response.status_code in (404, 405, 422)
        for part in ("<script>alert", "<img", "passwd", "Set-Cookie:x", "x" * 100):
            assert part not in response.text
        assert "set-cookie" not in response.headers


def call(send: Callable[[], httpx.Response]) -> httpx.Response:
    return send()


def test_an_unknown_patient_gets_a_page_that_helps(client: httpx.Client) -> None:
    response = client.get("/patients/nobody-here/interventions", headers=HTML)
    assert response.status_code == 404
    assert "nobody-here is not on record" in response.text
    assert 'name="value.bmi"' in response.text
    other = client.get("/patients/nobody-here/interventions?model=heart-disease", headers=HTML)
    assert 'name="value.chest_pain"' in other.text
    nonsense = client.get("/patients/nobody-here/interventions?model=nonsense", headers=HTML)
    assert 'name="value.bmi"' in nonsense.text


def test_errors_are_pages_for_people(client: httpx.Client) -> None:
    for path, status in [
        ("/nowhere", 404),
        ("/augmentations/nothing", 422),
        (f"/augmentations/{uuid4()}", 404),
    ]:
        response = client.get(path, headers=HTML)
        assert response.status_code == status
        assert response.headers["content-type"].startswith("text/html")
        assert "<h1>" in response.text
        assert client.get(path).headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({}, 303),
    ],
)
def test_another_sites_page_cannot_speak_for_a_clinician(
    client: httpx.Client, answer: Json, headers: dict[str, str], status: int, database: Database
) -> None:
    before = row_counts(database)
    form = {"counterfactual_id": answer["counterfactuals"][0]["id"], "verdict": "accepted"}
    sent = client.post(f"/counterfactuals/{answer['id']}/feedback", data=form, headers=HTML | headers)
    assert sent.status_code == status
    assert (row_counts(database) == before) == (status == 403)


def test_the_database_away_is_told_on_a_page(servers: Servers) -> None:
    nowhere = "postgresql+psycopg://turnpoint@127.0.0.1:9/turnpoint"
    with client_of(settings_for(Servers(nowhere, servers.redis_url))) as client:
        for path in ("/", "/patients/P-1/interventions"):
            response = client.get(path, headers=HTML)
            assert response.status_code == 503
            assert "Not just now" in response.text
