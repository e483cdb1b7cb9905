"""Rows as the tensors of the Open Inference Protocol v2, and its answers as risks.

JSON has no NaN, and the protocol does not say how a tensor in JSON tells an unknown number. Its binary tensor
data extension has no such gap: the numbers follow the JSON as little-endian bytes, NaN among them. A server
that lists the extension gets it (Triton does, and refuses `null`). The others get `null` for NaN, which
MLServer 1.7 and KServe 0.21 read as NaN; MLServer refuses the literal `NaN` and knows no binary tensors.

https://kserve.github.io/website/docs/concepts/architecture/data-plane/v2-protocol
https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/protocol/extension_binary_data.html
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.classifiers.column_diff import difference
from app.classifiers.probabilities import SignatureMismatchError, as_probabilities
from app.domain.schema import FloatArray

BINARY = "binary_tensor_data"
"""What the server's metadata lists among its extensions if it reads tensors as bytes."""
PROBABILITIES = "predict_proba"
"""The output by which MLServer's and KServe's runtimes tell probabilities; `predict` tells labels."""

_DTYPES = {"FP32": "<f4", "FP64": "<f8"}
_FLOATS = {"FP16", "BF16", *_DTYPES}


@dataclass(frozen=True, slots=True)
class TensorFormat:
    """How a model wants to be asked: all columns in one tensor, or a tensor for each column, by its name."""

    names: tuple[str, ...] = ("input",)
    """Of the tensors. With a single one the model's metadata may give any name, or none."""
    datatype: str = "FP32"
    binary: bool = False


def tensor_format_of(metadata: Any, columns: Sequence[str], binary: bool) -> TensorFormat:
    """The form that a model's metadata asks for.

    Raises:
        SignatureMismatchError: its inputs are not these columns.
    """
    inputs = _tensors(metadata, "inputs")
    if not inputs:
        return TensorFormat(binary=binary)  # the metadata tells nothing, as MLServer's where nobody wrote it
    names = tuple(str(tensor.get("name")) for tensor in inputs)
    datatypes = {str(tensor.get("datatype")) for tensor in inputs}
    if len(inputs) == 1:
        _check_width(inputs[0], columns)
    elif differing := difference(sorted(names), sorted(columns)):
        raise SignatureMismatchError(f"takes {differing}")
    if len(datatypes) > 1 or not datatypes <= set(_DTYPES):
        raise SignatureMismatchError(f"takes {', '.join(sorted(datatypes))}, not FP32 or FP64")
    return TensorFormat(names if len(names) == 1 else tuple(columns), datatypes.pop(), binary)


def outputs_to_try(metadata: Any) -> tuple[str | None, ...]:
    """Which output to request, best first; None is whatever the server gives by itself.

    Raises:
        SignatureMismatchError: there are several outputs, and none says that it is the probability.
    """
    names = [str(tensor.get("name")) for tensor in _tensors(metadata, "outputs")]
    if PROBABILITIES in names or not names:
        return (PROBABILITIES,) if names else (PROBABILITIES, None)
    likely = [name for name in names if "prob" in name.lower()] or names
    if len(likely) > 1:
        raise SignatureMismatchError(
            f"has the outputs {', '.join(names)}, and none of them is {PROBABILITIES}"
        )
    return tuple(likely)


def version_of(metadata: Any) -> str:
    """The versions of the model that the server serves, where it tells."""
    versions = metadata.get("versions") if isinstance(metadata, dict) else None
    return ",".join(map(str, versions)) if isinstance(versions, list) else ""


