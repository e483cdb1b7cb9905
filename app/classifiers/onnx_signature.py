"""How an ONNX model wants to be asked, and its answers as risks.

Taken are one matrix of all columns, or an input for each column by its name; probabilities come as a tensor,
or as the list of maps that skl2onnx writes (`ZipMap`).
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from app.classifiers.column_diff import difference
from app.classifiers.probabilities import SignatureMismatchError, as_probabilities
from app.domain.schema import FloatArray

COLUMNS = "columns"
"""The key of a model's metadata under which it may name the columns of its matrix, a list in JSON."""
_DTYPES: Mapping[str, Any] = {"tensor(float)": np.float32, "tensor(double)": np.float64}
_MAPS = tuple(
    f"seq(map({key},tensor({kind})))" for key in ("int64", "string") for kind in ("float", "double")
)
_OUTCOME, _OTHER = (1, "1", "True"), (0, "0", "False")
_SUM_SLACK = 1e-3
"""Of two probabilities in single precision, or rounded by who wrote them."""


class Port(Protocol):
    """An input or output as onnxruntime tells it."""

    @property
    def name(self) -> str: ...

    @property
    def type(self) -> str:
        """Such as tensor(float)."""
        ...

    @property
    def shape(self) -> Sequence[int | str | None]:
        """Sizes; a name or None stands for any. Empty where nothing is known."""
        ...


@dataclass(frozen=True, slots=True)
class Signature:
    """The inputs in the order of the schema's columns, and the output that is asked for."""

    inputs: tuple[Port, ...]
    output: str
    is_matrix: bool
    """Whether one input takes all columns."""
    names_columns: bool
    """Whether the file says which column is which."""

    def feeds(self, rows: FloatArray) -> dict[str, FloatArray]:
        """What the model is asked, of rows of shape (n, columns)."""
        parts = [rows] if self.is_matrix else np.split(rows, rows.shape[1], axis=1)
        return {
            port.name: np.ascontiguousarray(
                part[:, 0] if len(port.shape) == 1 else part, dtype=_DTYPES[port.type]
            )
            for port, part in zip(self.inputs, parts, strict=True)
        }


def signature_of(
    inputs: Sequence[Port], outputs: Sequence[Port], metadata: Mapping[str, str], columns: Sequence[str]
) -> Signature:
    """The signature of a model that takes these columns.

    Raises:
        SignatureMismatchError: it takes something else, or gives no probabilities.
    """
    for port in inputs:
        _check_port(port)
    output = _probabilities(outputs)
    by_name = {port.name: port for port in inputs}
    if len(inputs) == 1 and (len(columns) > 1 or columns[0] not in by_name):
        _check_width(inputs[0], columns)
        return Signature(tuple(inputs), output, is_matrix=True, names_columns=_are_named(metadata, columns))
    names = _names_of_inputs(columns, by_name)
    if differing := difference(sorted(by_name), sorted(names)):
        raise SignatureMismatchError(f"takes {differing}")
    for port in inputs:
        if len(port.shape) > 1 and _is_other(port.shape[1], 1):
            raise SignatureMismatchError(f"takes {port.shape[1]} numbers of each person for '{port.name}'")
    in_order = tuple(by_name[name] for name in names)
    return Signature(in_order, output, is_matrix=False, names_columns=True)


def risks_of(answer: Any, count: int) -> FloatArray:
    """The risks in an answer, shape (count,): of a tensor (n,), (n, 1), (n, 2), or of one map for each row.

    Raises:
        SignatureMismatchError: they are not `count` probabilities of one outcome.
    """
    values = _of_maps(answer) if isinstance(answer, list) else np.asarray(answer, dtype=np.float64)
    if values.shape not in ((count,), (count, 1), (count, 2)):
        shape = " by ".join(str(size) for size in values.shape)
        raise SignatureMismatchError(f"answers {count} people with {shape or 'a single'} numbers")
    risks = as_probabilities(values.reshape(count, -1))
    if risks.shape[1] == 2 and (np.abs(risks.sum(axis=1) - 1) > _SUM_SLACK).any():
        raise SignatureMismatchError(
            "answers with two numbers for each person that do not add up to 1: they are no probabilities"
        )
    return risks[:, -1]


