"""A model of more levers than the exact search takes: its front is bounded, and said to be."""

from collections.abc import Iterator

import httpx
import pytest

from app.classifiers.model_version import ModelVersion
from app.engine.exact.solver import MOST_LEVERS
from app.engine.registry import ModelRegistry
from tests.integration.answers import Json, ask, assert_verified, risk_of
from tests.integration.serving import Servers, gateway, http_client, settings_for
from tests.wide import HABITS, NAME, most_burdened, wide_model


@pytest.fixture(scope="module")
def client(servers: Servers, model: ModelVersion) -> Iterator[httpx.Client]:
    """A gateway that hosts it beside the default model."""
    registry = ModelRegistry({model.name: model, NAME: wide_model()}, model.name)
    with gateway(settings_for(servers), registry) as url, http_client(url) as client:
        yield client


@pytest.fixture
def question(patient_id: str) -> Json:
    return {"patient_id": patient_id, "model": NAME, "features": most_burdened(), "generator": "search"}


@pytest.mark.parametrize("most", [1, 3, 20])
def test_a_front_of_many_levers_is_found_without_a_proof(
    client: httpx.Client, question: Json, most: int
) -> None:
    assert HABITS > MOST_LEVERS
    target = {"absolute_reduction": 0.02}
    answer = ask(client, question, target=target, constraints={"max_changes": most}, always=True)
    assert len(answer["conditions"]["permitted"]) == HABITS
    assert answer["frontier"]
    for point in answer["frontier"]:
        assert (point["proved"], point["effort_bound"]) == (False, 0)
        moved = {change["feature"]: change["to"] for change in point["changes"]}
        assert len(moved) <= most
        assert risk_of(client, question["features"] | moved, NAME) == pytest.approx(point["risk"], abs=1e-6)
    for one in answer["improvements"]:
        assert one["optimality"]["proved"] is False
    assert_verified(client, answer)


def test_what_is_out_of_reach_of_many_levers_is_not_said_to_be_proved(
    client: httpx.Client, question: Json
) -> None:
    answer = ask(client, question, target={"max_risk": 0.0001})
    assert answer["status"] == "infeasible"
    assert answer["infeasible"]["proved"] is False
    assert answer["improvements"] or answer["no_improvement"]["proved"] is False


def test_with_few_levers_left_the_same_model_has_a_proved_front(client: httpx.Client, question: Json) -> None:
    few = {"features_to_vary": ["habit_0", "habit_1", "habit_2"]}
    answer = ask(client, question, constraints=few, always=True)
    assert answer["frontier"]
    assert all(point["proved"] for point in answer["frontier"])
