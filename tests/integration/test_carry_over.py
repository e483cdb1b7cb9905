"""What a language model learned about one model, carried over to another one: asked, said and on record."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.asking import Person
from tests.carried import HEART, WORDS, copied_store, measure
from tests.integration.answers import Json, found
from tests.integration.fake_llm import FakeLlm, fake_llm, says
from tests.integration.serving import Servers, client_of, settings_for


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeLlm]:
    with fake_llm() as fake:
        fake.behaviour = says(*['"rate 1"'] * 8)
        yield fake


@pytest.fixture(scope="module")
def client(
    servers: Servers, fake: FakeLlm, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    store = copied_store(tmp_path_factory.mktemp("store"))
    measure(store)
    settings = settings_for(servers, llm_url=fake.url, llm_style="fine_tuned", model_store=Path(store))
    with client_of(settings) as client:
        yield client


@pytest.fixture
def about_the_heart(heart_patient: Person) -> Json:
    return {"patient_id": f"test-{uuid4()}", "model": "heart-disease", "features": dict(heart_patient)}


def test_it_is_asked_and_the_answer_says_why(
    client: httpx.Client, fake: FakeLlm, about_the_heart: Json
) -> None:
    before = len(fake.asked)
    answer = found(client, about_the_heart, generator="auto")
    assert len(fake.asked) == before + 1
    generation = answer["generation"]
    assert (generation["carried_over"], generation["llm_model"] is None) == (WORDS, False)
    assert "llm_not_taught" not in generation["degraded"]
    recorded = client.get(f"/counterfactuals/{answer['id']}").json()
    assert recorded["generation"]["carried_over"] == WORDS
    again = found(client, about_the_heart, generator="auto")
    assert (again["generation"]["cached"], again["generation"]["carried_over"]) == (True, WORDS)


def test_of_what_it_was_taught_nothing_is_carried_over(client: httpx.Client, question: Json) -> None:
    answer = found(client, question, generator="auto")
    assert answer["generation"]["carried_over"] is None


def test_models_tell_it(client: httpx.Client) -> None:
    told = {model["name"]: model["carried_over"] for model in client.get("/models").json()}
    assert told == {"dysglycaemia": None, "heart-disease": WORDS}
    assert client.get(f"/models/{HEART}").json()["carried_over"] == WORDS
