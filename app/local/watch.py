"""Watching the parts of a one-machine run: one that ended is said, and started again."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from rich.markup import escape

from app.local.console import StepConsole
from app.local.embedded.errors import EmbeddedError
from app.local.embedded.processes import Child

EVERY_S = 0.5
WITHIN_S = 300.0
"""A part that was started again too often within so long is given up."""
_LONGEST_REST_S = 10.0


class PartEndedError(Exception):
    """A part ended, and does not stay up; the message is one sentence for the person at the terminal."""


@dataclass(slots=True)
class Part:
    """A process that belongs to the run."""

    name: str
    child: Callable[[], Child | None]
    start: Callable[[], object]
    """Starts it again, under the same address."""
    restarts: list[float] = field(default_factory=list)
    """When it was."""
    refusal: str | None = None
    """Why it could not be started again, the last time that this was tried."""

    def trouble(self) -> str | None:
        """What is wrong, None while it runs."""
        if self.refusal is not None:
            return self.refusal
        child = self.child()
        return None if child is None or child.running else f"{_capital(self.name)} {child.ending()}"

    def log_end(self) -> str:
        child = self.child()
        return f"; its log {child.log} ends with: {child.last_line() or 'nothing'}" if child else ""


class Watch:
    """Looks after the parts until told to stop."""

    def __init__(self, console: StepConsole, most_restarts: int) -> None:
        """One that ends more than `most_restarts` times within five minutes ends the run."""
        self._console = console
        self._most = most_restarts
        self._parts: list[Part] = []

    def add(self, part: Part) -> None:
        self._parts.append(part)

    def check_all_run(self) -> None:
        """While starting, nothing is started again.

        Raises:
            PartEndedError: a part has ended.
        """
        for part in self._parts:
            if (trouble := part.trouble()) is not None:
                raise PartEndedError(f"{trouble} while Turnpoint was starting{part.log_end()}")

    def until(self, stop: threading.Event) -> None:
        """Start again whatever ends, each time after a longer rest.

        Raises:
            PartEndedError: a part ends again and again.
        """
        while not stop.wait(EVERY_S):
            for part in self._parts:
                if (trouble := part.trouble()) is not None:
                    self._revive(part, trouble, stop)

    def _revive(self, part: Part, trouble: str, stop: threading.Event) -> None:
        now = time.monotonic()
        part.restarts[:] = [when for when in part.restarts if now - when < WITHIN_S]
        if len(part.restarts) >= self._most:
            often = f"started again {len(part.restarts)} times within {WITHIN_S / 60:.0f} minutes"
            raise PartEndedError(f"{trouble}; it was {often}{part.log_end()}")
        self._console.say(f"  [red]✗[/red] {escape(trouble)}. Starting it again.")
        stop.wait(min(_LONGEST_REST_S, EVERY_S * (2 ** len(part.restarts) - 1)))
        part.restarts.append(now)
        try:
            part.start()
        except EmbeddedError as error:
            part.refusal = str(error)
        else:
            part.refusal = None
            self._console.say(f"  [green]✓[/green] {_capital(part.name)} was started again.")


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
