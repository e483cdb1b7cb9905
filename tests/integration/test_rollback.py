"""Going back to an older version is one setting and a restart: what the newer one answered stays of use."""

from collections.abc import Iterator

import httpx
import pytest

from tests.asking import Person
from tests.integration.answers import Json, ask, found
from tests.integration.pages import HTML, HTMX, page_of
from tests.integration.planning import made, plans_of, post
from tests.integration.serving import Servers, client_of, settings_for

NAME = "dysglycaemia"
SECOND = {"name": NAME, "version": "2"}


@pytest.fixture(scope="module")
def before(servers: Servers) -> Iterator[httpx.Client]:
    """The gateway as it was: the newest version answers to the model's name."""
    with client_of(settings_for(servers)) as client:
        yield client


@pytest.fixture(scope="module")
def client(servers: Servers) -> Iterator[httpx.Client]:
    """The gateway after the restart."""
    with client_of(settings_for(servers, turnpoint_default_versions={NAME: "1"})) as client:
        yield client


@pytest.fixture
def answer(before: httpx.Client, question: Json) -> Json:
    """What the second version answered before."""
    answer = found(before, question)
    assert answer["model"] == SECOND
    return answer


def test_everybody_is_told_which_version_answers_to_the_name(
    client: httpx.Client, question: Json, helpable: Person
) -> None:
    told = {one["name"]: (one["version"], one["default_version"]) for one in client.get("/models").json()}
    assert (told[NAME], told[f"{NAME}@2"]) == (("1", True), ("2", False))
    assert told["heart-disease"] == ("2", True)
    assert client.get(f"/models/{NAME}").json()["version"] == "1"
    assert client.get(f"/models/{NAME}/card").json()["version"] == "1"
    predicted = client.post("/predictions", json={"features": dict(helpable)}).json()
    assert (predicted["model"], predicted["version"]) == (NAME, "1")
    for name, version in ((None, "1"), (NAME, "1"), (f"{NAME}@1", "1"), (f"{NAME}@2", "2")):
        asked = ask(client, question | ({"model": name} if name else {}))
        assert asked["model"] == {"name": NAME, "version": version}


def test_a_default_is_another_answer_than_the_one_before(
    client: httpx.Client, question: Json, answer: Json
) -> None:
    """Though both versions have one name, a cached answer of one is never given for the other."""
    asked = ask(client, question)
    assert (asked["model"]["version"], asked["generation"]["cached"]) == ("1", False)
    again = ask(client, question, model=f"{NAME}@2")
    assert (again["id"], again["generation"]["cached"]) == (answer["id"], True)


def test_an_answer_of_the_newer_version_is_read_shown_and_asked_again_with_that(
    client: httpx.Client, answer: Json
) -> None:
    path = f"/patients/{answer['patient_id']}"
    assert client.get(f"/counterfactuals/{answer['id']}").json()["model"] == SECOND
    assert "does not go with the model" not in page_of(client, answer["patient_id"])
    changed = answer["counterfactuals"][0]["changes"][0]["feature"]
    supposed = {"answer": answer["id"], f"at.{changed}": "1"}
    assert client.post(f"{path}/what-if", data=supposed, headers=HTMX).status_code == 200
    assert client.post(f"{path}/interventions", data=supposed, headers=HTML).status_code == 303
    kept = {"answer": answer["id"], f"without.{changed}": "on"}
    again = client.post(f"{path}/ask-again", data=kept, headers=HTML)
    assert again.status_code == 303, again.text
    models = [one["model"] for one in client.get(f"{path}/interventions").json()["answers"]]
    assert models == [SECOND, SECOND, SECOND]


def test_a_plan_is_made_of_the_newer_versions_option_and_what_if(client: httpx.Client, answer: Json) -> None:
    option = answer["counterfactuals"][0]
    values = {change["feature"]: change["to"] for change in option["changes"]}
    plan = made(client, answer, option)
    supposed = post(client, answer["patient_id"], what_if={"answer_id": answer["id"], "values": values})
    assert supposed.status_code == 201, supposed.text
    assert supposed.json()["estimate"] == plan["estimate"]
    assert [one["model"] for one in plans_of(client, answer["patient_id"])] == [SECOND, SECOND]
    handout = client.get(f"/patients/{answer['patient_id']}/plans/{plan['id']}/handout", headers=HTML)
    assert handout.status_code == 200
