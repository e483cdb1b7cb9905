"""Servers of the Open Inference Protocol that differ, lie or fail: all of them fakes, named as such."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
import numpy as np
import pytest

from app.classifiers.base import ClassifierError
from app.classifiers.model_version import ModelVersion
from app.classifiers.open_inference import OpenInferenceClassifier
from app.classifiers.store import load_model
from app.domain.schema import FloatArray
from tests.integration.answers import Json, found
from tests.integration.fake_classifier import (
    Behaviour,
    FakeClassifier,
    fake_classifier,
    gives,
    honest,
    outputs,
)
from tests.integration.fake_server import Reply
from tests.integration.serving import SECONDS, Servers, client_of, row_counts, settings_for
from tests.unit.classifiers.spoilt import folder_of, sealed

T = TypeVar("T")
PEOPLE = 40
SOON_S = 0.2
"""Long enough for a fake on an idle machine; on a busy one it is asked again."""
SECRET_ROW = [[0.123456789] * 2]

NONSENSE: dict[str, tuple[Behaviour, str]] = {
    "error 500": (lambda _, __: Reply(status=500, body=b"0.123456789"), "answers with HTTP status 500"),
    "an empty answer": (lambda _, __: Reply(), "something that is not JSON"),
    "not JSON": (lambda _, __: Reply(body=b"<html>0.123456789"), "something that is not JSON"),
    "a list": (lambda _, __: Reply(body=b"[0.123456789]"), "something else than the protocol's documents"),
    "no output": (lambda _, __: outputs(), "answers with 0 outputs"),
    "outputs that are none": (lambda _, __: Reply(body=b'{"outputs": [0.123456789]}'), "no tensors"),
    "two outputs": (lambda _, __: outputs({"name": "a"}, {"name": "b"}), "answers with 2 outputs"),
    "one row too few": (gives([1], [0.123456789]), "answers 2 rows with the shape [1]"),
    "three classes": (gives([2, 3], SECRET_ROW * 3), "answers 2 rows with the shape [2, 3]"),
    "a shape that is none": (gives(["0.123456789"], SECRET_ROW), "with the shape something else"),
    "a shape unlike its data": (gives([2, 2], SECRET_ROW), "2 numbers, unlike its shape [2, 2]"),
    "rows of different lengths": (gives([2, 2], [[0.5], [0.5, 0.5]]), "rows of different lengths"),
    "labels": (gives([2, 1], [0, 1], "INT64"), "answers with INT64, not with probabilities"),
    "a type that is none": (gives([2], [0.5, 0.5], ["0.123456789"]), "answers with something else, not"),
    "words": (gives([2], ["0.5", "0.5"]), "not a number"),
    "null": (gives([2], [0.5, None]), "not a number"),
    "NaN": (gives([2], [0.5, float("nan")]), "not a number"),
    "log-odds": (gives([2], [-1.123456789, 2.1]), "numbers outside 0 to 1"),
    "no data": (gives([2], None), "not a number"),
    "half an answer": (lambda _, __: Reply(body=b'{"outputs": [', hang=True), "does not answer within 0.2 s"),
    "silence": (lambda _, __: Reply(hang=True), "does not answer within 0.2 s"),
}


@pytest.fixture
def fake() -> Iterator[FakeClassifier]:
    with fake_classifier() as fake:
        yield fake


@pytest.fixture(scope="module")
def people(model: ModelVersion) -> FloatArray:
    """Real people, half of them with unknown values."""
    unknown = np.isnan(model.population.rows).any(axis=1)
    return np.concatenate([model.population.rows[which][: PEOPLE // 2] for which in (unknown, ~unknown)])


def connected(
    fake: FakeClassifier, model: ModelVersion, people: FloatArray, limit_s: float = SECONDS
) -> OpenInferenceClassifier:
    return OpenInferenceClassifier.connect(fake.url, model.schema.columns, people, timeout_s=limit_s)


def in_time(ask: Callable[[], T]) -> T:
    """What is got of a fake that answers, whose limit a busy machine may exceed a few times."""
    until = time.monotonic() + SECONDS
    while True:
        try:
            return ask()
        except ClassifierError as error:
            if "does not answer within" not in str(error) or time.monotonic() > until:
                raise


def refusal(fake: FakeClassifier, model: ModelVersion, people: FloatArray) -> str:
    """What is said of a model that is refused at the start, without its address."""
    with pytest.raises(ClassifierError) as caught:
        connected(fake, model, people)
    host, _, said = str(caught.value).partition("/v2/models/risk ")
    assert host == f"The classifier at {httpx.URL(fake.url).netloc.decode()}"
    return said


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("columns", [0, 1, 2])
def test_shapes_that_a_fake_may_answer_with(
    fake: FakeClassifier, model: ModelVersion, people: FloatArray, columns: int, nested: bool
) -> None:
    fake.behaviour = honest(model.classifier, columns, nested)
    classifier = connected(fake, model, people)
    np.testing.assert_allclose(classifier.risk(people), model.classifier.risk(people), atol=1e-6)
    assert classifier.risk(people[:0]).shape == (0,)
    classifier.close()


def test_a_fake_that_reads_bytes_gets_them(
    fake: FakeClassifier, model: ModelVersion, people: FloatArray
) -> None:
    fake.extensions = ["binary_tensor_data"]
    fake.behaviour = honest(model.classifier)
    classifier = connected(fake, model, people)
    np.testing.assert_allclose(classifier.risk(people), model.classifier.risk(people), atol=1e-6)
    assert all("Inference-Header-Content-Length" in headers for headers in fake.asked)
    classifier.close()


def test_a_fake_with_a_tensor_for_each_column_gets_them_by_name(
    fake: FakeClassifier, model: ModelVersion, people: FloatArray
) -> None:
    names = sorted(model.schema.columns)
    fake.metadata = {"inputs": [{"name": name, "datatype": "FP64", "shape": [-1, 1]} for name in names]}

    def by_name(request: Json, rows: FloatArray) -> Reply:
        told = [tensor["name"] for tensor in request["inputs"]]
        return honest(model.classifier)(request, rows[:, [told.index(name) for name in model.schema.columns]])

    fake.behaviour = by_name
    classifier = connected(fake, model, people)
    np.testing.assert_allclose(classifier.risk(people), model.classifier.risk(people), atol=1e-6)
    classifier.close()


@pytest.mark.parametrize("told", [[], ["predict", "predict_proba"], ["label", "probabilities"]])
def test_a_fake_is_asked_for_its_probabilities(
    fake: FakeClassifier, model: ModelVersion, people: FloatArray, told: list[str]
) -> None:
    fake.metadata = {"outputs": [{"name": name} for name in told]}
    fake.behaviour = honest(model.classifier, 2, asked_for=told[-1] if told else "predict_proba")
    classifier = connected(fake, model, people)
    np.testing.assert_allclose(classifier.risk(people), model.classifier.risk(people), atol=1e-6)
    classifier.close()


def test_more_rows_than_one_request_takes(
    fake: FakeClassifier, model: ModelVersion, people: FloatArray
) -> None:
    fake.behaviour = honest(model.classifier)
    classifier = connected(fake, model, people)
    fake.asked.clear()
    rows = model.population.rows[:2050]
    np.testing.assert_allclose(classifier.risk(rows), model.classifier.risk(rows), atol=1e-6)
    assert len(fake.asked) == 3
    classifier.close()


@pytest.mark.parametrize("kind", NONSENSE)
def test_nonsense_of_a_fake_is_an_error_that_holds_no_value(
    fake: FakeClassifier, model: ModelVersion, people: FloatArray, kind: str
) -> None:
    fake.behaviour = honest(model.classifier)
    limit_s = SOON_S if "does not answer" in NONSENSE[kind][1] else SECONDS
    classifier = in_time(lambda: connected(fake, model, people, limit_s))
    fake.behaviour, said = NONSENSE[kind]
    with pytest.raises(ClassifierError) as caught:
        classifier.risk(people[:2])
    assert said in str(caught.value)
    assert "123456789" not in str(caught.value)
    assert caught.value.__cause__ is None or "123456789" not in str(caught.value.__cause__)
    fake.behaviour = honest(model.classifier)
    risk = in_time(lambda: classifier.risk(people))
    np.testing.assert_allclose(risk, model.classifier.risk(people), atol=1e-6)
    classifier.close()


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        (
            {"inputs": [{"name": "x", "datatype": "FP32", "shape": [-1, 30]}]},
            "takes 30 columns, not the 31 of",
        ),
        ({"inputs": [{"name": "x", "datatype": "BYTES", "shape": [-1]}]}, "takes BYTES, not FP32 or FP64"),
        ({"inputs": ["0.123456789"]}, "answers with inputs that are no tensors"),
        (
            {"outputs": [{"name": "a"}, {"name": "b"}]},
            "has the outputs a, b, and none of them is predict_proba",
        ),
    ],
)
def test_a_fake_whose_metadata_does_not_fit_is_refused(
    fake: FakeClassifier, model: ModelVersion, people: FloatArray, metadata: Json, said: str
) -> None:
    fake.metadata = metadata
    assert said in refusal(fake, model, people)
    assert fake.asked == []


def test_a_fake_that_is_not_ready_is_refused(
    fake: FakeClassifier, model: ModelVersion, people: FloatArray
) -> None:
    fake.ready = False
    assert refusal(fake, model, people) == "is not ready"


def test_a_fake_that_tells_labels_as_fractions_is_refused(
    fake: FakeClassifier, model: ModelVersion, people: FloatArray
) -> None:
    fake.behaviour = lambda _, rows: gives([len(rows)], [1.0] * len(rows))({}, rows)
    assert "labels and not probabilities" in refusal(fake, model, people)


def test_a_fake_that_refuses_unknown_values_is_refused(
    fake: FakeClassifier, model: ModelVersion, people: FloatArray
) -> None:
    fake.behaviour = lambda request, rows: (
        Reply(status=400) if np.isnan(rows).any() else honest(model.classifier)(request, rows)
    )
    assert refusal(fake, model, people) == "answers with HTTP status 400"


def test_a_password_in_the_url_reaches_the_fake_and_no_message(
    fake: FakeClassifier, model: ModelVersion, people: FloatArray
) -> None:
    url = fake.url.replace("http://", "http://clinic:sesame%2F1@")
    fake.behaviour = honest(model.classifier)
    classifier = OpenInferenceClassifier.connect(url, model.schema.columns, people)
    assert fake.asked[0]["Authorization"] == "Basic Y2xpbmljOnNlc2FtZS8x"
    fake.behaviour = NONSENSE["error 500"][0]
    with pytest.raises(ClassifierError) as caught:
        classifier.risk(people)
    assert "sesame" not in str(caught.value) + classifier.place + classifier.identity
    classifier.close()


@contextmanager
def served(folder: Path, url: str) -> Iterator[ModelVersion]:
    """A model folder with its classifier elsewhere."""
    model = load_model(folder, classifier_url=url)
    assert isinstance(model.classifier, OpenInferenceClassifier)
    with closing(model.classifier):
        yield model


def test_a_folder_needs_no_classifier_of_its_own(
    fake: FakeClassifier, version_1: ModelVersion, tmp_path: Path
) -> None:
    folder = folder_of(version_1, tmp_path)
    local = load_model(folder)
    (folder / "1" / "classifier.ubj").unlink()
    fake.behaviour = honest(version_1.classifier)
    with served(folder, fake.url) as remote:
        rows = local.population.rows
        np.testing.assert_allclose(remote.classifier.risk(rows), local.classifier.risk(rows), atol=1e-6)
        assert remote.digest != local.digest
    with served(folder, fake.url.replace("//", "//user:sesame@")) as with_password:
        assert with_password.digest == remote.digest
    sealed(folder)
    with served(folder, fake.url) as unlisted:
        assert unlisted.version == local.version


def test_another_version_behind_a_url_is_another_model(
    fake: FakeClassifier, version_1: ModelVersion, tmp_path: Path
) -> None:
    folder = folder_of(version_1, tmp_path)
    fake.behaviour = honest(version_1.classifier)
    digests = []
    for versions in (["1"], ["2"], ["1"]):
        fake.metadata = {"versions": versions}
        with served(folder, fake.url) as remote:
            digests.append(remote.digest)
    assert digests[0] == digests[2] != digests[1]


def test_a_gateway_on_a_fake_that_lies_gives_nothing_and_records_nothing(
    servers: Servers, fake: FakeClassifier, model: ModelVersion, question: Json, database: Any
) -> None:
    fake.behaviour = honest(model.classifier)
    with client_of(settings_for(servers, turnpoint_classifiers={model.name: fake.url})) as client:
        before = row_counts(database)
        for kind in ("error 500", "labels", "NaN", "log-odds"):
            fake.behaviour = NONSENSE[kind][0]
            for path, body in (
                ("counterfactuals", question),
                ("predictions", {"features": question["features"]}),
            ):
                refused = client.post(f"/{path}", json=body)
                assert refused.status_code == 503
                assert refused.headers["content-type"] == "application/problem+json"
                assert refused.json()["detail"] == "The risk classifier is away. Try again shortly."
                assert json.dumps(question["features"]["bmi"]) not in refused.text
        assert row_counts(database) == before
        fake.behaviour = honest(model.classifier)
        assert found(client, question)["generation"]["cached"] is False


async def test_one_that_answers_nonsense_is_not_ready(
    fake: FakeClassifier, model: ModelVersion, people: FloatArray
) -> None:
    fake.behaviour = honest(model.classifier)
    with closing(connected(fake, model, people)) as classifier:
        assert await classifier.is_ready()
        for behaviour, _ in (NONSENSE[name] for name in ("not JSON", "error 500", "NaN")):
            fake.behaviour = behaviour
            assert not await classifier.is_ready()
        fake.behaviour = honest(model.classifier)
        assert await classifier.is_ready()
