"""What commands share: where data is kept, which language model is asked, how failures are said."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer

Home = Annotated[Path, typer.Option(envvar="TURNPOINT_HOME", help="Where data and weights are kept.")]


@contextmanager
def progress() -> Iterator[Callable[[str, float], None]]:
    """A bar on a terminal; elsewhere a line for every twentieth done."""
    from rich.progress import Progress

    said = -1

    def line(words: str, fraction: float) -> None:
        nonlocal said
        if int(20 * fraction) != said:
            said = int(20 * fraction)
            typer.echo(f"{100 * fraction:3.0f} % {words}")

    with Progress() as bar:
        if not bar.console.is_terminal:
            yield line
            return
        shown = bar.add_task("", total=1.0)
        yield lambda words, fraction: bar.update(shown, description=words, completed=fraction)


def say(message: str, fraction: float | None = None) -> None:
    """A line on standard output, with how much is done where that is known."""
    typer.echo(message if fraction is None else f"{message} {100 * fraction:.0f} %")


def fail(message: str) -> NoReturn:
    """Say what is wrong in a sentence and end with exit code 1."""
    typer.echo(message, err=True)
    raise typer.Exit(1)
