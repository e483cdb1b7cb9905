"""An ONNX model says through onnxruntime what it computes, or is refused in a sentence."""

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper

from app.classifiers.base import ClassifierError
from app.classifiers.onnx_checks import check_repeatable
from app.classifiers.onnx_local import BATCH, MOST_BYTES, OnnxClassifier
from app.domain.schema import FloatArray
from tests.onnx_models import (
    Asked,
    Told,
    logistic_onnx,
    logistic_risk,
    matrix,
    model_of,
    one_output,
    with_data_outside,
)

COLUMNS = ("waist", "age", "sex=female")
WEIGHTS, INTERCEPT = np.array([0.5, -1.25, 2.0]), -0.25
NUMBERS = st.lists(st.floats(-4, 4, width=32), min_size=3, max_size=3)


def loaded(content: bytes, columns: Sequence[str] = COLUMNS) -> OnnxClassifier:
    return OnnxClassifier.of_bytes(content, columns, "risk.onnx")


def refused(content: bytes, columns: Sequence[str] = COLUMNS) -> str:
    with pytest.raises(ClassifierError) as caught:
        loaded(content, columns)
    (sentence,) = str(caught.value).splitlines()
    assert sentence.startswith("risk.onnx ")
    return sentence


def people(count: int, seed: int = 1) -> FloatArray:
    return np.random.default_rng(seed).normal(size=(count, len(COLUMNS)))


@given(weights=NUMBERS, rows=st.lists(NUMBERS, min_size=1, max_size=5), is_double=st.booleans())
@settings(max_examples=10, deadline=None)
@pytest.mark.parametrize("told", Told)
@pytest.mark.parametrize("asked", Asked)
def test_every_form_gives_the_risk_of_the_outcome_and_takes_columns_where_they_belong(
    asked: Asked, told: Told, weights: list[float], rows: list[list[float]], is_double: bool
) -> None:
    content = logistic_onnx(COLUMNS, np.array(weights), INTERCEPT, asked, told, is_double)
    risks = loaded(content).risk(np.array(rows))
    assert risks.shape == (len(rows),)
    expected = logistic_risk(np.array(rows), np.array(weights), INTERCEPT)
    narrow = not is_double or told in (Told.MAPS, Told.WORD_MAPS)
    np.testing.assert_allclose(risks, expected, atol=2e-6 if narrow else 1e-12)


@pytest.mark.parametrize("asked", Asked)
def test_nobody_and_one_column_are_asked_about_too(asked: Asked) -> None:
    classifier = loaded(logistic_onnx(["bmi"], np.array([0.5]), 0.0, asked), ["bmi"])
    assert classifier.risk(np.empty((0, 1))).shape == (0,)
    assert classifier.risk(np.array([[2.0]])) == pytest.approx([1 / (1 + np.exp(-1))])


def test_many_are_asked_in_several_calls_and_threads_get_what_they_asked_for() -> None:
    classifier = loaded(logistic_onnx(COLUMNS, WEIGHTS, INTERCEPT))
    rows = [people(BATCH + seed, seed) for seed in (1, 500)]
    with ThreadPoolExecutor(4) as threads:
        told = list(threads.map(classifier.risk, rows * 4))
    for asked, risks in zip(rows * 4, told, strict=True):
        np.testing.assert_allclose(risks, logistic_risk(asked, WEIGHTS, INTERCEPT), atol=2e-6)


def test_unknown_values_reach_the_model_as_nan() -> None:
    rows = np.array([[1.0, np.nan, 0.0]])
    filled = loaded(logistic_onnx(COLUMNS, WEIGHTS, INTERCEPT, fills=0.5))
    expected = logistic_risk(np.array([[1.0, 0.5, 0.0]]), WEIGHTS, INTERCEPT)
    assert filled.risk(rows) == pytest.approx(expected, abs=1e-6)
    with pytest.raises(ClassifierError, match="the classifier answers with something that is not a number"):
        loaded(logistic_onnx(COLUMNS, WEIGHTS, INTERCEPT)).risk(rows)


