"""A version folder may hold an ONNX model: it is run as it is, and no proof is claimed of it."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from app.classifiers.forest import TreeEnsemble
from app.classifiers.inspection import inspect_folder
from app.classifiers.onnx_local import OnnxClassifier
from app.classifiers.partitions import Side, people_of
from app.classifiers.store import load_model
from app.domain.counterfactual import Status
from app.engine.examples import answer_about
from app.engine.registry import served_model
from tests.onnx_models import Asked
from tests.strange_onnx import told_risk, write_onnx_model
from tests.unit.classifiers.spoilt import refusal, sealed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / write_onnx_model(tmp_path, 0.3)[0]


@pytest.mark.parametrize("asked", Asked)
def test_it_is_hosted_as_it_is(asked: Asked, tmp_path: Path) -> None:
    name, intercept = write_onnx_model(tmp_path, 0.2, asked)
    model = load_model(tmp_path / name)
    assert isinstance(model.classifier, OnnxClassifier)
    assert not isinstance(model.classifier, TreeEnsemble)
    rows = model.population.rows
    np.testing.assert_allclose(model.classifier.risk(rows), told_risk(rows, intercept), atol=2e-6)
    assert inspect_folder(tmp_path / name).errors == ()


@pytest.mark.parametrize("threshold", [0.05, 0.3, 0.6])
def test_options_are_found_and_none_is_called_proved(threshold: float, tmp_path: Path) -> None:
    name, intercept = write_onnx_model(tmp_path, threshold)
    served = served_model(load_model(tmp_path / name))
    assert not served.has_proofs
    schema, found = served.model.schema, 0
    high = [one for one in people_of(served.model, Side.HELD_OUT) if one.risk > threshold]
    for person in sorted(high, key=lambda one: one.risk)[:: max(1, len(high) // 8)]:
        answer = answer_about(served, person.features, 3)
        for option in answer.counterfactuals:
            found += 1
            row = schema.encode(person.features | {one.feature: one.after for one in option.changes})
            risk = told_risk(row[None], intercept)[0]
            assert option.risk == pytest.approx(risk, abs=1e-5)
            assert risk <= threshold + 1e-6
            assert option.optimality is not None
            assert (option.optimality.proved, option.optimality.effort_bound) == (False, 0.0)
        if answer.infeasible is not None:
            assert answer.status is Status.INFEASIBLE
            assert not answer.infeasible.proved
    assert found


def test_a_second_classifier_or_a_calibration_beside_it_is_refused(folder: Path) -> None:
    home = folder / "1"
    shutil.copy(next((home / "committee").iterdir()), home / "classifier.ubj")
    sealed(folder)
    assert "holds both classifier.ubj and classifier.onnx, of which one is hosted" in refusal(folder)
    (home / "classifier.ubj").unlink()
    (home / "calibration.json").write_text('{"kind": "platt", "slope": 2.0, "intercept": 0.0}')
    sealed(folder)
    assert "calibration.json is of classifier.ubj alone" in refusal(folder)


def test_it_is_pinned_by_its_digest(folder: Path) -> None:
    path = folder / "1/classifier.onnx"
    path.write_bytes(path.read_bytes().replace(b"Sigmoid", b"Softmax"))
    said = f"{path} differs from the manifest: its SHA-256 is not the one listed"
    assert refusal(folder) == said
    assert inspect_folder(folder).errors == (said,)


def test_a_damaged_one_is_named(folder: Path) -> None:
    path = folder / "1/classifier.onnx"
    path.write_bytes(path.read_bytes()[:-40])
    sealed(folder)
    assert refusal(folder).startswith(f"{path} cannot be loaded by onnxruntime: ")


def may_be_unknown(folder: Path) -> None:
    """Let the last feature, load, be unknown."""
    for task in (folder / "1/task.toml", folder / "task.toml"):
        if task.exists():
            text = task.read_text()
            start = text.index('name = "load"')
            task.write_text(text[:start] + text[start:].replace("\n", '\nmissing = "unknown"\n', 1))
    sealed(folder)


def test_a_model_that_takes_no_nan_is_refused_where_something_may_be_unknown(folder: Path) -> None:
    may_be_unknown(folder)
    assert refusal(folder) == (
        f"{folder / '1/classifier.onnx'}: gives no risk to a person of whom load is unknown, but task.toml "
        "lets that be: take out the line `missing`"
    )


def test_a_model_that_takes_nan_answers_about_people_of_whom_something_is_unknown(tmp_path: Path) -> None:
    name, intercept = write_onnx_model(tmp_path, 0.3, fills=20.0)
    may_be_unknown(tmp_path / name)
    model = load_model(tmp_path / name)
    rows = model.population.rows[:5].copy()
    rows[:, 2] = np.nan
    filled = np.where(np.isnan(rows), 20.0, rows)
    assert model.classifier.risk(rows) == pytest.approx(told_risk(filled, intercept), abs=1e-5)
