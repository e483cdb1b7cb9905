"""What the person at the terminal sees."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

TOLD_EVERY_S = 30.0


class Step:
    """A step under way: what is being done, and how far it is."""

    def __init__(self, title: str, console: Console, progress: Progress | None, task: TaskID | None) -> None:
        self.outcome = title
        self._console = console
        self._progress = progress
        self._task = task
        self._told_s = 0.0

    def report(self, message: str, fraction: float | None) -> None:
        """Show what is being done, and how far it is (0 to 1) where that is known."""
        if self._progress is not None and self._task is not None:
            total = None if fraction is None else 1.0
            self._progress.update(self._task, description=message, total=total, completed=fraction or 0.0)

    def waited(self, what: str, seconds: float) -> None:
        """Show that something takes its time; where nobody sees it move, every half minute."""
        told = f"{what} ({seconds:.0f} s)"
        if self._progress is not None:
            self.report(told, None)
        elif seconds - self._told_s >= TOLD_EVERY_S:
            self._told_s = seconds
            self._console.print(f"  … {told}")

    def done(self, outcome: str) -> None:
        """What to leave on the screen."""
        self.outcome = outcome


class StepConsole:
    """Moving progress on a terminal; one line a step anywhere else (nohup, CI)."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, soft_wrap=True)

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """One step of the start, named on the screen once it is done."""
        if self.console.is_terminal:
            columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24))
            with Progress(*columns, TimeElapsedColumn(), console=self.console, transient=True) as progress:
                step = Step(title, self.console, progress, progress.add_task(title, total=None))
                yield step
        else:
            step = Step(title, self.console, None, None)
            self.console.print(f"  … {title}")
            yield step
        self.console.print(f"  [green]✓[/green] {step.outcome}")

    def say(self, text: str = "") -> None:
        self.console.print(text)
