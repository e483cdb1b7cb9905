"""Rows are asked as they are, and whatever another server answers is read as risks or refused."""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.classifiers.open_inference_tensors import (
    TensorFormat,
    outputs_to_try,
    request_of,
    risks_of,
    tensor_format_of,
    version_of,
)
from app.classifiers.probabilities import SignatureMismatchError
from app.domain.schema import FloatArray
from tests.integration.fake_random import ANYTHING, spoilt

TENSOR = {"name": "risk", "shape": [2, 1], "datatype": "FP64", "data": [[0.25], [0.75]]}
METADATA = {
    "versions": ["1"],
    "inputs": [{"name": "x", "datatype": "FP32", "shape": [-1, 2]}],
    "outputs": [TENSOR],
}
quickly = settings(max_examples=200, deadline=None, derandomize=True, database=None)


@given(spoilt({"outputs": [TENSOR]}) | ANYTHING)
@quickly
def test_risks_are_probabilities_or_none(document: object) -> None:
    try:
        risk = risks_of(document, "risk", 2)
    except SignatureMismatchError:
        return
    assert risk.shape == (2,)
    assert ((risk >= 0) & (risk <= 1)).all()
    assert risk.dtype == np.float64


@given(spoilt(METADATA) | ANYTHING)
@quickly
def test_metadata_fit_or_do_not(document: object) -> None:
    try:
        form = tensor_format_of(document, ("a", "b"), binary=False)
        assert outputs_to_try(document)
        assert isinstance(version_of(document), str)
    except SignatureMismatchError:
        return
    assert form.datatype in ("FP32", "FP64")


numbers = st.floats(-1e6, 1e6, width=32) | st.just(math.nan)
forms = st.sampled_from(["FP32", "FP64"]).flatmap(
    lambda datatype: st.builds(
        TensorFormat, st.sampled_from([("input",), ("a", "b")]), st.just(datatype), st.booleans()
    )
)


def as_a_server_reads(content: bytes, headers: dict[str, str]) -> FloatArray:
    """The rows of a request: its tensors side by side, whose numbers stand in the JSON or behind it."""
    size = int(headers.get("Inference-Header-Content-Length", len(content)))
    document: dict[str, Any] = json.loads(content[:size])
    columns, place = [], size
    for tensor in document["inputs"]:
        if "data" in tensor:
            values = [math.nan if value is None else value for value in tensor["data"]]
        else:
            taken = tensor["parameters"]["binary_data_size"]
            kind = {"FP32": "<f4", "FP64": "<f8"}[tensor["datatype"]]
            values = np.frombuffer(content[place : place + taken], kind).tolist()
            place += taken
        columns.append(np.array(values, dtype=np.float64).reshape(tensor["shape"]))
    assert place == (len(content) if "Inference-Header-Content-Length" in headers else size)
    return np.concatenate(columns, axis=1)


@given(rows=st.lists(st.tuples(numbers, numbers), min_size=1, max_size=5), form=forms)
@quickly
def test_a_server_reads_the_rows_that_were_meant(rows: list[tuple[float, float]], form: TensorFormat) -> None:
    """Unknown values too, of which JSON knows nothing."""
    meant = np.array(rows)
    np.testing.assert_array_equal(as_a_server_reads(*request_of(meant, form, "risk")), meant)


@given(
    risks=st.lists(st.floats(0, 1), min_size=1, max_size=5),
    shape=st.sampled_from(["n", "n,1", "n,2"]),
    name=st.sampled_from(["risk", "by another name"]),
    nested=st.booleans(),
)
@quickly
def test_every_shape_of_probabilities_is_read_as_the_same_risks(
    risks: list[float], shape: str, name: str, nested: bool
) -> None:
    count = len(risks)
    values = np.array(risks) if shape == "n" else np.array(risks)[:, None]
    if shape == "n,2":
        values = np.concatenate([1 - values, values], axis=1)
    data = values.tolist() if nested else values.ravel().tolist()
    tensor = {"name": name, "shape": list(values.shape), "datatype": "FP64", "data": data}
    np.testing.assert_array_equal(risks_of({"outputs": [tensor]}, "risk", count), risks)


@pytest.mark.parametrize("data", [[0.2, 1.2], [-0.1, 0.5], [0.2, None], [0.2], ["0.2", "0.3"]])
def test_what_is_no_risk_for_each_row_is_refused_without_telling_it(data: list[Any]) -> None:
    tensor = {"name": "risk", "shape": [2], "datatype": "FP64", "data": data}
    with pytest.raises(SignatureMismatchError) as caught:
        risks_of({"outputs": [tensor]}, "risk", 2)
    assert not any(str(value) in str(caught.value) for value in data if value is not None)
