"""The `turnpoint` command."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from app.settings import ROOT, Settings

if TYPE_CHECKING:
    from app.embedded.served import Served
    from app.evaluation.study.plan import Words

cli = typer.Typer(
    help="Verified counterfactual suggestions for clinicians.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

Host = Annotated[str, typer.Option(help="Not read from HOST, which some shells set to the machine's name.")]
Home = Annotated[Path, typer.Option(envvar="TURNPOINT_HOME", help="Where data and weights are kept.")]


class Llm(StrEnum):
    """Servers of language models that can be embedded."""

    LLAMA_CPP = "llama.cpp"
    VLLM = "vllm"


@cli.command()
def run(
    home: Home = ROOT / ".turnpoint",
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="PORT", min=1, max=65535)] = 8000,
    llm: Annotated[Llm, typer.Option(help="What serves the language model.")] = Llm.LLAMA_CPP,
) -> None:
    """Run everything on this machine: PostgreSQL, Valkey, language model, gateway, demonstration patients."""
    from app.classifiers.base import ClassifierError
    from app.classifiers.store import ModelFolderError
    from app.embedded.errors import EmbeddedError
    from app.running.local import run as run_here
    from app.running.migrate import MigrationError
    from app.running.parts import CannotRunError

    try:
        run_here(home.expanduser().resolve(), host, port, llm)
    except (EmbeddedError, MigrationError, CannotRunError, ModelFolderError, ClassifierError) as error:
        _fail(str(error))


@cli.command()
def fetch(home: Home = ROOT / ".turnpoint") -> None:
    """Fetch the language model's weights (93 MB) and make them ready: later runs need no network."""
    from app.classifiers.store import ModelFolderError, newest_version
    from app.embedded.errors import EmbeddedError
    from app.embedded.language_model import language_model
    from app.running.screen import Screen

    settings = Settings()
    try:
        version = newest_version(settings.model_store / settings.default_model)
        with Screen().step("Fetching the language model's weights") as step:
            chosen = language_model(home.expanduser().resolve(), version, step.report)
            weights = chosen.merged(home.expanduser().resolve(), step.report)
            step.done(f"language model's weights: {weights.name}")
    except (EmbeddedError, ModelFolderError) as error:
        _fail(str(error))


@cli.command()
def serve() -> None:
    """Serve the gateway alone; settings come from the environment."""
    sys.meta_path.insert(0, _NotInAGateway())
    import uvicorn

    from app.classifiers.base import ClassifierError
    from app.classifiers.store import ModelFolderError
    from app.http import logs
    from app.main import create_app

    settings = Settings()
    logs.configure()
    _compile_apart()
    try:
        app = create_app(settings)
    except (ModelFolderError, ClassifierError) as error:
        _fail(str(error))
    # The access log is our own: uvicorn's would write paths, and with them patients' ids.
    uvicorn.run(app, host=settings.host, port=settings.port, access_log=False, log_level="warning")


@cli.command(name="compile")
def compile_search() -> None:
    """Compile the search's inner loops for this machine, as its first start does."""
    from app.classifiers.base import ClassifierError
    from app.classifiers.store import ModelFolderError
    from app.main import hosting_of
    from app.models.examples import warm_up

    settings = Settings()
    try:
        warm_up(hosting_of(settings).named(None))
    except (ModelFolderError, ClassifierError) as error:
        _fail(str(error))


@cli.command()
def migrate() -> None:
    """Bring the tables of DATABASE_URL up to date."""
    from app.running.migrate import MigrationError
    from app.running.migrate import migrate as bring_up_to_date

    try:
        bring_up_to_date(Settings())
    except MigrationError as error:
        _fail(str(error))


@cli.command()
def train(
    model: Annotated[str, typer.Argument(help="A folder of the model store, such as dysglycaemia.")],
    cache: Annotated[Path, typer.Option(help="Where downloaded data is kept.")] = ROOT
    / ".turnpoint"
    / "data",
) -> None:
    """Train a model from its pinned data and write its version into the model store."""
    from app.training.train import TrainingError
    from app.training.train import train as train_model

    try:
        written = train_model(model, Settings().model_store, cache, _report)
    except TrainingError as error:
        _fail(str(error))
    typer.echo(f"Wrote {written}")


