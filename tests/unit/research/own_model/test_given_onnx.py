"""An ONNX model that its owner brings: run as it is, with a committee that learned its risks."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from typer.testing import CliRunner

from app.classifiers.onnx_local import OnnxClassifier
from app.classifiers.store import load_model
from app.classifiers.task import read_task
from app.cli.main import cli
from app.domain.schema import FloatArray
from research.own_model.adding import Added, Drafted, Order, add_model
from research.own_model.report import report_of
from research.own_model.table.people import people_of
from research.own_model.table.reading import read_table
from research.training.errors import TrainingError
from research.training.people import outcomes_of, rows_of
from tests.onnx_models import Asked, Told, logistic_onnx, logistic_risk
from tests.own_tables import QUICK, decide, without_age, written
from tests.unit.research.own_model.runs import names_in, silent

NAME = "onnx-event"
Fitted = tuple[FloatArray, FloatArray, float, list[str]]
"""Rows, the weights and the intercept of a regression fitted to them, and the columns."""


@pytest.fixture
def order(tmp_path: Path) -> Order:
    order = Order(NAME, written(without_age().dropna(), tmp_path), "event", tmp_path / "store")
    drafted = add_model(order, silent, QUICK)
    assert isinstance(drafted, Drafted)
    decide(drafted.task, "bmi")
    return order


@pytest.fixture
def fitted(order: Order) -> Fitted:
    schema = read_task(order.store / NAME / "task.toml")
    people, _ = people_of(schema, read_table(order.data, "event", None, None))
    rows = rows_of(schema, people)
    model = LogisticRegression(max_iter=5000).fit(rows, outcomes_of(people))
    return rows, model.coef_[0], float(model.intercept_[0]), list(schema.columns)


def with_file(order: Order, content: bytes, name: str = "risk.onnx") -> Order:
    path = order.data.with_name(name)
    path.write_bytes(content)
    return Order(NAME, order.data, "event", order.store, classifier=path)


@pytest.mark.parametrize("asked", [Asked.MATRIX, Asked.BY_NAME])
def test_it_is_hosted_and_everything_says_that_nothing_is_proved(
    asked: Asked, order: Order, fitted: Fitted
) -> None:
    rows, weights, intercept, columns = fitted
    content = logistic_onnx(columns, weights, intercept, asked, Told.MAPS)
    with_classifier = with_file(order, content)
    done = add_model(with_classifier, silent, QUICK)
    assert isinstance(done, Added)
    assert (done.home / "classifier.onnx").read_bytes() == content
    model = load_model(done.home.parent)
    assert isinstance(model.classifier, OnnxClassifier)
    assert model.is_given
    own = logistic_risk(rows, weights, intercept)
    np.testing.assert_allclose(model.classifier.risk(rows), own, atol=1e-5)
    committee = model.committee.risk(rows)
    assert np.corrcoef(committee.mean(axis=0), own)[0, 1] > 0.9
    manifest = json.loads((done.home / "manifest.json").read_text())
    assert manifest["fit"] == {"given": "onnx tests of Turnpoint"}
    assert manifest["committee"]["kind"] == "xgboost on outputs"
    card, report = (done.home / "card.md").read_text(), report_of(done, with_classifier)
    assert "An ONNX model, written by tests of Turnpoint, given by its owner and run as it is." in card
    assert "nothing is proved of them" in card
    assert "its committee is of XGBoost models fitted to its risks" in card
    assert "nothing is proved of them, neither that none takes less effort" in report
    is_told = "does not name its columns"
    assert (is_told in card, is_told in report) == ((asked is Asked.MATRIX),) * 2
    checked = CliRunner().invoke(cli, ["check", str(done.home.parent)])
    assert checked.exit_code == 0
    assert "its inside is not seen: nothing is proved of options" in checked.stdout


SPOILT: dict[str, tuple[Callable[[FloatArray, float, list[str]], bytes], str]] = {
    "other columns": (
        lambda weights, intercept, columns: logistic_onnx(
            ["weight", *columns[1:]], weights, intercept, Asked.BY_NAME
        ),
        "risk.onnx takes other columns than task.toml: it lacks 'bmi' and task.toml lacks 'weight'",
    ),
    "too few": (
        lambda weights, intercept, columns: logistic_onnx(columns[1:], weights[1:], intercept),
        "risk.onnx takes 2 columns as 'x', not the 3 of task.toml",
    ),
    "damaged": (lambda *_: b"\x08\x07", "risk.onnx cannot be loaded by onnxruntime"),
    "no number": (
        lambda weights, _, columns: logistic_onnx(columns, weights, float("nan")),
        "risk.onnx: the classifier answers with something that is not a number",
    ),
}


@pytest.mark.parametrize("kind", SPOILT)
def test_what_cannot_be_hosted_is_told_and_nothing_is_written(
    kind: str, order: Order, fitted: Fitted
) -> None:
    make, said = SPOILT[kind]
    _, weights, intercept, columns = fitted
    with pytest.raises(TrainingError, match="^" + said.replace(".", r"\.")):
        add_model(with_file(order, make(weights, intercept, columns)), silent, QUICK)
    assert names_in(order.store / NAME) == ["task.toml"]


def lets_be_unknown(order: Order) -> None:
    task = order.store / NAME / "task.toml"
    task.write_text(task.read_text().replace('risk = "free"', 'risk = "free"\nmissing = "unknown"'))


def test_where_something_may_be_unknown_it_has_to_take_nan(order: Order, fitted: Fitted) -> None:
    _, weights, intercept, columns = fitted
    lets_be_unknown(order)
    with pytest.raises(TrainingError, match=r"risk\.onnx gives no risk to a person of whom something is unk"):
        add_model(with_file(order, logistic_onnx(columns, weights, intercept)), silent, QUICK)
    assert names_in(order.store / NAME) == ["task.toml"]
    filling: Any = logistic_onnx(columns, weights, intercept, fills=3.0)
    done = add_model(with_file(order, filling), silent, QUICK)
    assert isinstance(done, Added)
    assert "The model is given NaN for an unknown value" in (done.home / "card.md").read_text()
