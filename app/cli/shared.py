"""What commands share: where data is kept, and how failures are said."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer

Home = Annotated[Path, typer.Option(envvar="TURNPOINT_HOME", help="Where data and weights are kept.")]


def fail(message: str) -> NoReturn:
    """Say what is wrong in a sentence and end with exit code 1."""
    typer.echo(message, err=True)
    raise typer.Exit(1)
