"""How commands say what they do, and how far they are."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer


@contextmanager
def progress() -> Iterator[Callable[[str, float], None]]:
    """A bar on a terminal; elsewhere a line for every twentieth done.

    Nothing done stands also for a share that nobody knows: then each of the words is a line, without a share.
    """
    from rich.progress import Progress  # a tenth of a second that `--help` does without

    said, last = -1, ""

    def line(words: str, fraction: float) -> None:
        nonlocal said, last
        twentieth = int(20 * fraction)
        if twentieth != said or (not fraction and words != last):
            said, last = twentieth, words
            typer.echo(f"{100 * fraction:3.0f} % {words}" if fraction else words)

    with Progress() as bar:
        if not bar.console.is_terminal:
            yield line
            return
        shown = bar.add_task("", total=1.0)
        yield lambda words, fraction: bar.update(shown, description=words, completed=fraction)


def say_once(before: str = "") -> Callable[[str, float | None], None]:
    """Says what is being done when it begins, and not at every twentieth."""
    said: set[str] = set()

    def report(message: str, _: float | None) -> None:
        if message not in said:
            said.add(message)
            typer.echo(f"{before}{message}")

    return report


def say(message: str, fraction: float | None = None) -> None:
    """A line on standard output, with how much is done where that is known."""
    typer.echo(message if fraction is None else f"{message} {100 * fraction:.0f} %")