def _names_of_inputs(columns: Sequence[str], given: Collection[str]) -> Sequence[str]:
    """What the inputs of these columns are called: skl2onnx writes sex_female for sex=female."""
    plain = [re.sub(r"[^0-9A-Za-z_]", "_", column) for column in columns]
    return plain if set(plain) == set(given) and len(set(plain)) == len(columns) else columns


def _check_port(port: Port) -> None:
    if port.type not in _DTYPES:
        raise SignatureMismatchError(
            f"takes a {port.type} as '{port.name}': numbers are given as tensor(float) or tensor(double)"
        )
    if len(port.shape) > 2:
        raise SignatureMismatchError(f"takes {len(port.shape)} dimensions as '{port.name}', not two")
    if port.shape and isinstance(port.shape[0], int):
        raise SignatureMismatchError(
            f"takes {port.shape[0]} people at a time, no more and no fewer: export it with a first dimension "
            "of any size"
        )


def _check_width(port: Port, columns: Sequence[str]) -> None:
    """Compare the number of columns, where the shape tells."""
    width: int | str | None = port.shape[-1] if len(port.shape) == 2 else None
    if len(port.shape) == 1 or _is_other(width, len(columns)):
        takes = 1 if len(port.shape) == 1 else width
        raise SignatureMismatchError(
            f"takes {takes} columns as '{port.name}', not the {len(columns)} of task.toml"
        )


def _is_other(size: int | str | None, than: int) -> bool:
    return isinstance(size, int) and size != than


def _are_named(metadata: Mapping[str, str], columns: Sequence[str]) -> bool:
    """Whether the metadata names the columns, which are then these."""
    if COLUMNS not in metadata:
        return False
    try:
        names = json.loads(metadata[COLUMNS])
    except (ValueError, RecursionError):
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise SignatureMismatchError(f"has metadata '{COLUMNS}' that are no list of names in JSON")
    if differing := difference(names, columns):
        raise SignatureMismatchError(f"takes {differing}")
    return True


def _probabilities(outputs: Sequence[Port]) -> str:
    """The output that tells probabilities: labels are whole numbers or words."""
    usable = [port.name for port in outputs if port.type in _DTYPES or port.type in _MAPS]
    if not usable:
        told = ", ".join(f"{port.name} ({port.type})" for port in outputs)
        raise SignatureMismatchError(f"gives {told}, none of which can be probabilities")
    likely = [name for name in usable if "prob" in name.lower()] or usable
    if len(likely) > 1:
        raise SignatureMismatchError(
            f"gives {', '.join(likely)}, and none of them alone is called a probability"
        )
    return likely[0]


def _of_maps(answer: list[Any]) -> FloatArray:
    """Two columns out of maps from the outcome, no and yes, to its probability."""
    if not all(isinstance(row, dict) for row in answer):
        raise SignatureMismatchError("answers with a list of something else than maps")
    keys = set(answer[0]) if answer else {*_OTHER[:1], *_OUTCOME[:1]}
    other, outcome = ([key for key in keys if key in of] for of in (_OTHER, _OUTCOME))
    if len(keys) != 2 or len(other) != 1 or len(outcome) != 1:
        raise SignatureMismatchError(f"tells {len(keys)} outcomes apart that are not 0 and 1")
    try:
        pairs = [(row[other[0]], row[outcome[0]]) for row in answer]
    except KeyError:
        raise SignatureMismatchError("answers some people with other outcomes than others") from None
    return np.array(pairs, dtype=np.float64).reshape(-1, 2)
