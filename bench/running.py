"""A whole Turnpoint in a scratch folder, for the time of a measurement."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from app.classifiers.model_version import ModelVersion
from app.engine.examples import example_people
from app.local.components import ExternalServers, OneMachine, start_gateway, start_servers, url_of
from app.local.console import StepConsole
from app.local.embedded.data_dir import free_port
from app.local.watch import Watch
from app.paths import ROOT

Json = dict[str, Any]
Timed = tuple[float, Json]
Beside = Callable[[OneMachine, str], dict[str, str]]
"""Starts something that the gateway at an address needs, and gives the gateway's settings for it."""


@dataclass(frozen=True, slots=True)
class Run:
    """A running gateway; `environment` is what it was started with."""

    http: httpx.Client
    environment: dict[str, str]
    port: int

    def ask(self, request: Json) -> Timed:
        """Milliseconds over HTTP, and the answer."""
        started = time.perf_counter()
        answer = self.http.post("/counterfactuals", json=request).raise_for_status()
        return 1000 * (time.perf_counter() - started), answer.json()


@contextmanager
def running(
    home: Path, llm: str = "llama.cpp", llm_url: str | None = None, beside: Beside | None = None
) -> Iterator[Run]:
    """Start everything in `home`; the language model's weights come from the usual folder.

    With `llm_url` no language model is started. What is to run beside the gateway is started before it.
    """
    (home / "models").mkdir(parents=True)
    for weights in (ROOT / ".turnpoint" / "models").glob("*"):
        (home / "models" / weights.name).symlink_to(weights)
    with ExitStack() as stack:
        machine = machine_in(stack, home)
        servers = ExternalServers(database_url=None, redis_url=None, llm_url=llm_url, llm=llm)
        environment = start_servers(machine, servers)
        port = free_port()
        if beside is not None:
            environment |= beside(machine, url_of("127.0.0.1", port))
        url = start_gateway(machine, environment, ("127.0.0.1", port))
        yield Run(stack.enter_context(httpx.Client(base_url=url, timeout=600)), environment, port)


def machine_in(stack: ExitStack, home: Path) -> OneMachine:
    """To start parts with that keep their logs and data in a folder, and are watched by nobody."""
    console = StepConsole()
    return OneMachine(stack, home, console, Watch(console, 0))


def requests_about(model: ModelVersion, count: int) -> list[Json]:
    """Requests about held-out people at high risk."""
    return [
        {"patient_id": f"bench-{person.source_id}", "model": model.name, "features": person.features}
        for person in example_people(model, count)
    ]


def listener_on(port: int) -> psutil.Process:
    """The process that listens on a port, among those started here.

    Raises:
        LookupError: there is none.
    """
    for process in psutil.Process().children(recursive=True):
        if any(connection.laddr.port == port for connection in process.net_connections()):
            return process
    raise LookupError(f"no process listens on port {port}")
