"""The classifier elsewhere: a real MLServer hosts it, and the gateway asks it over the network."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psycopg
import pytest
import xgboost

from app.classifiers.base import ClassifierError
from app.classifiers.model_version import ModelVersion
from app.classifiers.open_inference import OpenInferenceClassifier
from app.domain.schema import FloatArray
from tests.asking import Person
from tests.integration.answers import Json, found
from tests.integration.mlserver import MlServer, skip_without_mlserver, tensors
from tests.integration.serving import Servers, client_of, row_counts, settings_for

Connection = psycopg.Connection[tuple[Any, ...]]
HOSTED = {
    "plain": "the shipped file as it is: the server takes it for a regression, whose prediction is the risk",
    "described": "the same, with the columns in the metadata that the server tells",
    "by-column": "the same, with a tensor for each column, of which the server makes a data frame",
    "classifier": "saved by XGBClassifier: the server predicts labels unless it is asked for probabilities",
}


@pytest.fixture(scope="module")
def mlserver(model: ModelVersion, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlServer]:
    skip_without_mlserver()
    home = tmp_path_factory.mktemp("mlserver")
    server, file, columns = MlServer(home), model.folder / "classifier.ubj", model.schema.columns
    server.host("plain", file)
    server.host("described", file, inputs=tensors(["rows"], len(columns)))
    server.host("by-column", file, inputs=tensors(columns, 1), parameters={"content_type": "pd"})
    server.host("classifier", saved_by_scikit_learn(file, home / "classifier.ubj"))
    server.host("narrow", file, inputs=tensors(["rows"], len(columns) - 1))
    server.host("renamed", file, inputs=tensors(["gewicht", *columns[1:]], 1))
    server.start()
    yield server
    server.stop()


def saved_by_scikit_learn(file: Path, copy: Path) -> Path:
    """The same trees as `XGBClassifier.save_model` writes them."""
    classifier = xgboost.XGBClassifier()
    classifier.load_model(file)
    classifier.save_model(copy)
    return copy


@pytest.fixture(scope="module")
def unseen(model: ModelVersion, held_out: list[Person]) -> FloatArray:
    """Real people held out from training, many of them with unknown values."""
    rows = np.stack([model.schema.encode(person) for person in held_out])
    assert np.isnan(rows).any(axis=1).sum() > 100
    return rows


@pytest.mark.parametrize("name", HOSTED)
def test_risks_agree_with_those_in_process(
    mlserver: MlServer, model: ModelVersion, unseen: FloatArray, name: str
) -> None:
    classifier = OpenInferenceClassifier.connect(
        mlserver.url(name), model.schema.columns, model.population.rows[:50]
    )
    np.testing.assert_allclose(classifier.risk(unseen), model.classifier.risk(unseen), atol=1e-6, rtol=0)
    classifier.close()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nobody", "answers with HTTP status 404"),
        ("narrow", "takes 30 columns, not the 31 of task.toml"),
        ("renamed", "takes other columns than task.toml: it lacks 'age' and task.toml lacks 'gewicht'"),
    ],
)
def test_a_model_that_does_not_fit_is_refused(
    mlserver: MlServer, model: ModelVersion, name: str, said: str
) -> None:
    url = mlserver.url(name)
    with pytest.raises(ClassifierError) as caught:
        OpenInferenceClassifier.connect(url, model.schema.columns, model.population.rows[:1])
    assert str(caught.value) == f"The classifier at {url.removeprefix('http://')} {said}"


@pytest.fixture(scope="module")
def client(mlserver: MlServer, servers: Servers, model: ModelVersion) -> Iterator[httpx.Client]:
    """A client of a gateway whose classifier is MLServer's."""
    urls = {model.name: mlserver.url("classifier")}
    with client_of(settings_for(servers, turnpoint_classifiers=urls)) as client:
        yield client


def test_options_are_verified_by_the_remote_classifier_and_by_the_local_one(
    client: httpx.Client, model: ModelVersion, question: Json
) -> None:
    answer = found(client, question)
    rows = [model.schema.encode(option["features"]) for option in answer["counterfactuals"]]
    told = [option["risk"] for option in answer["counterfactuals"]]
    np.testing.assert_allclose(model.classifier.risk(np.stack(rows)), told, atol=1e-6)
    assert max(told) <= answer["prediction"]["target"]
    assert client.get("/readyz").json()["classifier"] is True


def test_away_nothing_is_given_or_recorded_and_back_all_is_well(
    mlserver: MlServer, client: httpx.Client, question: Json, database: Connection
) -> None:
    mlserver.stop()
    before = row_counts(database)
    asked = (
        client.post("/counterfactuals", json=question),
        client.post("/predictions", json={"features": question["features"]}),
    )
    for refused in asked:
        assert refused.status_code == 503
        assert refused.headers["content-type"] == "application/problem+json"
        assert int(refused.headers["retry-after"]) > 0
        assert set(refused.json()) == {"type", "title", "status", "detail"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["ready"], ready.json()["classifier"]) == (503, False, False)
    assert row_counts(database) == before
    mlserver.start()
    assert client.get("/readyz").is_success
    assert found(client, question)["generation"]["cached"] is False
