"""Small ONNX models, written node by node: of each form of input and output, and without a converter."""

import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from app.domain.schema import FloatArray

OPSET = 18


class Told(StrEnum):
    """How a model tells probabilities."""

    TWO = "n, 2"
    ONE = "n, 1"
    FLAT = "n"
    MAPS = "maps by number"
    WORD_MAPS = "maps by word"


class Asked(StrEnum):
    """How a model takes a person's values."""

    MATRIX = "a matrix"
    BY_NAME = "n, 1 by name"
    FLAT_BY_NAME = "n by name"


def logistic_onnx(
    columns: Sequence[str],
    weights: FloatArray,
    intercept: float,
    asked: Asked = Asked.MATRIX,
    told: Told = Told.TWO,
    is_double: bool = False,
    fills: float | None = None,
    names: Sequence[str] | None = None,
) -> bytes:
    """A logistic regression: `fills` stands for unknown values, `names` are told in the metadata."""
    kind, dtype = (TensorProto.DOUBLE, np.float64) if is_double else (TensorProto.FLOAT, np.float32)
    inputs, nodes, values = _inputs(columns, asked, kind)
    if fills is not None:
        nodes += [_node("IsNaN", "x", "unknown"), _node("Where", ("unknown", "fill", "x"), "filled")]
    nodes += [
        _node("MatMul", ("x" if fills is None else "filled", "weights"), "sum"),
        _node("Add", ("sum", "intercept"), "margin"),
        _node("Sigmoid", "margin", "one"),
    ]
    values |= {
        "weights": np.asarray(weights, dtype).reshape(-1, 1),
        "intercept": np.array([intercept], dtype),
        "fill": np.array(fills or 0.0, dtype),
    }
    output, told_nodes = _told(told, kind)
    values |= {"whole": np.array([1.0], dtype), "second": np.array([1], np.int64)}
    return model_of(
        nodes + told_nodes, inputs, [output], values, {"columns": json.dumps(names)} if names else {}
    )


def model_of(
    nodes: Sequence[Any],
    inputs: Sequence[Any],
    outputs: Sequence[Any],
    values: dict[str, Any],
    metadata: dict[str, str] | None = None,
) -> bytes:
    """A file of these nodes; `values` are constants by name."""
    constants = [numpy_helper.from_array(value, name) for name, value in values.items()]
    domains = [helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", 3)]
    domains += [
        helper.make_opsetid(node.domain, 1) for node in nodes if node.domain not in ("", "ai.onnx.ml")
    ]
    graph = helper.make_graph(nodes, "risk", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=domains, ir_version=9, producer_name="tests of Turnpoint")
    helper.set_model_props(model, metadata or {})
    return model.SerializeToString()


def matrix(columns: int, kind: int = TensorProto.FLOAT, people: int | None = None) -> Any:
    """An input of all columns."""
    return helper.make_tensor_value_info("x", kind, [people, columns])


def one_output(name: str = "one", kind: int = TensorProto.FLOAT) -> Any:
    """An output of one number for each person."""
    return helper.make_tensor_value_info(name, kind, [None, 1])


def logistic_risk(rows: FloatArray, weights: FloatArray, intercept: float) -> FloatArray:
    """What the model should say, in double precision."""
    return 1 / (1 + np.exp(-(rows @ weights + intercept)))


def with_data_outside(content: bytes, name: str, place: str) -> bytes:
    """The same model with one of its constants in another file."""
    model = onnx.load_model_from_string(content)
    (tensor,) = (one for one in model.graph.initializer if one.name == name)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", place
    return model.SerializeToString()


def _inputs(columns: Sequence[str], asked: Asked, kind: int) -> tuple[list[Any], list[Any], dict[str, Any]]:
    """Inputs, and the nodes and constants that make one matrix of them; by name in the alphabet's order."""
    if asked is Asked.MATRIX:
        return [matrix(len(columns), kind)], [], {}
    shape = [None, 1] if asked is Asked.BY_NAME else [None]
    inputs = [helper.make_tensor_value_info(name, kind, shape) for name in sorted(columns)]
    if asked is Asked.BY_NAME:
        return inputs, [helper.make_node("Concat", list(columns), ["x"], axis=1)], {}
    stood = [_node("Unsqueeze", (name, "second"), f"{name}, stood") for name in columns]
    together = helper.make_node("Concat", [f"{name}, stood" for name in columns], ["x"], axis=1)
    return inputs, [*stood, together], {}


def _told(told: Told, kind: int) -> tuple[Any, list[Any]]:
    """The output, and the nodes that make it of the probabilities `one`."""
    if told is Told.ONE:
        return one_output(kind=kind), []
    if told is Told.FLAT:
        flat = helper.make_tensor_value_info("flat", kind, [None])
        return flat, [_node("Squeeze", ("one", "second"), "flat")]
    both = [
        _node("Sub", ("whole", "one"), "none"),
        helper.make_node("Concat", ["none", "one"], ["probabilities"], axis=1),
    ]
    if told is Told.TWO:
        return helper.make_tensor_value_info("probabilities", kind, [None, 2]), both
    labels: dict[str, Any] = (
        {"classlabels_int64s": [0, 1]} if told is Told.MAPS else {"classlabels_strings": ["0", "1"]}
    )
    key = TensorProto.INT64 if told is Told.MAPS else TensorProto.STRING
    number = helper.make_tensor_type_proto(TensorProto.FLOAT, [])
    kind_of = helper.make_sequence_type_proto(helper.make_map_type_proto(key, number))
    narrow = helper.make_node("Cast", ["probabilities"], ["narrow"], to=TensorProto.FLOAT)
    zipped = helper.make_node("ZipMap", ["narrow"], ["output_probability"], domain="ai.onnx.ml", **labels)
    return helper.make_value_info("output_probability", kind_of), [*both, narrow, zipped]


def _node(kind: str, takes: str | Sequence[str], gives: str) -> Any:
    return helper.make_node(kind, [takes] if isinstance(takes, str) else list(takes), [gives])
