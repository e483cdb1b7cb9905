"""What stands for a template: a thread for each search process, since who runs tests is not forked."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import cast

from app.search_processes.page import Page
from app.search_processes.pool import SearchProcesses
from app.search_processes.shared import Shared
from app.search_processes.template import Niceness, Template
from app.search_processes.worker import serve

Serve = Callable[[Shared, Connection, Page], None]


class Threads:
    """Starts a thread for each order; `serves` says what each does, the last what all further ones do."""

    def __init__(self, shared: Shared, *serves: Serve) -> None:
        self.shared = shared
        self.orders = 0
        self.niceness: list[Niceness] = []
        self.is_away = False
        self._serves = serves or (serve,)
        self.threads: list[threading.Thread] = []

    def start(self, connection: socket.socket, memory: int, niceness: Niceness) -> None:
        if self.is_away:
            raise BrokenPipeError
        one = self._serves[min(self.orders, len(self._serves) - 1)]
        self.orders += 1
        self.niceness.append(niceness)
        here, page = Connection(os.dup(connection.fileno())), Page(memory)
        self.threads.append(threading.Thread(target=self._run, args=(one, here, page)))
        self.threads[-1].start()

    def close(self) -> None:
        self.is_away = True

    def _run(self, one: Serve, connection: Connection, page: Page) -> None:
        with connection:
            one(self.shared, connection, page)


@contextmanager
def pool_of(threads: Threads) -> Iterator[SearchProcesses]:
    """Processes that are threads; all have ended after it."""
    pool = SearchProcesses(cast(Template, threads))
    try:
        yield pool
    finally:
        pool.close()
        for thread in threads.threads:
            thread.join()
