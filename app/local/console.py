"""What the person at the terminal sees."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


class Step:
    """A step under way: what is being done, and how far it is."""

    def __init__(self, title: str, progress: Progress | None, task: TaskID | None) -> None:
        self.outcome = title
        self._progress = progress
        self._task = task

    def report(self, message: str, fraction: float | None) -> None:
        """Show what is being done, and how far it is (0 to 1) where that is known."""
        if self._progress is not None and self._task is not None:
            total = None if fraction is None else 1.0
            self._progress.update(self._task, description=message, total=total, completed=fraction or 0.0)

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
                step = Step(title, progress, progress.add_task(title, total=None))
                yield step
        else:
            step = Step(title, None, None)
            self.console.print(f"  … {title}")
            yield step
        self.console.print(f"  [green]✓[/green] {step.outcome}")

    def say(self, text: str = "") -> None:
        self.console.print(text)
