"""`classifier.forest`: a classifier of any library as trees, slopes and a link, in a safetensors file.

The format is that of safetensors: eight bytes with the size of a header, the header as JSON, then arrays end
to end. It can run nothing when it is read. `__metadata__` says which columns the classifier takes, its link,
and what made it.
"""

import json
import math
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, Json, NonNegativeInt, ValidationError

from app.classifiers.base import ClassifierError
from app.classifiers.calibration import LinkForm
from app.classifiers.forest import Forest
from app.classifiers.forest_checks import check_forest
from app.classifiers.link import Link

SUFFIX = ".forest"
_FORMAT = "turnpoint-forest-1"
_SIZE = 8
"""Bytes that say how long the header is."""
_MOST_HEADER = 1 << 24
_TYPES: dict[str, Any] = {"F64": np.float64, "F32": np.float32, "I32": np.int32, "BOOL": np.bool_}
_DTYPES: dict[str, str] = {
    "prior": "F64",
    "slope": "F64",
    "value": "F64",
    "threshold": "F32",
    "column": "I32",
    "left": "I32",
    "right": "I32",
    "root": "I32",
    "first": "I32",
    "default_left": "BOOL",
}
"""The arrays of a `Forest` as they come in a file: larger numbers first, so that all of them are aligned."""


class _Tensor(BaseModel):
    model_config = ConfigDict(extra="forbid")

    dtype: Literal["F64", "F32", "I32", "BOOL"]
    shape: tuple[NonNegativeInt, ...]
    data_offsets: tuple[NonNegativeInt, NonNegativeInt]


class _Metadata(BaseModel):
    format: Literal["turnpoint-forest-1"]
    columns: Json[tuple[str, ...]]
    link: Json[LinkForm]
    made_by: str = ""


class _Header(BaseModel):
    model_config = ConfigDict(extra="forbid")

    metadata: _Metadata = Field(alias="__metadata__")
    prior: _Tensor
    slope: _Tensor
    value: _Tensor
    threshold: _Tensor
    column: _Tensor
    left: _Tensor
    right: _Tensor
    root: _Tensor
    first: _Tensor
    default_left: _Tensor


def write_forest(path: Path, forest: Forest, link: Link, columns: tuple[str, ...], made_by: str) -> None:
    """Write one classifier; `made_by` names the library and its version. Equal forests give equal bytes."""
    arrays = {name: np.ascontiguousarray(getattr(forest, name), _TYPES[_DTYPES[name]]) for name in _DTYPES}
    form = LinkForm.of(link).model_dump(mode="json", exclude_defaults=True)
    header: dict[str, Any] = {
        "__metadata__": {
            "format": _FORMAT,
            "columns": json.dumps(list(columns)),
            "link": json.dumps(form),
            "made_by": made_by,
        }
    }
    end = 0
    for name, array in arrays.items():
        start, end = end, end + array.nbytes
        header[name] = {
            "dtype": _DTYPES[name],
            "shape": list(array.shape),
            "data_offsets": [start, end],
        }
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % _SIZE)
    data = [np.array(len(text), dtype="<u8").tobytes(), text, *(array.tobytes() for array in arrays.values())]
    path.write_bytes(b"".join(data))


def read_forest(path: Path) -> tuple[Forest, Link, tuple[str, ...], str]:
    """The forest of a file, its link, the columns that it takes, and what made it.

    Raises:
        ClassifierError: the file cannot be read, is none of ours, is cut off, or its trees lead nowhere.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ClassifierError(f"{path} cannot be read: {error.strerror}") from error
    header, start = _header(path, content)
    data = memoryview(content)[start:]
    forest = Forest(**{name: _array(path, name, header, data) for name in Forest._fields})
    metadata = header.metadata
    try:
        link = metadata.link.link()
        check_forest(forest, len(metadata.columns))
    except (ValueError, ClassifierError) as error:
        raise ClassifierError(f"{path} cannot be used: {error}") from error
    return forest, link, metadata.columns, metadata.made_by


def _header(path: Path, content: bytes) -> tuple[_Header, int]:
    """What the header says, and where the arrays begin."""
    size = int.from_bytes(content[:_SIZE], "little")
    if len(content) < _SIZE or size > min(len(content) - _SIZE, _MOST_HEADER):
        raise ClassifierError(f"{path} is not a forest, or is cut off")
    try:
        return _Header.model_validate_json(content[_SIZE : _SIZE + size]), _SIZE + size
    except ValidationError as error:
        raise ClassifierError(f"{path} is not a forest") from error


def _array(path: Path, name: str, header: _Header, data: memoryview) -> Any:
    tensor: _Tensor = getattr(header, name)
    start, end = tensor.data_offsets
    count = math.prod(tensor.shape)
    kind = np.dtype(_TYPES[_DTYPES[name]])
    if tensor.dtype != _DTYPES[name] or end - start != count * kind.itemsize or end > len(data):
        raise ClassifierError(f"{path} is not a forest, or is cut off: its {name} is not there")
    if len(tensor.shape) != (2 if name == "slope" else 1):
        raise ClassifierError(f"{path} is not a forest: its {name} has another shape")
    if kind == np.bool_ and np.frombuffer(data[start:end], np.uint8).max(initial=0) > 1:
        raise ClassifierError(f"{path} is not a forest: its {name} is not yes or no")
    # A copy: compiled loops take arrays that may be written to.
    return np.frombuffer(data, kind, count, start).reshape(tensor.shape).copy()
