"""The one-machine run: set up, start, demonstrate, stay up until told to stop."""

import secrets
import signal
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import httpx

from app.classifiers.model_version import ModelVersion
from app.classifiers.store import load_version
from app.local.components import (
    CannotRunError,
    ExternalServers,
    OneMachine,
    compile_search,
    start_gateway,
    start_servers,
    start_worker,
    url_of,
)
from app.local.console import StepConsole
from app.local.demo import load_patients, show_answer
from app.local.embedded.data_dir import lock_data_dir, port_is_free
from app.local.mock_ehr import start_mock_ehr
from app.local.watch import Watch
from app.settings import Settings


class StopRequestedError(Exception):
    """Ctrl-C or a termination signal arrived while starting."""


def run(
    home: Path, host: str, port: int, llm: str, reload: bool = False, with_mock_ehr: bool = False
) -> None:
    """Run everything on this machine until Ctrl-C or SIGTERM.

    Raises:
        EmbeddedError, CannotRunError, PartEndedError, ModelFolderError: with one sentence for the person at
            the terminal.
    """
    console, stop = StepConsole(), threading.Event()
    started = time.monotonic()
    _on_signals(stop)
    if not port_is_free(host, port):
        raise CannotRunError(f"Port {port} is taken: stop what uses it, or choose another with PORT=….")
    with ExitStack() as stack:
        stack.enter_context(lock_data_dir(home))
        settings = Settings(host=host, port=port)
        name = settings.default_reference
        model = load_version(settings.model_store, name, settings.classifier_urls.get(name))
        console.say(f"[bold]Turnpoint[/bold], keeping its data in {home}\n")
        try:
            watch = Watch(console, settings.run_restarts)
            machine = OneMachine(stack, home, console, watch, settings.run_start_s)
            way_in = way_in_of(settings)
            environment = start_servers(machine, ExternalServers.from_environment(llm)) | way_in.environment
            ehr = start_mock_ehr(machine, url_of(host, port)) if with_mock_ehr else None
            environment |= ehr.environment if ehr else {}
            compile_search(machine, environment)
            url = start_gateway(machine, environment, (host, port), reload)
            start_worker(machine, environment)
            console.say("  [green]✓[/green] a worker for batch jobs")
            with httpx.Client(base_url=url, headers=way_in.headers, timeout=120, trust_env=False) as http:
                patient_id = _demonstrate(http, model, console, watch)
            _show_addresses(console, url, patient_id, time.monotonic() - started)
            if ehr:
                console.say(f"  the mock EHR  {ehr.url}/")
            watch.until(stop)
        except StopRequestedError:
            pass
        console.say("\nStopping.")
    console.say("Stopped. The record stays for the next run.")


def _demonstrate(http: httpx.Client, model: ModelVersion, console: StepConsole, watch: Watch) -> str:
    """Load the demonstration's patients and show answers about some; the id of one of them.

    Raises:
        PartEndedError: a part ended meanwhile.
        CannotRunError: the gateway does not answer.
    """
    try:
        with console.step("Loading demonstration patients") as step:
            shown = load_patients(http, model, step)
            step.done(f"a dozen real people of {model.schema.data.name_told} as demonstration patients")
        for request in shown:
            show_answer(http, model, request, console)
    except httpx.HTTPError as error:
        watch.check_all_run()
        raise CannotRunError(f"The gateway does not answer ({type(error).__name__}): see its log.") from error
    return str(shown[0]["patient_id"])


def _on_signals(stop: threading.Event) -> None:
    """While starting, a signal breaks off; once up, it ends the wait."""

    def handle(_: int, __: FrameType | None) -> None:
        if stop.is_set():
            return
        stop.set()
        raise StopRequestedError

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handle)


@dataclass(frozen=True, slots=True, repr=False)
class WayIn:
    """What the demonstration sends, and what the gateway must be told so that it is let in."""

    headers: dict[str, str]
    environment: dict[str, str]


def way_in_of(settings: Settings) -> WayIn:
    """The demonstration's own way in: where callers must be known, a token, made for this run if need be."""
    if not settings.asks_who:
        return WayIn({}, {})
    if settings.api_tokens:
        token, told = settings.api_tokens[0].get_secret_value(), {}
    else:
        token = secrets.token_hex(32)
        told = {"API_TOKENS": token}
    return WayIn({"Authorization": f"Bearer {token}"}, told)


def _show_addresses(console: StepConsole, url: str, patient_id: str, seconds: float) -> None:
    console.say(f"\nUp after {seconds:.0f} s. Stop with Ctrl-C.")
    console.say(f"  this patient  {url}/patients/{patient_id}/interventions")
    console.say(f"  all patients  {url}/")
    console.say(f"  try it        {url}/docs")
    console.say(f"  the model     {url}/models")
