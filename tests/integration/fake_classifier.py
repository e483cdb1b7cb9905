"""A fake: it stands for somebody else's Open Inference Protocol server, which may behave in any way."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from app.classifiers.base import Classifier
from app.domain.schema import FloatArray
from tests.integration.fake_server import Handler, Reply, serving

Json = dict[str, Any]
Behaviour = Callable[[Json, FloatArray], Reply]
"""From the JSON of an inference request and the rows in its tensors to the reply."""


def gives(shape: Sequence[object] = (), data: object = (), datatype: object = "FP32") -> Behaviour:
    """Answers every request with this tensor."""
    tensor = {"name": "predict", "shape": list(shape), "datatype": datatype, "data": data}
    return lambda _, __: outputs(tensor)


def outputs(*tensors: Json) -> Reply:
    return Reply(body=json.dumps({"model_name": "risk", "outputs": list(tensors)}).encode())


def honest(classifier: Classifier, columns: int = 0, nested: bool = False, asked_for: str = "") -> Behaviour:
    """Answers with a classifier's risks; with two columns the first is for not having the outcome."""

    def answer(request: Json, rows: FloatArray) -> Reply:
        wanted = [output["name"] for output in request.get("outputs", [])]
        if asked_for and wanted != [asked_for]:
            return Reply(status=400)
        risk = classifier.risk(rows)
        values = np.stack([1 - risk, risk], axis=1) if columns == 2 else risk.reshape((-1, 1)[: columns + 1])
        data = values.tolist() if nested else values.ravel().tolist()
        shape = list(values.shape)
        return outputs({"name": asked_for or "risk", "shape": shape, "datatype": "FP64", "data": data})

    return answer


@dataclass
class FakeClassifier:
    """The running fake: set its metadata and `behaviour`, read `asked`, the headers of inference requests."""

    url: str = ""
    metadata: Json = field(default_factory=dict)
    extensions: list[str] = field(default_factory=list)
    ready: bool = True
    readiness: Reply | None = None
    """The reply to the question whether it is ready, instead of the status that says so."""
    behaviour: Behaviour = field(default_factory=gives)
    asked: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def fake_classifier() -> Iterator[FakeClassifier]:
    """A fake on a free loopback port."""
    fake = FakeClassifier()
    with serving(_handler(fake)) as address:
        fake.url = f"{address}/v2/models/risk"
        yield fake


def rows_in(request: Json, rest: bytes) -> FloatArray:
    """The rows of an inference request, from its JSON or from the bytes behind it."""
    parts = []
    for tensor in request["inputs"]:
        dtype = {"FP32": "<f4", "FP64": "<f8"}[tensor["datatype"]]
        if size := tensor.get("parameters", {}).get("binary_data_size"):
            values, rest = np.frombuffer(rest[:size], dtype), rest[size:]
        else:
            values = np.array(tensor["data"], dtype=dtype)
        parts.append(values.reshape(tensor["shape"]).astype(np.float64))
    assert not rest
    return np.concatenate(parts, axis=1)


def _handler(fake: FakeClassifier) -> type[Handler]:
    class FakeHandler(Handler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or each answer would wait 40 ms

        def get(self) -> Reply:
            if self.path.endswith("/ready"):
                return fake.readiness or Reply(status=200 if fake.ready else 400)
            about = {"name": "fake", "extensions": fake.extensions} if self.path == "/v2" else fake.metadata
            return Reply(body=json.dumps({"name": "risk"} | about).encode())

        def post(self, content: bytes) -> Reply:
            size = int(self.headers.get("Inference-Header-Content-Length", len(content)))
            fake.asked.append(dict(self.headers))
            request = json.loads(content[:size])
            return fake.behaviour(request, rows_in(request, content[size:]))

    return FakeHandler
