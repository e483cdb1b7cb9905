"""Whatever JSON another server answers with is read as what is needed of it, or refused as what it is not."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.classifiers.open_inference_tensors import (
    SignatureMismatchError,
    outputs_to_try,
    risks_of,
    tensor_format_of,
    version_of,
)
from app.proposers.llm.completion import NotACompletionError, read_completion
from tests.integration.fake_random import ANYTHING, spoilt

CHOICE = {"message": {"role": "assistant", "content": "hello"}}
COMPLETION = {
    "choices": [CHOICE, CHOICE],
    "usage": {"prompt_tokens": 5, "completion_tokens": 7},
    "timings": {"predicted_n": 3},
}
TENSOR = {"name": "risk", "shape": [2, 1], "datatype": "FP64", "data": [[0.25], [0.75]]}
METADATA = {
    "versions": ["1"],
    "inputs": [{"name": "x", "datatype": "FP32", "shape": [-1, 2]}],
    "outputs": [TENSOR],
}
quickly = settings(max_examples=200, deadline=None, derandomize=True, database=None)


@given(spoilt(COMPLETION) | ANYTHING)
@quickly
def test_a_completion_is_texts_and_counts_or_none(document: object) -> None:
    try:
        completion = read_completion(document, 2)
    except NotACompletionError:
        return
    assert len(completion.texts) <= completion.choices
    assert all(isinstance(text, str) for text in completion.texts)
    counts = (completion.prompt_tokens, completion.completion_tokens, completion.first_tokens)
    assert all(count is None or type(count) is int for count in counts)


@given(ANYTHING, st.sampled_from(["usage", "timings", "id", "created", "object"]))
@quickly
def test_what_stands_beside_the_choices_costs_no_text(value: object, key: str) -> None:
    assert read_completion(COMPLETION | {key: value}, 2).texts == ["hello", "hello"]


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