def test_columns_that_the_metadata_name_are_compared() -> None:
    named = loaded(logistic_onnx(COLUMNS, WEIGHTS, INTERCEPT, names=COLUMNS))
    assert named.signature.names_columns
    assert not loaded(logistic_onnx(COLUMNS, WEIGHTS, INTERCEPT)).signature.names_columns
    assert loaded(logistic_onnx(COLUMNS, WEIGHTS, INTERCEPT, Asked.BY_NAME)).signature.names_columns
    turned = logistic_onnx(COLUMNS, WEIGHTS, INTERCEPT, names=COLUMNS[::-1])
    assert "takes the columns in another order than task.toml" in refused(turned)
    nonsense = model_of(
        [helper.make_node("Sigmoid", ["x"], ["one"])], [matrix(1)], [one_output()], {}, {"columns": "age"}
    )
    assert "no list of names in JSON" in refused(nonsense, ["age"])


def test_inputs_may_be_called_as_skl2onnx_writes_columns() -> None:
    content = logistic_onnx(("waist", "age", "sex_female"), WEIGHTS, INTERCEPT, Asked.BY_NAME)
    rows = people(5)
    expected = logistic_risk(rows, WEIGHTS, INTERCEPT)
    np.testing.assert_allclose(loaded(content).risk(rows), expected, atol=2e-6)
    alike = ("waist", "sex female", "sex=female")  # which of the two is meant by one name?
    assert "takes other columns than task.toml" in refused(content, alike)


def of_nodes(nodes: Sequence[Any], inputs: Any = None, outputs: Any = None, **values: Any) -> bytes:
    return model_of(nodes, inputs or [matrix(3)], outputs or [one_output()], values)


def summed(*, kind: int = TensorProto.FLOAT, people: int | None = None, columns: int = 3) -> bytes:
    """The mean of a person's values, as it is."""
    node = helper.make_node("ReduceMean", ["x", "second"], ["one"], keepdims=1)
    return of_nodes(
        [node], [matrix(columns, kind, people)], [one_output(kind=kind)], second=np.array([1], np.int64)
    )


def labels() -> bytes:
    nodes = [
        helper.make_node("ReduceMean", ["x", "second"], ["mean"], keepdims=1),
        helper.make_node("Cast", ["mean"], ["label"], to=TensorProto.INT64),
    ]
    return of_nodes(nodes, outputs=[one_output("label", TensorProto.INT64)], second=np.array([1], np.int64))


def of_two_outputs() -> bytes:
    nodes = [helper.make_node("Sigmoid", ["x"], ["a"]), helper.make_node("Neg", ["x"], ["b"])]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 3]) for name in "ab"]
    return of_nodes(nodes, outputs=outputs)


def of_strange_operator() -> bytes:
    return of_nodes([helper.make_node("Reveal", ["x"], ["one"], domain="org.example")])


