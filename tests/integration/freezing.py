"""SIGSTOP and SIGCONT: a part that is there, and says nothing."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

from tests.integration.processes import wait_until


def freeze(process: psutil.Process) -> list[psutil.Process]:
    """Stop a process and all below it; those that were stopped, to be woken."""
    family = [process, *process.children(recursive=True)]
    for one in family:
        with suppress(ProcessLookupError):
            os.kill(one.pid, signal.SIGSTOP)
    wait_until(lambda: all(_is_stopped(one) for one in family))
    return family


def wake(family: list[psutil.Process]) -> None:
    for one in family:
        with suppress(ProcessLookupError):
            os.kill(one.pid, signal.SIGCONT)


@contextmanager
def frozen(process: psutil.Process) -> Iterator[None]:
    family = freeze(process)
    try:
        yield
    finally:
        wake(family)


def _is_stopped(process: psutil.Process) -> bool:
    try:
        return process.status() in (psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
