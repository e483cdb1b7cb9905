"""Stopping the gateway before any one of the statements that a request makes."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sqlalchemy import Engine, event

from tests.integration.serving import SECONDS


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the gateway stands still: whether it came so far, and whether it may go on."""

    reached: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def stopped_before(step: int) -> Iterator[Stop]:
    """A gateway of this process stands still before its statement of this number, from 0.

    Statements of the thread that calls this are its own: they go on, and are not counted.
    """
    own, stop, numbers = threading.get_ident(), Stop(), count()

    def hold(*_: Any) -> None:
        if threading.get_ident() != own and next(numbers) == step:
            stop.reached.set()
            stop.over.wait(SECONDS)

    event.listen(Engine, "before_cursor_execute", hold)
    try:
        yield stop
    finally:
        stop.over.set()
        event.remove(Engine, "before_cursor_execute", hold)
