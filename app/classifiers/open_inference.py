"""A classifier elsewhere, asked over the Open Inference Protocol v2: MLServer, KServe, Triton and others."""

import asyncio
import json
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import Any, Self

import httpx
import numpy as np

from app.classifiers.base import ClassifierError
from app.classifiers.open_inference_tensors import (
    BINARY,
    TensorFormat,
    outputs_to_try,
    request_of,
    risks_of,
    tensor_format_of,
    version_of,
)
from app.classifiers.probabilities import SignatureMismatchError
from app.domain.schema import FloatArray
from app.outbound.exchange import Answer, TooLargeError, client_of, exchange
from app.outbound.loops import LoopThread
from app.tracing import Work, span

TIMEOUT_S = 5.0
"""How long a request may take, from connecting to the last byte."""
BATCH = 1024
"""Rows of one request: some 250 kB of JSON, well below what servers accept."""
MOST_WAITING = 32
"""How many threads of the gateway may wait for one classifier."""

_READY_S = 2.0
_MOST_METADATA = 256 * 1024
_MOST_BESIDE_ROWS = 64 * 1024
_MOST_OF_A_ROW = 256
"""Bytes: two probabilities with all their digits, and white space around them, are some 60."""
# How a connection fails that the server closed while it was kept: after an error, a restart, a quiet while.
_DROPPED = (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)


class OpenInferenceClassifier:
    """One model of a server. Its risks are probabilities of the outcome; threads may ask at once.

    Connections are kept, in an event loop of the classifier's own: there a whole request has a deadline.
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
        self._form = TensorFormat()
        self._output: str | None = None
        self._somebody = np.empty((0, 0))
        self._http = client_of(
            given,
            auth=(given.username, given.password) if given.userinfo else None,
            # Shorter than servers keep a connection (uvicorn: 5 s), which they then close without a word.
            limits=httpx.Limits(max_connections=None, keepalive_expiry=2.0),
        )
        self._loop = LoopThread(f"classifier {model.path.rpartition('/')[2]}", self._http.aclose)
        self.threads = ThreadPoolExecutor(MOST_WAITING)
        """For work that asks this classifier."""

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

    async def is_ready(self) -> bool:
        """Whether the server says that the model takes requests, and it answers one with a risk.

        Asked from any event loop.
        """
        if not await asyncio.wrap_future(self._ask_ready()):
            return False
        return await asyncio.get_running_loop().run_in_executor(self.threads, self._is_sound)

    def close(self) -> None:
        """Close the connections; whoever waits for an answer gets a `ClassifierError`."""
        self._loop.stop()
        self.threads.shutdown(wait=False)

    def _is_sound(self) -> bool:
        try:
            self._risk(self._somebody)
        except ClassifierError:
            return False
        return True

    def _agree(self, columns: tuple[str, ...], people: FloatArray) -> None:
        metadata = self._read(self._get(self._model))
        if not self._ask_ready().result():
            raise self._error("is not ready")
        try:
            self._form = tensor_format_of(metadata, columns, self._reads_bytes())
            self._output, *others = outputs_to_try(metadata)
            self._version = version_of(metadata)
        except SignatureMismatchError as misfit:
            raise self._error(str(misfit)) from None
        self._somebody = people[:1]
        for output in others:
            if not self._infer(people[:1]).is_success:
                self._output = output
        if np.isin(self.risk(people), (0.0, 1.0)).all():
            raise self._error("answers with 0 or 1 for everybody, which are labels and not probabilities")

    def _reads_bytes(self) -> bool:
        """Whether the server lists the extension; a proxy before it may keep its metadata to itself."""
        try:
            server = self._get(self._server)
        except ClassifierError:
            return False
        return server.is_success and f'"{BINARY}"'.encode() in server.body

    def _ask_ready(self) -> "Future[bool]":
        return self._loop.submit(self._ready())

    async def _ready(self) -> bool:
        request = self._http.build_request("GET", f"{self._model}/ready")
        try:
            async with asyncio.timeout(min(_READY_S, self._timeout_s)):
                answer = await exchange(self._http, request, _MOST_METADATA)
        except (TimeoutError, TooLargeError, httpx.HTTPError):
            return False
        # The status is the answer by the protocol; KServe may say no in the body as well.
        return answer.is_success and b'"ready":false' not in answer.body.replace(b" ", b"")

    def _risk(self, rows: FloatArray) -> FloatArray:
        document = self._read(self._infer(rows))
        try:
            return risks_of(document, self._output, len(rows))
        except SignatureMismatchError as misfit:
            raise self._error(str(misfit)) from None

    def _infer(self, rows: FloatArray) -> Answer:
        content, headers = request_of(rows, self._form, self._output)
        request = self._http.build_request("POST", f"{self._model}/infer", content=content, headers=headers)
        return self._answer(request, _MOST_BESIDE_ROWS + len(rows) * _MOST_OF_A_ROW)

    def _get(self, url: str) -> Answer:
        return self._answer(self._http.build_request("GET", url), _MOST_METADATA)

    def _read(self, answer: Answer) -> Any:
        """The JSON of an answer. An error's body is not told: it may echo what was sent."""
        if not answer.is_success:
            raise self._error(f"answers with HTTP status {answer.status}")
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError):
            raise self._error("answers with something that is not JSON") from None

    def _answer(self, request: httpx.Request, most: int) -> Answer:
        try:
            with span(Work.CLASSIFIER):
                return self._loop.submit(self._send(request, most)).result()
        except TimeoutError as error:
            raise self._error(f"does not answer within {self._timeout_s:g} s") from error
        except TooLargeError as error:
            raise self._error(f"answers with more than {most // 1024} KiB") from error
        except (httpx.HTTPError, CancelledError) as error:
            raise self._error(f"is away ({type(error).__name__})") from error

    async def _send(self, request: httpx.Request, most: int) -> Answer:
        async with asyncio.timeout(self._timeout_s):
            try:
                return await exchange(self._http, request, most)
            except _DROPPED:  # asking twice changes nothing there
                return await exchange(self._http, request, most)

    def _error(self, what: str) -> ClassifierError:
        return ClassifierError(f"The classifier at {self.place} {what}")
