"""A mock EHR behind a real uvicorn on a loopback port: in a thread for tests, or as a process of its own."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette

from tests.ehr.app import app_of
from tests.ehr.state import MockEhr

LOOPBACK = "127.0.0.1"
_SECONDS = 60


@contextmanager
def mock_ehr(told_on: date | None = None, **options: Any) -> Iterator[MockEhr]:
    """A mock EHR on a free port, for the time of a test.

    Its records are told as of a day, today unless given; `options` are further fields of `MockEhr`.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind((LOOPBACK, 0))
        listening.listen()
        url = f"http://{LOOPBACK}:{listening.getsockname()[1]}"
        ehr = MockEhr(url, told_on or datetime.now(UTC).date(), **options)
        server = _server(app_of(ehr))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            httpx.get(
                f"{url}/", timeout=_SECONDS, trust_env=False
            )  # waits in the socket's queue until it is up
            yield ehr
        finally:
            server.should_exit = True
            thread.join(_SECONDS)
            assert not thread.is_alive(), "the mock EHR did not stop"


def serve(ehr: MockEhr, port: int) -> None:
    """Serve it at a port of loopback until told to stop."""
    _server(app_of(ehr), port).run()


def _server(app: Starlette, port: int = 0) -> uvicorn.Server:
    options = uvicorn.Config(
        app,
        host=LOOPBACK,
        port=port,
        log_config=None,  # which would set up the logging of whoever started it
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(options)
