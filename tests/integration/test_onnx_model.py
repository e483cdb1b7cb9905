"""A hosted ONNX model over HTTP and in process: search in batches answers, and nothing is called proved."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.faces.in_process import engine
from tests.integration.answers import Json, ask, assert_verified, found
from tests.integration.serving import Servers, client_of, settings_for
from tests.strange import LONG, NAME
from tests.strange_onnx import write_onnx_model
from turnpoint.recourse import Recourse

SOMEBODY = {LONG: 30.0, "weekly_portions": 28.0, "load": 35.0}
THRESHOLD = 0.3


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("store")
    write_onnx_model(home, THRESHOLD)
    return home


@pytest.fixture(scope="module")
def client(servers: Servers, store: Path) -> Iterator[httpx.Client]:
    with client_of(settings_for(servers, llm_url=None, model_store=store, default_model=NAME)) as client:
        yield client


def asked(**more: Any) -> Json:
    return {"patient_id": f"test-{uuid4()}", "features": SOMEBODY, **more}


def claims(told: Any, at: str = "") -> dict[str, Any]:
    """Everything that an answer says of proofs, by where it says so."""
    if isinstance(told, dict):
        own = {f"{at}/proved": told["proved"]} if "proved" in told else {}
        return own | {
            key: of for name, one in told.items() for key, of in claims(one, f"{at}/{name}").items()
        }
    if isinstance(told, list):
        return {key: of for place, one in enumerate(told) for key, of in claims(one, f"{at}/{place}").items()}
    return {}


def test_models_tell_that_there_are_no_proofs(client: httpx.Client) -> None:
    assert [one["proofs"] for one in client.get("/models").json()] == [False]
    assert client.get(f"/models/{NAME}").json()["proofs"] is False


def test_options_reach_the_target_and_none_is_called_proved(client: httpx.Client) -> None:
    answer = found(client, asked())
    assert_verified(client, answer)
    for option in answer["counterfactuals"]:
        assert option["optimality"] == {"proved": False, "effort_bound": 0.0}
    said = claims(answer)
    assert said
    assert not any(said.values())


def test_what_is_not_reached_is_not_called_out_of_reach(client: httpx.Client) -> None:
    question = asked(target={"max_risk": 0.001})
    answer = ask(client, question)
    infeasible = answer["infeasible"]
    assert (answer["status"], infeasible["proved"], infeasible["risk_bound"]) == ("infeasible", False, 0.0)
    assert not any(claims(answer).values())
    path = f"/patients/{question['patient_id']}/interventions"
    page = client.get(path, headers={"Accept": "text/html"}).text
    assert "The lowest estimate" in page
    assert "It is proved" not in page


def test_in_process_it_answers_the_same(client: httpx.Client, store: Path) -> None:
    there = found(client, asked())
    with Recourse(engine.load(NAME, store)) as recourse:
        here = recourse.explain_one(SOMEBODY)
    assert [one.risk for one in here.counterfactuals] == [one["risk"] for one in there["counterfactuals"]]
    assert not any(one.optimality.proved for one in here.counterfactuals if one.optimality)
