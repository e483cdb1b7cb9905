"""What the worker's tests run in another process: obliging, failing, hanging and dying functions."""

import os
import time
from collections.abc import Callable


def make() -> Callable[[str], int]:
    """A function that answers with its process id, or does what it is told."""
    return _obey


def make_nothing() -> Callable[[str], int]:
    raise LookupError("no model")


def _obey(word: str) -> int:
    if word == "hang":
        time.sleep(600)
    if word == "die":
        os._exit(3)
    if word == "fail":
        raise ValueError("cannot")
    if word == "work":
        _work_for(0.05)
    return os.getpid()


def _work_for(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass
