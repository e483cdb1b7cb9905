"""An ONNX model in process, run by onnxruntime: it is asked in batches, and nothing of its inside is read."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from app.classifiers.base import ClassifierError
from app.classifiers.onnx_contents import names_data_outside
from app.classifiers.onnx_signature import Signature, risks_of, signature_of
from app.classifiers.probabilities import SignatureMismatchError
from app.domain.schema import FloatArray

SUFFIX = ".onnx"
MOST_BYTES = 1 << 28
"""Of a file: a classifier of a table is a thousandth of that."""
BATCH = 4096
"""Rows of one call, so that what a model makes in between stays small."""

_SILENT = 4
_MOST_TOLD = 200
_PREFIX = re.compile(r"^\[ONNXRuntimeError\] : \d+ : \w+ : ")


class OnnxClassifier:
    """One model; several threads may ask at once, and each call takes one thread."""

    def __init__(self, session: Any, signature: Signature, made_by: str) -> None:
        self._session = session
        self.signature = signature
        self.made_by = made_by
        """What wrote the file, as it says itself."""

    @classmethod
    def load(cls, path: Path, columns: Sequence[str]) -> Self:
        """Read a model and check that it takes these columns.

        Raises:
            ClassifierError: onnxruntime is not installed, or the file is too large, is no ONNX model, keeps
                numbers in other files, asks for operators that onnxruntime lacks, or does not fit the schema.
        """
        return cls.of_bytes(read_onnx(path), columns, str(path))

    @classmethod
    def of_bytes(cls, content: bytes, columns: Sequence[str], name: str) -> Self:
        """As `load`, of what is in a file; `name` is for messages."""
        session = _session(content, name)
        about = session.get_modelmeta()
        try:
            signature = signature_of(
                session.get_inputs(), session.get_outputs(), about.custom_metadata_map, columns
            )
        except SignatureMismatchError as misfit:
            raise ClassifierError(f"{name} {misfit}") from None
        return cls(session, signature, _plain(about.producer_name))

    def risk(self, rows: FloatArray) -> FloatArray:
        """See `Classifier.risk`. Numbers go in the precision that the model takes."""
        parts = [self._risk(rows[start : start + BATCH]) for start in range(0, len(rows), BATCH)]
        return np.concatenate([np.empty(0), *parts])

    def _risk(self, rows: FloatArray) -> FloatArray:
        try:
            (answer,) = self._session.run([self.signature.output], self.signature.feeds(rows))
        except Exception as error:
            # Each of onnxruntime's errors is an Exception of its own. None is quoted: a message may hold a
            # value, such as an index that is out of bounds.
            raise ClassifierError(f"the classifier could not be run ({type(error).__name__})") from None
        try:
            return risks_of(answer, len(rows))
        except SignatureMismatchError as misfit:
            raise ClassifierError(f"the classifier {misfit}") from None


def read_onnx(path: Path) -> bytes:
    """The bytes of a model.

    Raises:
        ClassifierError: the file cannot be read, or is too large.
    """
    try:
        if (size := path.stat().st_size) > MOST_BYTES:
            raise ClassifierError(
                f"{path} has {size // 2**20} MiB; an ONNX model may have {MOST_BYTES // 2**20} MiB at most"
            )
        return path.read_bytes()
    except OSError as error:
        raise ClassifierError(f"{path} cannot be read: {error.strerror}") from error


def _session(content: bytes, name: str) -> Any:
    """A session of one thread without libraries of operators, profiles or files of its own."""
    try:
        import onnxruntime
    except ImportError as error:
        raise ClassifierError(
            f"{name} is run by onnxruntime, which is not installed: install turnpoint-server[onnx]"
        ) from error
    try:
        is_outside = names_data_outside(content)
    except ValueError as error:
        raise ClassifierError(f"{name} is not an ONNX model, or is cut off") from error
    if is_outside:
        raise ClassifierError(
            f"{name} keeps numbers in other files, which are not loaded: save it as one file, "
            "such as by onnx.save_model(…, save_as_external_data=False)"
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    options.enable_cpu_mem_arena = False  # what a batch took is given back
    options.log_severity_level = _SILENT  # errors are raised; its own log knows nothing of what may be told
    options.add_session_config_entry("session.load_model_format", "ONNX")  # and no other that bytes look like
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ClassifierError(f"{name} cannot be loaded by onnxruntime: {_said(error)}") from error


def _said(error: Exception) -> str:
    """The first line of what onnxruntime says of a file, without its codes."""
    lines = _PREFIX.sub("", str(error)).strip().splitlines() or [type(error).__name__]
    return "".join(one if one.isprintable() else " " for one in lines[0])[:_MOST_TOLD].rstrip(" .")


def _plain(name: str) -> str:
    """What a file says that it was made by, as far as that is a name."""
    return name if re.fullmatch(r"[\w .+-]{1,60}", name) else ""