OUTSIDE = with_data_outside(logistic_onnx(COLUMNS, WEIGHTS, INTERCEPT), "weights", "/etc/hostname")
WHOLE = logistic_onnx(COLUMNS, WEIGHTS, INTERCEPT)
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "other width": (lambda: summed(columns=4), "takes 4 columns as 'x', not the 3 of task.toml"),
    "other names": (
        lambda: logistic_onnx(("waist", "age", "weight"), WEIGHTS, INTERCEPT, Asked.BY_NAME),
        "it lacks 'sex=female' and task.toml lacks 'weight'",
    ),
    "whole numbers": (lambda: summed(kind=TensorProto.INT64), "takes a tensor(int64) as 'x'"),
    "so many people": (lambda: summed(people=8), "takes 8 people at a time"),
    "labels": (labels, "gives label (tensor(int64)), none of which can be probabilities"),
    "two outputs": (of_two_outputs, "gives a, b, and none of them alone is called a probability"),
    "strange operator": (
        of_strange_operator,
        "cannot be loaded by onnxruntime: Fatal error: org.example:Reveal",
    ),
    "outside": (lambda: OUTSIDE, "keeps numbers in other files"),
    "nothing": (lambda: b"", "cannot be loaded by onnxruntime"),
    "text": (lambda: b"location, location", "is not an ONNX model"),
    "cut off": (lambda: WHOLE[:-40], "cannot be loaded by onnxruntime"),
    "another format": (lambda: b"\x08\0\0\0ORTM" + bytes(64), "cannot be loaded by onnxruntime"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_it_is_said_why_a_model_is_not_run(kind: str) -> None:
    make, said = REFUSED[kind]
    assert said in refused(make())


def test_without_onnxruntime_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert refused(WHOLE).endswith("which is not installed: install turnpoint-server[onnx]")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "risk.onnx"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(ClassifierError, match="has 256 MiB; an ONNX model may have 256 MiB at most"):
        OnnxClassifier.load(path, COLUMNS)
    with pytest.raises(ClassifierError, match=r"none\.onnx cannot be read"):
        OnnxClassifier.load(tmp_path / "none.onnx", COLUMNS)


def test_numbers_that_are_no_probabilities_are_refused_without_telling_them() -> None:
    with pytest.raises(ClassifierError) as caught:
        loaded(summed()).risk(np.array([[30.0, 31.5, 29.0]]))
    assert str(caught.value) == (
        "the classifier answers with numbers outside 0 to 1, which are no probabilities"
    )
    two = [helper.make_node("Slice", ["x", "from", "to", "second"], ["both"])]
    outputs = [helper.make_tensor_value_info("both", TensorProto.FLOAT, [None, 2])]
    sliced = {"from": [0], "to": [2], "second": [1]}
    values = {name: np.array(value, np.int64) for name, value in sliced.items()}
    classifier = loaded(of_nodes(two, outputs=outputs, **values))
    assert classifier.risk(np.array([[0.25, 0.75, 0.0]])) == pytest.approx([0.75])
    with pytest.raises(ClassifierError, match="do not add up to 1"):
        classifier.risk(np.array([[0.75, 0.75, 0.0]]))


def test_a_failure_while_it_runs_tells_no_value() -> None:
    """Indices out of bounds are quoted by onnxruntime, and they are a person's values here."""
    nodes = [
        helper.make_node("Cast", ["x"], ["places"], to=TensorProto.INT64),
        helper.make_node("Gather", ["table", "places"], ["one"]),
    ]
    classifier = loaded(of_nodes(nodes, [matrix(1)], table=np.array([0.25, 0.5], np.float32)), ["age"])
    assert classifier.risk(np.array([[1.0]])) == pytest.approx([0.5])
    with pytest.raises(ClassifierError, match=r"^the classifier could not be run \(\w+\)$") as caught:
        classifier.risk(np.array([[73.0]]))
    assert "73" not in str(caught.value)


def by_chance() -> bytes:
    nodes = [
        helper.make_node("ReduceMean", ["x", "second"], ["mean"], keepdims=1),
        helper.make_node("RandomUniformLike", ["mean"], ["one"]),
    ]
    return of_nodes(nodes, second=np.array([1], np.int64))


def by_company() -> bytes:
    """A share among those who are asked about."""
    nodes = [
        helper.make_node("ReduceMean", ["x", "second"], ["mean"], keepdims=1),
        helper.make_node("Softmax", ["mean"], ["one"], axis=0),
    ]
    return of_nodes(nodes, second=np.array([1], np.int64))


def by_place() -> bytes:
    """A risk that grows with the place among those who are asked about."""
    nodes = [
        helper.make_node("ReduceMean", ["x", "second"], ["mean"], keepdims=1),
        helper.make_node("Mul", ["mean", "none"], ["flat"]),
        helper.make_node("Sigmoid", ["flat"], ["half"]),
        helper.make_node("CumSum", ["half", "first"], ["places"]),
        helper.make_node("Mul", ["places", "little"], ["one"]),
    ]
    values = {"none": np.zeros(1, np.float32), "little": np.full(1, 1e-3, np.float32)}
    return of_nodes(nodes, second=np.array([1], np.int64), first=np.array(0, np.int64), **values)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (by_chance, "gives the same people other risks when it is asked again"),
        (by_company, "gives a person another risk when others are asked about beside them"),
        (by_place, "gives a person another risk when others are asked about beside them"),
    ],
    ids=["by chance", "by company", "by place"],
)
def test_a_person_has_one_risk(make: Callable[[], bytes], said: str) -> None:
    check_repeatable(loaded(logistic_onnx(COLUMNS, WEIGHTS, INTERCEPT)), people(300))
    with pytest.raises(ClassifierError, match=said):
        check_repeatable(loaded(make()), people(30))


@pytest.mark.parametrize(("name", "told"), [(b"skl2onnx 1.20.0", "skl2onnx 1.20.0"), (b"<b>&", "")])
def test_what_wrote_a_file_is_told_where_it_is_a_name(name: bytes, told: str) -> None:
    written = b"tests of Turnpoint"
    assert loaded(WHOLE.replace(written, name.ljust(len(written)))).made_by.rstrip() == told
