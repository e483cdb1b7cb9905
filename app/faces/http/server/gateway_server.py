"""uvicorn with connections that are bounded, and an end in order and in time."""

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any, cast

import uvicorn
from fastapi import FastAPI

from app.faces.http.closing import Closing
from app.faces.http.server.connections import BoundedConnection, ConnectionLimits
from app.settings import Settings

_LAST_S = 0.2
"""Share of the time for the end that is kept for closing what is left: pools, threads."""


def config_of(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """How uvicorn serves the gateway. The access log is our own: uvicorn's would write patients' ids."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=cast(Any, partial(BoundedConnection, ConnectionLimits.of(settings))),
        ws="none",
        log_config=None,
        access_log=False,
        log_level="warning",
        backlog=max(settings.max_connections, 128),
    )
    config.timeout_keep_alive = cast(int, settings.keep_alive_s)
    return config


class GatewayServer(uvicorn.Server):
    """Ends in steps: not ready; no new connections, streams end; requests in hand are answered; gone.

    With `may_exit` the process ends at a second signal, and when its time is over, whatever still goes on.
    """

    def __init__(self, app: FastAPI, settings: Settings, may_exit: bool) -> None:
        super().__init__(config_of(app, settings))
        self._is_one_of_several = settings.gateway_processes > 1 and may_exit
        self._closing: Closing = app.state.closing
        self._notice_s = min(settings.shutdown_notice_s, settings.shutdown_s / 2)
        self._shutdown_s = settings.shutdown_s
        self._may_exit = may_exit
        self._most_waiting = max(settings.max_connections, 128)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._is_one_of_several and sig == signal.SIGINT:
            return  # Ctrl-C reaches all: the parent says what comes of it
        if self.should_exit and self._may_exit:
            os._exit(128 + sig)
        super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listening in sockets or []:
            # asyncio takes in as many callers at a time as may wait: one process would have them all.
            listening.listen(self._most_waiting)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        with self._in_time():
            self._closing.announce()
            await asyncio.sleep(self._notice_s)
            self._closing.end_streams()
            patience = (1 - _LAST_S) * self._shutdown_s - self._notice_s
            self.config.timeout_graceful_shutdown = cast(int, patience)
            await super().shutdown(sockets)

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        """Threads that search, and drivers that are polite, may hold up the end of a process for long."""
        if self._may_exit:
            code = 128 + self._captured_signals[-1] if self._captured_signals else 1
            overdue = threading.Timer(self._shutdown_s, os._exit, [code])
            overdue.daemon = True
            overdue.start()
        yield


def listening_at(host: str, port: int) -> socket.socket:
    """A socket that processes share.

    Raises:
        OSError: the address is not to be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named, or asyncio would leave Nagle's algorithm on, at 40 ms a request.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    listening.listen()
    return listening
