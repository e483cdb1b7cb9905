"""The mock EHR of a checkout's tests, as a part of a one-machine run: `make run EHR=mock`."""

from dataclasses import dataclass

import httpx

from app.local.components import LOOPBACK, CannotRunError, OneMachine, Own
from app.local.embedded.data_dir import free_port, port_is_free
from app.local.embedded.processes import wait_until_ready
from app.local.watch import Part
from app.paths import ROOT

_PORT = 8090
_MODULE = "tests.ehr"


@dataclass(frozen=True, slots=True)
class MockEhr:
    """Where it is, and the settings by which the gateway knows it."""

    url: str
    environment: dict[str, str]


def start_mock_ehr(run: OneMachine, gateway: str) -> MockEhr:
    """Start it, connected with the gateway that will be at an address; its pages are at the returned one.

    Raises:
        CannotRunError: this is no checkout, which alone has it.
        EmbeddedError: it did not start.
    """
    if not (ROOT / "tests" / "ehr" / "__main__.py").is_file():
        raise CannotRunError(
            "The mock EHR is part of the tests: a checkout has it, an installed package not."
        )
    port = _PORT if port_is_free(LOOPBACK, _PORT) else free_port()
    url, files = f"http://{LOOPBACK}:{port}", run.home / "mock-ehr"
    command = ["--port", str(port), "--turnpoint", gateway, "--files", str(files)]
    server = Own("the mock EHR", command, run.home / "logs" / "mock-ehr.log", {}, _MODULE)
    run.stack.callback(server.stop)
    with run.console.step("Starting the mock EHR") as step:
        with httpx.Client(base_url=url, timeout=5, trust_env=False) as http:
            wait_until_ready(
                server.start(),
                lambda: _answers(http),
                run.longest_start_s,
                lambda seconds: step.waited("Starting the mock EHR", seconds),
            )
        step.done(f"mock EHR with a dozen synthetic charts at {url}")
    run.watch.add(Part(server.name, lambda: server.child, server.start))
    return MockEhr(url, {"EHR_SERVERS_FILE": str(files / "ehr.toml"), "PUBLIC_URL": gateway})


def _answers(http: httpx.Client) -> bool:
    try:
        return http.get("/fhir/metadata").is_success
    except httpx.HTTPError:
        return False
