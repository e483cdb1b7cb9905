"""What answers without a server: an engine that `turnpoint-server` brings along, found by its entry point."""

from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

import httpx

from turnpoint.call import Call
from turnpoint.errors import LackingError, LoadError
from turnpoint.installed import hidden_by, installed
from turnpoint.retry_policy import RetryPolicy

T = TypeVar("T")
GROUP = "turnpoint.engines"
"""The group of entry points by which a distribution says how a model is loaded into this process."""


class Exchange(Protocol):
    """What replies to calls: a status of HTTP, and JSON."""

    def exchange(self, method: str, route: str, body: bytes | None = None) -> tuple[int, bytes]: ...


class Several(Exchange, Protocol):
    """Processes that reply to several calls at a time."""

    def close(self) -> None: ...


class Engine(Exchange, Protocol):
    """One model in this process."""

    @property
    def model(self) -> tuple[str, str]: ...
    @property
    def cores(self) -> int: ...
    def warm_up(self) -> None: ...
    def several(self, processes: int) -> Several: ...


def load_engine(model: str | None, store: Any) -> Engine:
    """The engine that is installed, with a model of a store loaded.

    Raises:
        LackingError: none is installed.
        LoadError: the model is not there, or cannot be loaded.
    """
    if hiding := hidden_by(GROUP):
        raise LackingError(
            f"{hiding} hides a package of turnpoint-server: take its folder off Python's path."
        )
    entry = next(installed(GROUP), None)
    if entry is None:
        raise LackingError(
            "Recourse works in process with the service's own engine: pip install turnpoint-server"
        )
    load = entry.load()
    try:
        return cast(Engine, load(model, store))
    except ValueError as error:
        raise LoadError(f"The model cannot be loaded: {error}.") from error


@dataclass(frozen=True, slots=True)
class LocalDriver:
    """Carries out calls in process. Nothing is sent again: nothing passes by itself."""

    engine: Exchange

    def run(self, call: Call[T]) -> T:
        """What a call gives.

        Raises:
            ProblemError: the engine refuses it.
        """
        status, body = self.engine.exchange(call.method, call.route, call.json_bytes())
        response = httpx.Response(status, content=body)
        RetryPolicy(call, repeats=0).answered(response)
        return call.read(response)
