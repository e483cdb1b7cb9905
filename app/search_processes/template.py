"""A process that is forked once all is loaded, and from then on only forks search processes.

It has one thread of ours and no connections, so that forking it is safe at any time, and what was loaded is
shared by all for as long as nobody writes to it (copy on write).
"""

import gc
import os
import signal
import socket
import struct
from array import array
from contextlib import suppress
from enum import IntEnum
from multiprocessing.connection import Connection
from typing import Self

from app.search_processes.page import Page
from app.search_processes.shared import Shared
from app.search_processes.worker import serve

_ORDER = struct.Struct("@i")


class Niceness(IntEnum):
    """By how much a process gives way to others: all do to whoever hands work out to them."""

    PROMPT = 10
    PATIENT = 15


class Template:
    """The other end of it: whoever has this may have search processes, and so may processes forked since.

    It ends when all of them have ended.
    """

    def __init__(self, shared: Shared, orders: socket.socket) -> None:
        self.shared = shared
        self._orders = orders

    @classmethod
    def fork(cls, shared: Shared) -> Self:
        """Fork it off this process, which must have no other threads yet (Linux).

        Raises:
            OSError: there is no room for it.
        """
        gc.collect()
        gc.freeze()  # or the collector would write to every object, and nothing be shared
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if os.fork() == 0:
            here.close()
            _carry_out(shared, there)
        there.close()
        return cls(shared, here)

    def start(self, connection: socket.socket, memory: int, niceness: Niceness) -> None:
        """Have a search process started at the other end of a connection, with memory to share.

        Raises:
            OSError: the template is gone, or takes no orders.
        """
        descriptors = array("i", [connection.fileno(), memory])
        handed = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptors)]
        # Not `send_fds`, which pays no heed to flags: where nobody takes orders, it would wait for ever.
        self._orders.sendmsg([_ORDER.pack(niceness)], handed, socket.MSG_DONTWAIT)

    def close(self) -> None:
        """Order no more."""
        self._orders.close()


def _carry_out(shared: Shared, orders: socket.socket) -> None:
    """In the template: fork a process for each order. Does not return."""
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)  # who serves is told to end as well, and still needs them
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who end
        while (order := _order(orders)) is not None:
            _fork_one(shared, orders, *order)
    finally:
        # What the parent has set up to happen at its end is not for its children.
        os._exit(0)


def _order(orders: socket.socket) -> tuple[int, int, int] | None:
    """What the next process is given, and its niceness; None where nobody is left to order one."""
    while True:
        message, descriptors, _, _ = socket.recv_fds(orders, _ORDER.size, 2)
        if not message:
            return None
        if len(descriptors) == 2:
            connection, memory = descriptors
            return connection, memory, *_ORDER.unpack(message)
        for one in descriptors:  # there was no room for both
            os.close(one)


def _fork_one(shared: Shared, orders: socket.socket, connection: int, memory: int, niceness: int) -> None:
    with suppress(OSError):  # no room: who ordered it sees that nobody is there
        if os.fork() == 0:
            try:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                orders.close()
                with suppress(OSError):
                    os.nice(niceness)
                serve(shared, Connection(connection), Page(memory))
            finally:
                os._exit(0)
    os.close(connection)
    os.close(memory)
