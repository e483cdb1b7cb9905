"""The parts of a one-machine run: started in order, stopped in reverse."""

import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx

from app.classifiers.store import find_version
from app.compiled import is_cold
from app.local.console import Step, StepConsole
from app.local.embedded.data_dir import port_is_free
from app.local.embedded.language_model import LanguageModel, language_model
from app.local.embedded.llama_server import EmbeddedLlm, LlmOptions
from app.local.embedded.postgres import EmbeddedPostgres
from app.local.embedded.processes import (
    Child,
    ChildOptions,
    Server,
    package_path,
    wait_until_ended,
    wait_until_ready,
)
from app.local.embedded.valkey import EmbeddedValkey
from app.local.embedded.vllm_server import EmbeddedVllm
from app.local.reach import told_to_shells
from app.local.watch import Part, Watch
from app.parsing.settings_files import by_file
from app.settings import Settings
from app.storage.migrate import migrate

Embedded = EmbeddedPostgres | EmbeddedValkey | EmbeddedLlm | EmbeddedVllm
LOOPBACK = "127.0.0.1"
_NAMES = ("DATABASE_URL", "REDIS_URL", "LLM_URL")
SERVERS = {"llama.cpp": "llama.cpp server", "vllm": "vLLM"}


class CannotRunError(Exception):
    """The run cannot go on; the message is one sentence for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class ExternalServers:
    """Servers of the user's own, by URL; each that is None is embedded."""

    database_url: str | None
    redis_url: str | None
    llm_url: str | None
    llm: str = "llama.cpp"
    """Which server to embed for the language model, one of `SERVERS`."""

    @classmethod
    def from_environment(cls, llm: str) -> "ExternalServers":
        """Those that the environment names, or files that it names.

        Raises:
            CannotRunError: one is named in both ways, or its file cannot be read.
        """
        try:
            database_url, redis_url, llm_url = (by_file(name) for name in _NAMES)
        except ValueError as error:
            raise CannotRunError(f"Settings: {error}.") from None
        return cls(database_url, redis_url, llm_url, llm)


@dataclass(frozen=True, slots=True)
class OneMachine:
    """What every part of a run is started with: it ends with `stack`, and is watched meanwhile."""

    stack: ExitStack
    home: Path
    console: StepConsole
    watch: Watch
    longest_start_s: float = 1800.0


def start_servers(run: OneMachine, servers: ExternalServers) -> dict[str, str]:
    """Start what is not given, have it watched, and return the gateway's environment.

    Raises:
        EmbeddedError: a server cannot start.
        ModelFolderError: the default model has no trained version.
    """
    home, console = run.home, run.console
    # What comes by file was read here: parts would find it in both ways.
    environment = {f"{name}_FILE": "" for name in _NAMES}
    with console.step("Starting PostgreSQL") as step:
        url = servers.database_url or _start(run, "PostgreSQL", EmbeddedPostgres())
        environment["DATABASE_URL"] = url
        migrate(Settings(database_url=url, host=LOOPBACK))
        step.done("PostgreSQL, tables up to date" if servers.database_url else "PostgreSQL 18, embedded")
    with console.step("Starting Valkey") as step:
        environment["REDIS_URL"] = servers.redis_url or _start(run, "Valkey", EmbeddedValkey())
        step.done("Redis" if servers.redis_url else "Valkey 9, embedded")
    own = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
    embedded = {name: environment[name] for name, theirs in own.items() if theirs is None}
    if embedded:
        run.stack.enter_context(told_to_shells(home, embedded))
    if servers.llm_url:
        environment["LLM_URL"] = servers.llm_url
        console.say(f"  [green]✓[/green] language model at {servers.llm_url}")
        return environment
    with console.step("Preparing the language model") as step:
        settings = Settings(host=LOOPBACK)
        version = find_version(settings.model_store, settings.default_reference)
        chosen = language_model(home, version, step.report)
        server = _server_of(chosen, servers.llm, home, step)
        step.report("Starting the language model", None)
        if isinstance(server, EmbeddedLlm):
            environment |= {"LLM_API_KEY": server.api_key, "LLM_API_KEY_FILE": ""}
        environment |= {
            "LLM_URL": _start(run, "the language model", server),
            "LLM_MODEL": chosen.alias,
            "LLM_STYLE": chosen.style,
        }
        step.done(f"{SERVERS[servers.llm]} with {chosen.alias}")
    return environment