def request_of(rows: FloatArray, form: TensorFormat, output: str | None) -> tuple[bytes, dict[str, str]]:
    """The body of an inference request and its headers, for rows of shape (n, columns)."""
    parts = [rows] if len(form.names) == 1 else np.split(rows, rows.shape[1], axis=1)
    arrays = [np.ascontiguousarray(part, dtype=_DTYPES[form.datatype]) for part in parts]
    tensors: list[dict[str, Any]] = [
        {"name": name, "shape": list(array.shape), "datatype": form.datatype}
        for name, array in zip(form.names, arrays, strict=True)
    ]
    for tensor, array in zip(tensors, arrays, strict=True):
        if form.binary:
            tensor["parameters"] = {"binary_data_size": array.nbytes}
        else:
            tensor["data"] = [None if math.isnan(value) else value for value in array.ravel().tolist()]
    head = json.dumps({"inputs": tensors} | ({"outputs": [{"name": output}]} if output else {})).encode()
    if not form.binary:
        return head, {"Content-Type": "application/json"}
    sized = {"Content-Type": "application/octet-stream", "Inference-Header-Content-Length": str(len(head))}
    return head + b"".join(array.tobytes() for array in arrays), sized


def risks_of(response: Any, output: str | None, count: int) -> FloatArray:
    """The risks in an inference response, shape (count,).

    Accepts the shapes (n,), (n, 1) and (n, 2), whose last column is the outcome's probability.

    Raises:
        SignatureMismatchError: they are not `count` probabilities.
    """
    tensor = _answered(_tensors(response, "outputs"), output)
    if str(tensor.get("datatype")) not in _FLOATS:
        raise SignatureMismatchError(f"answers with {_safe(tensor.get('datatype'))}, not with probabilities")
    shape = tensor.get("shape")
    if shape not in ([count], [count, 1], [count, 2]):
        raise SignatureMismatchError(f"answers {count} rows with the shape {_safe(shape)}")
    values = _numbers(tensor.get("data"))
    if values.size != math.prod(shape):
        raise SignatureMismatchError(
            f"answers {count} rows with {values.size} numbers, unlike its shape {_safe(shape)}"
        )
    return as_probabilities(values.reshape(count, -1)[:, -1])


def _tensors(document: Any, key: str) -> list[dict[str, Any]]:
    """The tensors that metadata or an answer lists under a key; none where it lists none."""
    if not isinstance(document, dict):
        raise SignatureMismatchError("answers with something else than the protocol's documents")
    tensors = document.get(key) or []
    if not isinstance(tensors, list) or not all(isinstance(tensor, dict) for tensor in tensors):
        raise SignatureMismatchError(f"answers with {key} that are no tensors")
    return tensors


def _check_width(tensor: dict[str, Any], columns: Sequence[str]) -> None:
    """Compare the columns that a single tensor takes, where its shape tells (-1 leaves it open)."""
    shape = tensor.get("shape") or [-1]
    if isinstance(shape, list) and shape[-1] not in (-1, len(columns)):
        raise SignatureMismatchError(f"takes {_safe(shape[-1])} columns, not the {len(columns)} of task.toml")


def _answered(tensors: list[dict[str, Any]], output: str | None) -> dict[str, Any]:
    """The output asked for. A server that heeds no wish gives its only one, under its own name."""
    named = [tensor for tensor in tensors if tensor.get("name") == output] or tensors
    if len(named) != 1:
        raise SignatureMismatchError(f"answers with {len(named)} outputs, not one")
    return named[0]


def _numbers(data: Any) -> FloatArray:
    """JSON's numbers, nested by row or not; null, text and the like are none."""
    try:
        values = np.asarray(data)
    except ValueError:
        raise SignatureMismatchError("answers with rows of different lengths") from None
    if values.dtype.kind not in "iuf":
        raise SignatureMismatchError("answers with something that is not a number")
    return values.astype(np.float64)


def _safe(value: Any) -> str:
    """A shape or a type as the server tells it, as long as it is one: an answer may echo anything."""
    if isinstance(value, list) and len(value) <= 4 and all(type(size) is int for size in value):
        return str(value)
    if isinstance(value, str) and value.isalnum() and len(value) <= 8:
        return value
    return str(value) if type(value) is int else "something else"
