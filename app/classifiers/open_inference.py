"""A classifier elsewhere, asked over the Open Inference Protocol v2: MLServer, KServe, Triton and others."""

from typing import Any, Self

import httpx
import numpy as np

from app.classifiers.base import ClassifierError
from app.classifiers.open_inference_tensors import (
    BINARY,
    Form,
    MisfitError,
    form_of,
    outputs_to_try,
    request_of,
    risks_of,
    version_of,
)
from app.domain.schema import FloatArray

TIMEOUT_S = 5.0
"""How long connecting, sending, or waiting for the next bytes may take."""
BATCH = 1024
"""Rows of one request: some 250 kB of JSON, well below what servers accept."""

_READY_S = 2.0
_THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}
# How a connection fails that the server closed while it was kept: after an error, a restart, a quiet while.
_DROPPED = (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)


class OpenInferenceClassifier:
    """One model of a server. Its risks are probabilities of the outcome; threads may ask at once.

    Requests are synchronous, as the engine's threads are, over connections that are kept.
    """

    def __init__(self, url: str, timeout_s: float = TIMEOUT_S) -> None:
        """`url` is the model's, like http://mlserver:8080/v2/models/name; it may hold user and password."""
        try:
            given = httpx.URL(url)
        except httpx.InvalidURL:  # its message may quote what is in the URL
            raise ClassifierError("The URL of a classifier is not one") from None
        model = given.copy_with(userinfo=b"", path=given.path.rstrip("/"))
        self.place = f"{model.netloc.decode()}{model.path}"
        """Host and path of the model, without credentials."""
        self._model = str(model)
        self._server = self._model.rpartition("/v2/models/")[0] + "/v2"
        self._timeout_s = timeout_s
        self._version = ""
        self._form = Form()
        self._output: str | None = None
        self._http = httpx.Client(
            auth=(given.username, given.password) if given.userinfo else None,
            timeout=timeout_s,
            # Shorter than servers keep a connection (uvicorn: 5 s), which they then close without a word.
            limits=httpx.Limits(keepalive_expiry=2.0),
            # A proxy is for servers elsewhere: it would not reach one on this machine.
            trust_env=given.host not in _THIS_MACHINE,
        )

    @classmethod
    def connect(
        cls, url: str, columns: tuple[str, ...], people: FloatArray, timeout_s: float = TIMEOUT_S
    ) -> Self:
        """Get to know the model: find out how it wants to be asked, and score people, shape (n, columns).

        People, since what it does with unknown values shows only when it is given some.

        Raises:
            ClassifierError: the server or the model is away, takes other columns, or gives no probabilities.
        """
        classifier = cls(url, timeout_s)
        try:
            classifier._agree(columns, people)
        except BaseException:
            classifier.close()
            raise
        return classifier

    @property
    def identity(self) -> str:
        """What distinguishes this model from another: its address, and its version if the server tells."""
        return f"{self.place} {self._version}"

    def risk(self, rows: FloatArray) -> FloatArray:
        """See `Classifier.risk`. Rows go in batches, their numbers in the precision that the model takes."""
        batches = [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]
        return np.concatenate([np.empty(0), *(self._risk(batch) for batch in batches)])

    def is_ready(self) -> bool:
        """Whether the server says that the model takes requests."""
        try:
            response = self._http.get(f"{self._model}/ready", timeout=min(_READY_S, self._timeout_s))
            # The status is the answer by the protocol; KServe may say no in the body as well.
            return response.is_success and b'"ready":false' not in response.content.replace(b" ", b"")
        except httpx.HTTPError:
            return False

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _agree(self, columns: tuple[str, ...], people: FloatArray) -> None:
        metadata = self._read(self._get(self._model))
        if not self.is_ready():
            raise self._error("is not ready")
        server = self._get(self._server)  # which a proxy before it may keep to itself
        try:
            self._form = form_of(metadata, columns, server.is_success and f'"{BINARY}"' in server.text)
            self._output, *others = outputs_to_try(metadata)
            self._version = version_of(metadata)
        except MisfitError as misfit:
            raise self._error(str(misfit)) from None
        for output in others:
            if not self._infer(people[:1]).is_success:
                self._output = output
        if np.isin(self.risk(people), (0.0, 1.0)).all():
            raise self._error("answers with 0 or 1 for everybody, which are labels and not probabilities")

    def _risk(self, rows: FloatArray) -> FloatArray:
        document = self._read(self._infer(rows))
        try:
            return risks_of(document, self._output, len(rows))
        except MisfitError as misfit:
            raise self._error(str(misfit)) from None

    def _infer(self, rows: FloatArray) -> httpx.Response:
        content, headers = request_of(rows, self._form, self._output)
        url = f"{self._model}/infer"
        return self._send(self._http.build_request("POST", url, content=content, headers=headers))

    def _get(self, url: str) -> httpx.Response:
        return self._send(self._http.build_request("GET", url))

    def _read(self, response: httpx.Response) -> Any:
        """The JSON of a response. An error's body is not told: it may echo what was sent."""
        if not response.is_success:
            raise self._error(f"answers with HTTP status {response.status_code}")
        try:
            return response.json()
        except (ValueError, RecursionError):
            raise self._error("answers with something that is not JSON") from None

    def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            try:
                return self._http.send(request)
            except _DROPPED:  # asking twice changes nothing there
                return self._http.send(request)
        except httpx.TimeoutException as error:
            raise self._error(f"does not answer within {self._timeout_s:g} s") from error
        except httpx.HTTPError as error:
            raise self._error(f"is away ({type(error).__name__})") from error

    def _error(self, what: str) -> ClassifierError:
        return ClassifierError(f"The classifier at {self.place} {what}")