@cli.command()
def pairs(
    name: Annotated[str, typer.Argument(help="The model, a folder of the model store.")],
    own: Annotated[
        bool, typer.Option("--own", help="From what the tuned model itself proposes, once it has an adapter.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="The file to write; in the home folder unless told.")
    ] = None,
    home: Home = ROOT / ".turnpoint",
) -> None:
    """Make what a language model learns from: questions about training people, and verified answers."""
    from app.embedded.errors import EmbeddedError
    from app.finetuning.errors import FinetuningError
    from app.finetuning.preparing import make_lessons, make_own_lessons
    from app.proposers.llm.client import LlmError

    settings, home = Settings(), home.expanduser().resolve()
    path = out or _lessons(home, name, own)
    try:
        with _progress() as report:
            if own:
                count = make_own_lessons(name, settings.model_store, path, home, _served(settings), report)
            else:
                count = make_lessons(name, settings.model_store, path, report)
    except (FinetuningError, EmbeddedError, LlmError) as error:
        _fail(str(error))
    typer.echo(f"Wrote {count} questions with their answers to {path}")


@cli.command()
def finetune(
    name: Annotated[str, typer.Argument(help="The model, a folder of the model store.")],
    base: Annotated[
        str | None, typer.Option(help="A folder or hub name of a LLaMA-family model, or a GGUF file.")
    ] = None,
    onward: Annotated[
        bool, typer.Option("--onward", help="Tune the present adapter further, on what `pairs --own` wrote.")
    ] = False,
    lessons: Annotated[Path | None, typer.Option(help="What `turnpoint pairs` wrote.")] = None,
    to: Annotated[
        Path | None, typer.Option(help="Folder for the adapter; the model's version unless told.")
    ] = None,
    home: Home = ROOT / ".turnpoint",
) -> None:
    """Tune a language model's adapter by the recipe beside the model; goes on where it was stopped."""
    from app.embedded.errors import EmbeddedError
    from app.embedded.weights import ensure_weights
    from app.finetuning.errors import FinetuningError

    try:
        from app.finetuning.run import finetune as tune
    except ImportError as error:
        _fail(f"{error.name} is not installed: fine-tuning needs pip install 'turnpoint[train]'.")
    home = home.expanduser().resolve()
    try:
        chosen = base or str(ensure_weights(home, _report))
        path = lessons or _lessons(home, name, onward)
        with _progress() as report:
            store, kept = Settings().model_store, home / "finetuning"
            written = tune(name, store, chosen, path, kept, onward, to, report)
    except (EmbeddedError, FinetuningError) as error:
        _fail(str(error))
    typer.echo(f"Wrote {written}")


@cli.command()
def evaluate(
    names: Annotated[
        list[str] | None, typer.Argument(help="Models, folders of the model store; all of them unless told.")
    ] = None,
    parts: Annotated[
        list[str] | None, typer.Option("--part", help="methods or augmentation; both unless told.")
    ] = None,
    methods: Annotated[list[str] | None, typer.Option(help="A method's key; may be repeated.")] = None,
    augmenters: Annotated[
        list[str] | None, typer.Option(help="A way to make rows, by its key; may be repeated.")
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--setting", help="actionable or free; both unless told.")
    ] = None,
    people: Annotated[int | None, typer.Option(min=1, help="At most so many held-out people.")] = None,
    draws: Annotated[
        int | None, typer.Option(min=2, help="So many draws of people for augmentation.")
    ] = None,
    quick: Annotated[bool, typer.Option(help="A few people, without the slowest methods.")] = False,
    fresh: Annotated[bool, typer.Option(help="Ask anew instead of going on.")] = False,
    proposers: Annotated[
        list[str] | None,
        typer.Option(
            help="Instead, raw proposals of language models: zero_shot, few_shot, fine_tuned or "
            "name=folder of an adapter; may be repeated."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for figures; in the home folder unless told.")
    ] = None,
    home: Home = ROOT / ".turnpoint",
) -> None:
    """Measure Turnpoint beside other methods on held-out people, or what language models propose."""
    from app.classifiers.store import ModelFolderError
    from app.embedded.errors import EmbeddedError
    from app.evaluation.proposals.subjects import SubjectError
    from app.evaluation.study.plan import StudyError, Words
    from app.proposers.llm.client import LlmError

    home = home.expanduser().resolve()
    out = out or home / "evaluation"
    try:
        if proposers:
            _evaluate_proposals(names or [Settings().default_model], proposers, people, home, out)
        else:
            every = sorted(path.parent.name for path in Settings().model_store.glob("*/task.toml"))
            said = (parts or (), settings or (), methods or (), augmenters or ())
            _study(Words(names or every, *said, people, draws, quick, fresh), home, out)
    except (ModelFolderError, SubjectError, StudyError, EmbeddedError, LlmError) as error:
        _fail(str(error))


def _evaluate_proposals(
    names: list[str], proposers: list[str], people: int | None, home: Path, out: Path
) -> None:
    from app.classifiers.store import load_model
    from app.evaluation.proposals.run import evaluate as measure
    from app.evaluation.proposals.run import tables, write_results
    from app.evaluation.proposals.subjects import subject_of

    settings = Settings()
    for name in names:
        model = load_model(settings.model_store / name)
        subjects = [subject_of(proposer, model) for proposer in proposers]
        with _progress() as report:
            results = measure(model, subjects, people or 10_000, home, _served(settings), report)
        write_results(out / name, results)
        typer.echo(tables(results))


def _study(words: "Words", home: Path, out: Path) -> None:
    from app.evaluation.asking.language import Language
    from app.evaluation.study.plan import plan_of
    from app.evaluation.study.run import study

    plan = plan_of(words)
    with _progress() as report:
        text = study(plan, home / "evaluation", out, Language(home, _served(Settings())), report)
    typer.echo(text)


def _lessons(home: Path, name: str, own: bool) -> Path:
    return home / "finetuning" / (f"{name}.own.jsonl" if own else f"{name}.jsonl")


def _served(settings: Settings) -> "Served | None":
    """The language model that settings name, if they do."""
    from app.embedded.served import Served

    key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else None
    if settings.llm_url is None:
        return None
    return Served(settings.llm_url, settings.llm_model, key, at_once=settings.llm_concurrency)


@contextmanager
def _progress() -> Iterator[Callable[[str, float], None]]:
    """A bar on a terminal; elsewhere a line for every twentieth done."""
    from rich.progress import Progress

    said = -1

    def say(words: str, fraction: float) -> None:
        nonlocal said
        if int(20 * fraction) != said:
            said = int(20 * fraction)
            typer.echo(f"{100 * fraction:3.0f} % {words}")

    with Progress() as progress:
        if not progress.console.is_terminal:
            yield say
            return
        shown = progress.add_task("", total=1.0)
        yield lambda words, fraction: progress.update(shown, description=words, completed=fraction)


def _compile_apart() -> None:
    """On a machine's first start, compile in a process of its own: it takes 200 MB that are never given back.

    What goes wrong there goes wrong here as well, and is said here.
    """
    from app.compiled import is_cold

    if is_cold():
        subprocess.run([sys.executable, "-m", "app.cli", "compile"], capture_output=True, check=False)


class _NotInAGateway(MetaPathFinder):
    """Hides what only training needs, where it is installed.

    XGBoost and PyArrow import pandas and scikit-learn wherever they find them: 130 MB and a second at the
    start that a gateway has no use for.
    """

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        if fullname in {"pandas", "sklearn"}:
            raise ModuleNotFoundError(f"{fullname} is not used here", name=fullname)


def _report(message: str, fraction: float | None) -> None:
    typer.echo(message if fraction is None else f"{message} {100 * fraction:.0f} %")


def _fail(message: str) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(1)


def main() -> None:
    """The entry point; wrong settings are said in a sentence each."""
    try:
        cli()
    except ValidationError as error:
        for fault in error.errors():
            where = ".".join(str(part) for part in fault["loc"]).upper()
            typer.echo(
                f"Setting {where or 'combination'}: {fault['msg'].removeprefix('Value error, ')}", err=True
            )
        sys.exit(2)


if __name__ == "__main__":
    main()
