"""Two versions of a model beside each other: each answers, and is read back, by its own schema."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from app.classifiers.model_version import ModelVersion
from app.engine.examples import example_people, with_a_way_down
from app.engine.registry import ModelRegistry
from tests.asking import Person
from tests.integration.answers import Json, found
from tests.integration.pages import HTML, page_of
from tests.integration.serving import Servers, client_of, settings_for
from tests.integration.working import ended, rows_of, submit, worker
from tests.unit.classifiers.spoilt import add_version, folder_of

NAME, FIRST = "dysglycaemia", "dysglycaemia@1"
CHANGES = {
    'title = "Dysglycaemia"': 'title = "Raised HbA1c"',
    'note = "Categories of NHANES.': 'missing = "unknown"\nnote = "Categories of NHANES.',
    'label = "Waist"': 'label = "Girth"',
}
"""The second version has another title, another label, and takes a person of unknown ethnicity."""


@pytest.fixture(scope="module")
def person(registry: ModelRegistry) -> Person:
    """Somebody whom the first version can help; the second here has the same classifier."""
    served = registry.named(FIRST)
    return with_a_way_down(served, example_people(served.model, 20)).features


@pytest.fixture
def question(patient_id: str, person: Person) -> Json:
    return {"patient_id": patient_id, "features": dict(person), "generator": "search"}


@pytest.fixture(scope="module")
def store(version_1: ModelVersion, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = folder_of(version_1, tmp_path_factory.mktemp("store"))
    add_version(folder, "2", CHANGES)
    return folder.parent


@pytest.fixture(scope="module")
def client(servers: Servers, store: Path) -> Iterator[httpx.Client]:
    with client_of(settings_for(servers, model_store=store)) as client:
        yield client


@pytest.fixture
def answers(client: httpx.Client, question: Json) -> dict[str, Json]:
    """What each version answers to the same question, the first one's last."""
    return {name: found(client, question, model=name) for name in (NAME, FIRST)}


def test_both_are_listed_and_one_is_the_default(client: httpx.Client) -> None:
    told = [
        (one["name"], one["version"], one["default"], one["default_version"])
        for one in client.get("/models").json()
    ]
    assert told == [(NAME, "2", True, True), (FIRST, "1", False, False)]


@pytest.mark.parametrize(
    ("name", "version", "title"),
    [
        (NAME, "2", "Raised HbA1c"),
        ("dysglycaemia@2", "2", "Raised HbA1c"),
        (FIRST, "1", "Dysglycaemia"),
    ],
)
def test_each_tells_of_itself(client: httpx.Client, name: str, version: str, title: str) -> None:
    told = client.get(f"/models/{name}").json()
    assert (told["version"], told["title"]) == (version, title)
    assert told["name"] == (NAME if version == "2" else FIRST)
    schema = client.get(f"/models/{name}/schema").json()
    assert ("ethnicity" in schema["required"]) is (version == "1")
    assert client.get(f"/models/{name}/card").json()["model"] == NAME


@pytest.mark.parametrize("name", ["dysglycaemia@3", "dysglycaemia@", "@1", "dysglycaemia@01"])
def test_a_version_that_is_not_there_is_none(client: httpx.Client, question: Json, name: str) -> None:
    assert client.get(f"/models/{name}").status_code == 404
    for path in ("counterfactuals", "predictions"):
        body = question if path == "counterfactuals" else {"features": question["features"]}
        refused = client.post(f"/{path}", json=body | {"model": name})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/model")


def test_each_takes_what_its_own_schema_takes(client: httpx.Client, person: Person) -> None:
    features = {name: value for name, value in person.items() if name != "ethnicity"}
    newest = client.post("/predictions", json={"features": features})
    assert (newest.status_code, newest.json()["version"]) == (200, "2")
    first = client.post("/predictions", json={"features": features, "model": FIRST})
    assert (first.status_code, first.json()["errors"][0]["pointer"]) == (422, "/features/ethnicity")
    whole = client.post("/predictions", json={"features": dict(person), "model": FIRST})
    assert (whole.json()["model"], whole.json()["version"]) == (NAME, "1")


