"""One search process, as seen from where questions come from."""

import os
import signal
import socket
import struct
import time
from contextlib import suppress
from multiprocessing.connection import Connection

from app.engine.budget import AbandonedError, Stop
from app.metrics import SEARCH_PROCESSES
from app.search_processes.messages import Question, greeted
from app.search_processes.page import Page, shared_memory
from app.search_processes.template import Niceness, Template
from app.tracing import is_traced

_START_S = 5.0
"""A process that says nothing for so long after it was ordered is not there."""
_LOOK_S, _LOOKS = 0.5, 6
"""How often it is looked for signs of life, and after how many looks in vain it is taken to be frozen. They
are counted, and not seconds: all may have been frozen, who looks as well."""
_GRACE_S = 5.0
"""How long after a question's deadline a process is waited for that goes on without looking at it."""


class EndedError(Exception):
    """The process has ended."""


class FrozenError(Exception):
    """The process does not go on, and was ended."""


class SearchProcess:
    """Asked by one thread at a time. After an error it is not there any more."""

    def __init__(self, template: Template, niceness: Niceness) -> None:
        """Have it started, and wait until it is there.

        Raises:
            OSError: it is not there in time.
        """
        here, there = socket.socketpair()
        _bound(here, _LOOK_S * _LOOKS)
        self._connection = Connection(here.detach())
        try:
            self._page = _started(template, there, niceness)
        except OSError:
            self._connection.close()
            raise
        self.niceness = niceness
        self._number, self._pid = 0, self._greeted()
        if not self._pid:
            self._connection.close()
            raise ChildProcessError("a search process did not start")
        SEARCH_PROCESSES.inc()

    def asked(self, stop: Stop, work: bytes) -> bytes:
        """Its reply.

        Raises:
            EndedError: it ended before it replied.
            FrozenError: it did not go on, and was ended.
            AbandonedError: it went on long after the deadline of `stop`, and was ended.
        """
        self._number = number = self._number + 1
        try:
            self._connection.send_bytes(Question(number, stop.deadline, is_traced(), work).written())
            stop.tell(lambda: self._page.leave(number))
            self._wait(stop.deadline + _GRACE_S)
            return self._connection.recv_bytes()
        except BlockingIOError:  # in the middle of a message
            self._kill()
            raise FrozenError from None
        except (EOFError, OSError):
            self.close()
            raise EndedError from None

    def close(self) -> None:
        """Have it end, at once or once it has replied."""
        self._connection.close()
        SEARCH_PROCESSES.dec()

    def _wait(self, until: float) -> None:
        """Wait for its reply as long as it goes on."""
        ticks, in_vain = self._page.ticks, 0
        while not self._connection.poll(_LOOK_S):
            in_vain = in_vain + 1 if ticks == self._page.ticks else 0
            ticks, is_late = self._page.ticks, time.monotonic() > until
            if is_late or in_vain >= _LOOKS:
                self._kill()
                raise AbandonedError if is_late else FrozenError

    def _kill(self) -> None:
        with suppress(OSError):
            os.kill(self._pid, signal.SIGKILL)  # while it is there: once closed, its number may be another's
        self.close()

    def _greeted(self) -> int:
        """The id that it tells; 0 where it does not come."""
        with suppress(EOFError, OSError):
            if self._connection.poll(_START_S):
                return greeted(self._connection.recv_bytes())
        return 0


def _bound(connection: socket.socket, seconds: float) -> None:
    """Have no piece of a message, sent or awaited, take longer: `BlockingIOError` says that one did."""
    whole, part = divmod(seconds, 1.0)
    for way in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):
        connection.setsockopt(socket.SOL_SOCKET, way, struct.pack("@ll", int(whole), int(1e6 * part)))


def _started(template: Template, connection: socket.socket, niceness: Niceness) -> Page:
    """Order a process for this end of a connection, which it takes over; the page that is shared with it."""
    with connection:
        memory = shared_memory()
        try:
            template.start(connection, memory, niceness)
            return Page(memory)
        finally:
            os.close(memory)
