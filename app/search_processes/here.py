"""Where the work of an answer is done."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from app.engine.budget import Stop

T = TypeVar("T")


class Place(Protocol):
    """Does work that a thread waits for."""

    def run(self, stop: Stop, work: Callable[[], T]) -> T:
        """What the work returns; what it was called with may stay as it was."""


class Here:
    """In the thread that asks."""

    def run(self, stop: Stop, work: Callable[[], T]) -> T:
        return work()
