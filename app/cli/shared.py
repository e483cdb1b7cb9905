"""What commands share: where data is kept, how progress and failures are said."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from app.settings import Settings

if TYPE_CHECKING:
    from app.local.embedded.llm_session import LlmEndpoint

Home = Annotated[Path, typer.Option(envvar="TURNPOINT_HOME", help="Where data and weights are kept.")]


def llm_endpoint(settings: Settings) -> "LlmEndpoint | None":
    """The language model that settings name, if they do."""
    from app.local.embedded.llm_session import LlmEndpoint

    key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else None
    if settings.llm_url is None:
        return None
    return LlmEndpoint(settings.llm_url, settings.llm_model, key, at_once=settings.llm_concurrency)


@contextmanager
def progress() -> Iterator[Callable[[str, float], None]]:
    """A bar on a terminal; elsewhere a line for every twentieth done."""
    from rich.progress import Progress

    shown = -1

    def line(words: str, fraction: float) -> None:
        nonlocal shown
        if int(20 * fraction) != shown:
            shown = int(20 * fraction)
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
