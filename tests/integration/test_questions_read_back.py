"""The question of an answer: told with it, read back with it, and asked again as it is told."""

from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest

from app.domain.schema import FeatureSchema
from tests.asking import Person
from tests.integration.answers import Json, ask
from tests.integration.serving import Servers, client_of, settings_for

Connection = psycopg.Connection[tuple[Any, ...]]
WISHES: Json = {
    "target": {"relative_reduction": 0.1},
    "constraints": {
        "features_to_keep": ["food"],
        "permitted_range": {"bmi": [25.0, None], "active_travel": True},
        "max_changes": 2,
    },
    "count": 2,
    "min_robustness": 0.5,
    "include": ["treatment"],
    "programme": "intensive",
    "diversity": "least_effort",
    "always": True,
}


@pytest.fixture(scope="module")
def gateway(servers: Servers) -> Iterator[httpx.Client]:
    """A gateway without a language model: the search alone answers."""
    with client_of(settings_for(servers)) as client:
        yield client


@pytest.fixture
def plain(patient_id: str, helpable: Person) -> Json:
    return {"patient_id": patient_id, "features": dict(helpable), "generator": "search"}


def as_request(answer: Json) -> Json:
    """The question of an answer as a request."""
    asked = answer["question"]
    said = {name: asked[name] for name in ("features", "target", "constraints")}
    return {"patient_id": answer["patient_id"]} | said | asked["preferences"]


def test_defaults_are_told_by_their_values(gateway: httpx.Client, plain: Json, schema: FeatureSchema) -> None:
    answer = ask(gateway, plain)
    assert answer["question"] == {
        "features": plain["features"],
        "days": [],
        "target": {"max_risk": schema.model.threshold},
        "constraints": {
            "features_to_vary": None,
            "features_to_keep": [],
            "permitted_range": {},
            "max_changes": schema.model.max_changes,
        },
        "preferences": {
            "count": 4,
            "min_robustness": schema.model.min_robustness,
            "generator": "search",
            "include": [],
            "programme": "usual",
            "diversity": "strategies",
            "always": False,
        },
    }


def test_themes_are_told_by_their_features(gateway: httpx.Client, plain: Json, schema: FeatureSchema) -> None:
    asked = ask(gateway, plain | WISHES)["question"]
    assert asked["constraints"] == {
        "features_to_vary": None,
        "features_to_keep": sorted(schema.with_theme("food")),
        "permitted_range": {"bmi": [25.0, None], "active_travel": [1.0, 1.0]},
        "max_changes": 2,
    }
    assert asked["target"] == WISHES["target"]
    assert asked["preferences"] == {
        name: (plain | WISHES)[name]
        for name in ("count", "min_robustness", "generator", "include", "programme", "diversity", "always")
    }


@pytest.mark.parametrize("wishes", [{}, WISHES], ids=["defaults", "wishes"])
def test_the_question_is_read_back_and_is_the_same_when_it_is_asked_again(
    gateway: httpx.Client, plain: Json, wishes: Json
) -> None:
    answer = ask(gateway, plain | wishes)
    again = ask(gateway, as_request(answer))
    assert again["generation"]["cached"]
    assert again["id"] == answer["id"]
    by_id = gateway.get(f"/counterfactuals/{answer['id']}").json()
    page = gateway.get(f"/patients/{answer['patient_id']}/interventions").json()
    assert by_id["question"] == answer["question"]
    assert [one["question"] for one in page["answers"]] == [answer["question"]]
    assert by_id["warnings"] == answer["warnings"]


def test_a_question_of_an_older_version_is_read_back(
    gateway: httpx.Client, database: Connection, plain: Json
) -> None:
    answer = ask(gateway, plain)
    older = "UPDATE answers SET target_asked = NULL, constraints = constraints - 'features_to_keep'"
    database.execute(f"{older} WHERE id = %s", [answer["id"]])
    assert gateway.get(f"/counterfactuals/{answer['id']}").json()["question"] == answer["question"]
