"""The command that makes a model of somebody's own table."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer

from app.cli.shared import fail
from app.settings import Settings
from turnpoint.commands.console import say_once


def add_model(
    name: Annotated[str, typer.Argument(help="What the model is called: small letters, digits, hyphens.")],
    data: Annotated[Path, typer.Option(help="The table, a CSV or Parquet file with a row for each person.")],
    outcome: Annotated[str, typer.Option(help="The column of the outcome, yes or no; or COLUMN=value.")],
    schema: Annotated[
        Path | None, typer.Option(help="The task.toml to make it with; the model folder's own unless told.")
    ] = None,
    classifier: Annotated[
        Path | None, typer.Option(help="A trained classifier to host; one is trained unless told.")
    ] = None,
    id_column: Annotated[
        str | None, typer.Option("--id", help="The column that says whose row it is.")
    ] = None,
    site_column: Annotated[
        str | None, typer.Option("--site", help="The column that says where people were seen.")
    ] = None,
    weight_column: Annotated[
        str | None, typer.Option("--weight", help="The column of survey weights, for weighted figures.")
    ] = None,
    store: Annotated[
        Path | None, typer.Option(help="The model store; that of MODEL_STORE unless told.")
    ] = None,
    trusts_pickle: Annotated[
        bool, typer.Option("--trust-pickle", help="Load a classifier's pickle, which runs the code in it.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the version of that number, once the new one is done.")
    ] = False,
) -> None:
    """Make a model of your own table: first a draft of its task.toml, then, with it, a version to host."""
    from research.own_model.adding import Order
    from research.own_model.adding import add_model as add
    from research.own_model.report import report_of
    from research.training.errors import TrainingError

    order = Order(
        name=name,
        data=data,
        outcome=outcome,
        store=(store or Settings().model_store).expanduser().resolve(),
        schema=schema,
        classifier=classifier,
        id_column=id_column,
        site_column=site_column,
        weight_column=weight_column,
        trusts_pickle=trusts_pickle,
        replace=replace,
    )
    try:
        with cleared_on_sigterm():
            done = add(order, say_once())
        typer.echo(report_of(done, order))
    except TrainingError as error:
        fail(f"{str(error).removesuffix('.')}.")
    except KeyboardInterrupt:
        typer.echo("Stopped. No version was written; what was there before is as it was.", err=True)
        raise typer.Exit(130) from None


@contextmanager
def cleared_on_sigterm() -> Iterator[None]:
    """Let SIGTERM unwind the run as Ctrl-C does: what holds people's values is then taken away."""

    def end(number: int, _: FrameType | None) -> NoReturn:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
