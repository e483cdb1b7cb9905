"""Commands that run Turnpoint: everything on this machine, or the gateway alone."""

import subprocess
import sys
from enum import StrEnum
from importlib.abc import MetaPathFinder
from typing import Annotated

import typer

from app.cli.serving import serve_by_processes, serve_here
from app.cli.shared import Home, fail, refuse_strangers
from app.paths import HOME, ROOT
from app.settings import Settings

Host = Annotated[str, typer.Option(help="Not read from HOST, which some shells set to the machine's name.")]

Reload = Annotated[bool, typer.Option("--reload", help="Load the gateway anew when its code changes.")]
ServiceRole = Annotated[
    str | None,
    typer.Option(help="A role of the database that gateway and worker use: it gets what they need, no more."),
]


class Ehr(StrEnum):
    """EHRs that a run can bring along."""

    MOCK = "mock"


class Llm(StrEnum):
    """Servers of language models that can be embedded."""

    LLAMA_CPP = "llama.cpp"
    VLLM = "vllm"


def run(
    home: Home = HOME,
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="PORT", min=1, max=65535)] = 8000,
    llm: Annotated[Llm, typer.Option(help="What serves the language model.")] = Llm.LLAMA_CPP,
    ehr: Annotated[Ehr | None, typer.Option(help="A mock EHR beside it; in a checkout only.")] = None,
    reload: Reload = False,
) -> None:
    """Run everything on this machine: PostgreSQL, Valkey, language model, gateway, demonstration patients."""
    from app.classifiers.base import ClassifierError
    from app.classifiers.store import ModelFolderError
    from app.local.components import CannotRunError
    from app.local.embedded.errors import EmbeddedError
    from app.local.launcher import run as run_here
    from app.local.watch import PartEndedError
    from app.storage.migrate import MigrationError

    try:
        run_here(home.expanduser().resolve(), host, port, llm, reload, ehr is Ehr.MOCK)
    except (EmbeddedError, MigrationError, CannotRunError, PartEndedError) as error:
        fail(str(error))
    except (ModelFolderError, ClassifierError) as error:
        fail(str(error))


def fetch(home: Home = HOME) -> None:
    """Fetch the language model's weights (93 MB) and make them ready: later runs need no network."""
    from app.classifiers.store import ModelFolderError, find_version
    from app.local.console import StepConsole
    from app.local.embedded.errors import EmbeddedError
    from app.local.embedded.language_model import language_model

    settings = Settings()
    try:
        version = find_version(settings.model_store, settings.default_reference)
        with StepConsole().step("Fetching the language model's weights") as step:
            chosen = language_model(home.expanduser().resolve(), version, step.report)
            weights = chosen.merged(home.expanduser().resolve(), step.report)
            step.done(f"language model's weights: {weights.name}")
    except (EmbeddedError, ModelFolderError) as error:
        fail(str(error))


def serve(reload: Reload = False) -> None:
    """Serve the gateway alone; settings come from the environment."""
    sys.meta_path.insert(0, NotInAGateway())
    from app.classifiers.base import ClassifierError
    from app.classifiers.store import ModelFolderError
    from app.identity.errors import IdentityError

    settings = Settings()
    refuse_strangers(settings)
    compile_apart()
    if reload:
        import uvicorn

        # By name: each process that follows loads it anew.
        uvicorn.run(
            "app.cli.serving:gateway",
            host=settings.host,
            port=settings.port,
            factory=True,
            reload=True,
            reload_dirs=[str(ROOT / "app")],
            access_log=False,
            log_level="warning",
        )
        return
    try:
        if settings.gateway_processes > 1:
            raise typer.Exit(serve_by_processes(settings))
        serve_here(settings)
    except (IdentityError, ModelFolderError, ClassifierError) as error:
        fail(str(error))


def compile_search() -> None:
    """Compile the search's inner loops for this machine, as its first start does, unless that is done."""
    from app.compiled import is_cold

    if not is_cold():
        return
    from app.bootstrap import registry_of
    from app.classifiers.base import ClassifierError
    from app.classifiers.store import ModelFolderError
    from app.engine.examples import warm_up

    settings = Settings()
    try:
        warm_up(registry_of(settings).named(None))
    except (ModelFolderError, ClassifierError) as error:
        fail(str(error))


def migrate(service_role: ServiceRole = None) -> None:
    """Bring the tables of DATABASE_URL up to date."""
    from app.storage.migrate import MigrationError
    from app.storage.migrate import migrate as bring_up_to_date

    settings = Settings()
    refuse_strangers(settings)
    try:
        bring_up_to_date(settings, service_role)
    except MigrationError as error:
        fail(str(error))


def compile_apart() -> None:
    """On a machine's first start, compile in a process of its own: it takes 200 MB that are never given back.

    What goes wrong there goes wrong here as well, and is said here.
    """
    from app.compiled import is_cold

    if is_cold():
        # -P: the working folder may have an `app` of its own.
        subprocess.run([sys.executable, "-P", "-m", "app.cli", "compile"], capture_output=True, check=False)


class NotInAGateway(MetaPathFinder):
    """Hides what only training needs, where it is installed.

    XGBoost and PyArrow import pandas and scikit-learn wherever they find them: 130 MB and a second at the
    start that a gateway has no use for.
    """

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        if fullname in {"pandas", "sklearn"}:
            raise ModuleNotFoundError(f"{fullname} is not used here", name=fullname)