def _server_of(chosen: LanguageModel, llm: str, home: Path, step: Step) -> EmbeddedLlm | EmbeddedVllm:
    weights = chosen.merged(home, step.report)
    if llm == "vllm":
        # Merged here too: on a CPU vLLM's adapters take many times what the model itself takes.
        return EmbeddedVllm(weights, None, chosen.alias)
    return EmbeddedLlm(weights, LlmOptions(alias=chosen.alias))


def compile_search(run: OneMachine, environment: dict[str, str]) -> None:
    """On a machine's first start: half a minute on a quiet machine, some minutes on a busy one.

    What goes wrong here goes wrong at the gateway's start as well, and is said there.

    Raises:
        StartError: it was not done in time.
    """
    if not is_cold():
        return
    with run.console.step("Compiling the search for this machine, once") as step:
        compiling = Own("the compilation", ["compile"], run.home / "logs" / "compile.log", environment)
        run.stack.callback(compiling.stop)
        child = compiling.start()
        wait_until_ended(child, run.longest_start_s, lambda waited: step.waited(step.outcome, waited))


class Own(Server):
    """A process of this very program, or of another module beside it."""

    def __init__(
        self, name: str, command: list[str], log: Path, environment: dict[str, str], module: str = "app.cli"
    ) -> None:
        self.name = name
        self._command = [sys.executable, "-P", "-m", module, *command]
        self._log = log
        self._environment = environment | {"PYTHONPATH": package_path()}

    def start(self) -> Child:
        self._clear()
        options = ChildOptions(environment=self._environment)
        self._server = Child(self.name, self._command, self._log, options)
        return self._server


def start_gateway(
    run: OneMachine, environment: dict[str, str], address: tuple[str, int], reload: bool = False
) -> str:
    """Start the gateway as a process of its own and wait until it is ready; returns its URL.

    With `reload` it loads itself anew when its code changes.

    Raises:
        CannotRunError: the port is taken.
        EmbeddedError: the gateway did not start.
    """
    host, port = address
    if not port_is_free(host, port):
        raise CannotRunError(f"Port {port} is taken: stop what uses it, or choose another with PORT=….")
    url = url_of(host, port)
    place = {"HOST": host, "PORT": str(port)}
    command = ["serve", *(["--reload"] if reload else [])]
    gateway = Own("the gateway", command, run.home / "logs" / "gateway.log", environment | place)
    run.stack.callback(gateway.stop)
    with run.console.step("Starting the gateway") as step:
        with httpx.Client(base_url=url, timeout=5, trust_env=False) as http:
            wait_until_ready(
                gateway.start(),
                lambda: _is_ready(http),
                run.longest_start_s,
                lambda seconds: step.waited("Starting the gateway", seconds),
            )
        step.done(f"gateway at {url}")
    run.watch.add(Part(gateway.name, lambda: gateway.child, gateway.start))
    return url


def url_of(host: str, port: int) -> str:
    """The address of a gateway, for this machine."""
    everywhere = host in {"0.0.0.0", "::"}
    return f"http://{LOOPBACK if everywhere else host}:{port}"


def start_worker(run: OneMachine, environment: dict[str, str]) -> None:
    """Start a worker for batch jobs, which is ready once it has loaded the models; nobody waits for it."""
    worker = Own("the worker", ["worker"], run.home / "logs" / "worker.log", environment)
    run.stack.callback(worker.stop)
    worker.start()
    run.watch.add(Part(worker.name, lambda: worker.child, worker.start))


def _start(run: OneMachine, name: str, server: Embedded) -> str:
    run.stack.callback(server.stop)
    url = server.start(run.home)
    run.watch.add(Part(name, lambda: server.child, lambda: server.start(run.home)))
    return url


def _is_ready(http: httpx.Client) -> bool:
    try:
        return http.get("/readyz").is_success
    except httpx.HTTPError:
        return False
