"""A connection to PostgreSQL that waits for no answer longer than it was told to."""

import asyncio
import select
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus

_CANCEL_S = 1.0
"""How long to ask a server politely to end a statement that nobody waits for any more."""


class BoundedConnection(psycopg.AsyncConnection[Any]):
    """Hangs up where the server owes an answer for too long: a frozen server becomes one that is away.

    Cancelling would not do: the driver then asks the server to end the statement, and waits for that.
    """

    longest_wait_s: float = 0.0
    """For one answer; none where it is 0."""
    unit_s: float = 0.0
    """For all answers since `begin_unit`."""
    on_silence: Callable[[], None] | None = None
    """Told when the server said nothing for `longest_wait_s`."""
    _waited_s: float = 0.0

    def begin_unit(self) -> None:
        self._waited_s = 0.0

    async def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:  # noqa: ASYNC109 - the driver's
        if not self.longest_wait_s:
            return await super().wait(gen, interval, timeout)
        began, loop = time.monotonic(), asyncio.get_running_loop()
        left = max(0.0, min(self.longest_wait_s, self.unit_s - self._waited_s))
        self._alarm = loop.call_later(left, self._hang_up, left == self.longest_wait_s)
        try:
            return await super().wait(gen, interval, timeout)
        finally:
            self._alarm.cancel()
            self._waited_s += time.monotonic() - began

    async def _try_cancel(self, *, timeout: float = _CANCEL_S) -> None:  # noqa: ASYNC109 - the driver's
        await super()._try_cancel(timeout=min(timeout, _CANCEL_S))

    def _hang_up(self, was_silent: bool) -> None:
        if self.pgconn.transaction_status != TransactionStatus.ACTIVE:
            return  # nothing was asked: it waits for notifications
        if can_read(self.pgconn.socket):  # it has answered, and this process was too busy to see
            loop = asyncio.get_running_loop()
            self._alarm = loop.call_later(self.longest_wait_s, self._hang_up, was_silent)
            return
        # The waiting task sees the end of the stream, and the driver an error like any other lost connection.
        with suppress(OSError), socket.socket(fileno=self.pgconn.socket) as shared:
            try:
                shared.shutdown(socket.SHUT_RDWR)
            finally:
                shared.detach()
        if self.on_silence is not None and was_silent:
            self.on_silence()


def can_read(descriptor: int) -> bool:
    """Whether a socket has something for us, be it that the other side has closed it."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