def test_answers_of_both_are_recorded_and_cached_apart(
    client: httpx.Client, question: Json, answers: dict[str, Json]
) -> None:
    assert {name: one["model"] for name, one in answers.items()} == {
        NAME: {"name": NAME, "version": "2"},
        FIRST: {"name": NAME, "version": "1"},
    }
    assert answers[NAME]["id"] != answers[FIRST]["id"]
    for name, answer in answers.items():
        again = found(client, question, model=name)
        assert (again["id"], again["generation"]["cached"]) == (answer["id"], True)
        assert client.get(f"/counterfactuals/{answer['id']}").json()["model"] == answer["model"]


def test_a_page_is_made_with_the_version_that_answered(
    client: httpx.Client, patient_id: str, answers: dict[str, Json]
) -> None:
    for name, own, other in ((NAME, "Girth", "Waist"), (FIRST, "Waist", "Girth")):
        page = page_of(client, patient_id, f"?answer={answers[name]['id']}")
        assert own in page
        assert other not in page
        assert "does not go with the model" not in page


def test_a_what_if_departs_with_the_version_that_answered(
    client: httpx.Client, patient_id: str, answers: dict[str, Json]
) -> None:
    for name in (NAME, FIRST):
        changed = answers[name]["counterfactuals"][0]["changes"][0]["feature"]
        data = {"answer": answers[name]["id"], f"at.{changed}": "1"}
        asked = client.post(f"/patients/{patient_id}/interventions", data=data, headers=HTML)
        assert asked.status_code == 303, asked.text
        newest = client.get(f"/patients/{patient_id}/interventions", params={"limit": 1}).json()
        assert newest["answers"][0]["model"] == answers[name]["model"]


def test_a_verdict_on_an_older_versions_option_is_kept(
    client: httpx.Client, answers: dict[str, Json]
) -> None:
    answer = answers[FIRST]
    said = {"counterfactual_id": answer["counterfactuals"][0]["id"], "verdict": "accepted"}
    assert client.post(f"/counterfactuals/{answer['id']}/feedback", json=said).status_code == 201


def test_a_patient_entered_by_hand_is_asked_about_as_the_address_says(client: httpx.Client) -> None:
    for query, name, required in (("", NAME, False), (f"?model={FIRST}", FIRST, True)):
        page = client.get(f"/patients/test-{uuid4()}/interventions{query}", headers=HTML).text
        assert f'name="model" value="{name}"' in page
        assert ('<select name="value.ethnicity" required ' in page) is required
        assert page.count(" instead</a>") == (1 if required else 0)


def test_a_job_is_done_with_the_version_that_it_names(
    client: httpx.Client, servers: Servers, store: Path, home: Path, registry: ModelRegistry
) -> None:
    people = [dict(one.features) for one in example_people(registry.named(FIRST).model, 8)]
    with worker(servers, home, MODEL_STORE=str(store)):
        jobs = {
            name: submit(client, model=name, source={"kind": "rows", "rows": people}, per_row=1, seed=7)
            for name in (NAME, FIRST)
        }
        for name, version in ((NAME, "2"), (FIRST, "1")):
            job = ended(client, jobs[name])
            assert (job["state"], job["model"]) == ("completed", {"name": NAME, "version": version})
            assert {row["model_version"] for row in rows_of(client, job)} == {version}
            assert client.get(job["links"]["report"]).status_code == 200


def test_answers_are_counted_by_version(client: httpx.Client, answers: dict[str, Json]) -> None:
    counted = client.get("/metrics").text
    for version in ("1", "2"):
        assert f'turnpoint_answers_total{{cached="False",degraded="no",model="{NAME}",' in counted
        assert f'version="{version}"' in counted
