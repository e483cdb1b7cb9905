"""Numbers that lie outside an ONNX file are found wherever a model may hold a tensor."""

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from app.classifiers.onnx_contents import names_data_outside
from tests.onnx_models import logistic_onnx, matrix, model_of, one_output

COLUMNS = ("location", "age")
INSIDE = logistic_onnx(COLUMNS, np.array([0.5, 0.25]), 0.0, names=COLUMNS)


def tensor(is_outside: bool, name: str = "weights") -> TensorProto:
    """A tensor in another file; or one that says where it was, and has its numbers all the same."""
    made = numpy_helper.from_array(np.ones(2, np.float32), name)
    if is_outside:
        made.data_location = TensorProto.EXTERNAL
    made.doc_string = "location"
    return made


def constant(is_outside: bool) -> onnx.NodeProto:
    return helper.make_node("Constant", [], ["c"], value=tensor(is_outside))


def with_nodes(*nodes: onnx.NodeProto) -> onnx.ModelProto:
    return onnx.load_model_from_string(model_of(nodes, [matrix(2)], [one_output("c")], {}))


def holding(place: str, is_outside: bool) -> bytes:
    """A model with a tensor in some place; nobody runs it."""
    model = with_nodes(constant(False))
    if place == "constant":
        model = with_nodes(constant(is_outside))
    elif place == "initializer":
        model.graph.initializer.append(tensor(is_outside))
    elif place == "branch":
        inner = helper.make_graph([constant(is_outside)], "inner", [], [one_output("c")])
        outer = helper.make_node("If", ["x"], ["c"], then_branch=inner)
        nested = helper.make_graph([outer], "outer", [], [one_output("c")])
        model = with_nodes(helper.make_node("If", ["x"], ["c"], then_branch=nested, else_branch=nested))
    elif place == "function":
        opset = [helper.make_opsetid("", 18)]
        model.functions.append(helper.make_function("own", "f", [], ["c"], [constant(is_outside)], opset))
    elif place == "sparse":
        sparse = onnx.SparseTensorProto(values=tensor(is_outside), indices=tensor(False), dims=[4])
        model.graph.sparse_initializer.append(sparse)
    else:
        model.training_info.add().algorithm.initializer.append(tensor(is_outside))
    return model.SerializeToString()


@pytest.mark.parametrize("place", ["constant", "initializer", "branch", "function", "sparse", "training"])
def test_wherever_a_tensor_is(place: str) -> None:
    assert names_data_outside(holding(place, is_outside=True))
    assert not names_data_outside(holding(place, is_outside=False))


def test_a_tag_that_another_reader_would_cut_short_is_refused() -> None:
    """In five bytes the graph's tag may have higher bits, which a reader of 32 bits drops."""
    content = holding("initializer", is_outside=True)
    assert content.count(b"\x3a") >= 1
    place = content.index(b"\x3a")
    with pytest.raises(ValueError, match="a tag of more than 32 bits"):
        names_data_outside(content[:place] + b"\xba\x80\x80\x80\x10" + content[place + 1 :])


def test_a_column_of_that_name_is_no_other_file() -> None:
    assert b"location" in INSIDE
    assert not names_data_outside(INSIDE)


@given(st.binary(max_size=60), st.integers(0, len(INSIDE)))
def test_any_bytes_are_told_to_be_no_message_or_walked(some: bytes, place: int) -> None:
    for content in (some + b"location", INSIDE[:place], INSIDE[:place] + some + INSIDE[place:]):
        try:
            told = names_data_outside(content)
        except ValueError:
            continue
        assert told in (True, False)
