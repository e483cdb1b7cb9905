"""Commands that make what is hosted: a model, and a language model's adapter for it."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.shared import Home, fail
from app.paths import HOME
from app.settings import Settings
from research.commands.model_place import Store, store_with
from turnpoint.commands.console import progress, say


def train(
    model: Annotated[str, typer.Argument(help="A folder of the model store, such as dysglycaemia.")],
    cache: Annotated[Path, typer.Option(help="Where downloaded data is kept.")] = HOME / "data",
) -> None:
    """Train a model from its pinned data and write its version into the model store."""
    from research.training.train import TrainingError
    from research.training.train import train as train_model

    try:
        written = train_model(model, Settings().model_store, cache.expanduser(), say)
    except TrainingError as error:
        fail(str(error))
    typer.echo(f"Wrote {written}")


def pairs(
    name: Annotated[str, typer.Argument(help="The model, a folder of the model store.")],
    own: Annotated[
        bool, typer.Option("--own", help="From what the tuned model itself proposes, once it has an adapter.")
    ] = False,
    start: Annotated[
        Path | None, typer.Option(help="Of --own, the folder of the adapter; the model's own unless told.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The file to write; in the home folder unless told.")
    ] = None,
    store: Store = None,
    home: Home = HOME,
) -> None:
    """Make what a language model learns from: questions about training people, and verified answers."""
    from app.local.embedded.errors import EmbeddedError
    from app.proposers.llm.failures import LlmError
    from research.finetuning.errors import FinetuningError
    from research.finetuning.preparation import make_examples, make_self_training_examples
    from research.llm_session import endpoint_of

    home = home.expanduser().resolve()
    place, path = store_with(name, store, home), out or _lessons(home, name, own)
    try:
        with progress() as report:
            if own:
                count = make_self_training_examples(
                    name, place, path, home, endpoint_of(Settings()), report, say, start
                )
            else:
                count = make_examples(name, place, path, report, say)
    except (FinetuningError, EmbeddedError, LlmError) as error:
        fail(str(error))
    typer.echo(f"Wrote {count} questions with their answers to {path}")


def finetune(
    name: Annotated[str, typer.Argument(help="The model, a folder of the model store.")],
    base: Annotated[
        str | None, typer.Option(help="A folder or hub name of a LLaMA-family model, or a GGUF file.")
    ] = None,
    onward: Annotated[
        bool, typer.Option("--onward", help="Tune an adapter further, on what `pairs --own` wrote.")
    ] = False,
    start: Annotated[
        Path | None,
        typer.Option(help="Folder of an adapter to begin at; with --onward the model's own unless told."),
    ] = None,
    lessons: Annotated[Path | None, typer.Option(help="What `turnpoint pairs` wrote.")] = None,
    to: Annotated[
        Path | None, typer.Option(help="Folder for the adapter; the model's version unless told.")
    ] = None,
    store: Store = None,
    home: Home = HOME,
) -> None:
    """Tune a language model's adapter by the recipe beside the model; goes on where it was stopped."""
    from app.local.embedded.errors import EmbeddedError
    from app.local.embedded.weights import ensure_weights
    from research.finetuning.errors import FinetuningError
    from research.finetuning.run import finetune as tune
    from research.own_model.report import host_command

    home = home.expanduser().resolve()
    place = store_with(name, store, home)
    try:
        chosen = base or str(ensure_weights(home, say))
        path = lessons or _lessons(home, name, onward)
        with progress() as report:
            kept = home / "finetuning"
            written = tune(name, place, chosen, path, kept, onward, start, to, report, say)
    except (EmbeddedError, FinetuningError) as error:
        fail(str(error))
    typer.echo(f"Wrote {written}")
    if base is None and to is None:
        typer.echo(f"Host it: {host_command(written.parent)}")


def _lessons(home: Path, name: str, own: bool) -> Path:
    return home / "finetuning" / (f"{name}.own.jsonl" if own else f"{name}.jsonl")
