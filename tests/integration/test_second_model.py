"""A model is a folder: the second one is served like the first, and no language model guesses at it."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from jsonschema import Draft202012Validator

from app.engine.registry import ServedModel
from tests.asking import Person
from tests.integration.answers import (
    Json,
    ask,
    assert_changes_explain_the_difference,
    assert_no_option_repeats_a_better_one,
    assert_ranked,
    assert_verified,
    found,
)
from tests.integration.fake_llm import FakeLlm, fake_llm, says
from tests.integration.serving import Servers, client_of, settings_for

NAME = "heart-disease"


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeLlm]:
    with fake_llm() as fake:
        fake.behaviour = says(*["Eat less."] * 8)
        yield fake


@pytest.fixture(scope="module")
def client(servers: Servers, fake: FakeLlm) -> Iterator[httpx.Client]:
    """A gateway whose language model was fine-tuned, for the first model alone."""
    with client_of(settings_for(servers, llm_url=fake.url, llm_style="fine_tuned")) as client:
        yield client


@pytest.fixture
def about_the_heart(heart_patient: Person) -> Json:
    return {"patient_id": f"test-{uuid4()}", "model": NAME, "features": dict(heart_patient)}


def test_both_models_are_listed(client: httpx.Client) -> None:
    models = {model["name"]: model["default"] for model in client.get("/models").json()}
    assert models == {"dysglycaemia": True, "dysglycaemia@1": False, NAME: False, f"{NAME}@1": False}
    assert client.get(f"/models/{NAME}").json()["actionable"] == ["max_heart_rate"]


def test_the_search_answers_with_verified_options(
    client: httpx.Client, about_the_heart: Json, heart: ServedModel
) -> None:
    answer = found(client, about_the_heart, generator="search")
    assert answer["model"]["name"] == NAME
    assert answer["generation"]["degraded"] == []
    assert_verified(client, answer)
    assert_ranked(answer, heart.model.schema.model.min_robustness)
    assert_no_option_repeats_a_better_one(answer)
    for option in answer["counterfactuals"]:
        assert_changes_explain_the_difference(about_the_heart, option)
        assert option["summary"].startswith("Consider ")


def test_what_is_out_of_reach_is_said_to_be(client: httpx.Client, about_the_heart: Json) -> None:
    answer = ask(client, about_the_heart, generator="search", target={"max_risk": 0.001})
    assert answer["counterfactuals"] == []
    assert answer["infeasible"]["proved"] is True


@pytest.mark.parametrize("generator", ["auto", "llm"])
def test_a_language_model_that_was_not_taught_it_is_not_asked(
    client: httpx.Client, fake: FakeLlm, about_the_heart: Json, generator: str
) -> None:
    before = len(fake.asked)
    answer = found(client, about_the_heart, generator=generator)
    assert len(fake.asked) == before
    assert answer["generation"]["degraded"] == ["llm_not_taught"]
    assert (answer["generation"]["proposals"], answer["generation"]["llm_model"]) == (0, None)
    assert {option["generator"] for option in answer["counterfactuals"]} == {"search"}
    assert found(client, about_the_heart, generator=generator)["generation"]["cached"] is True


def test_it_is_asked_about_what_it_was_taught(client: httpx.Client, fake: FakeLlm, question: Json) -> None:
    before = len(fake.asked)
    found(client, question, generator="auto")
    assert len(fake.asked) == before + 1


def test_a_language_model_as_it_is_is_asked_about_both(
    servers: Servers, fake: FakeLlm, about_the_heart: Json
) -> None:
    with client_of(settings_for(servers, llm_url=fake.url, llm_style="few_shot")) as client:
        answer = found(client, about_the_heart)
    assert answer["generation"]["degraded"] == ["llm_no_proposal"]
    assert "a coronary artery narrowed" in fake.asked[-1]["messages"][0]["content"]


def test_the_json_schema_takes_unknown_categories(client: httpx.Client, heart_patient: Person) -> None:
    schema = client.get(f"/models/{NAME}/schema").json()
    validator = Draft202012Validator(schema)
    assert validator.is_valid(heart_patient | {"thallium": None, "exercise_angina": None, "vessels": None})
    assert not validator.is_valid(heart_patient | {"chest_pain": None})
    assert not validator.is_valid(heart_patient | {"thallium": "normale"})
