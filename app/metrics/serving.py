"""Metrics of a process that serves nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import start_http_server


@contextmanager
def served_at(host: str, port: int | None) -> Iterator[None]:
    """Answer Prometheus on a port of this process, if one is named, for as long as the context lasts.

    Raises:
        OSError: the port is taken, or the address is not this machine's.
    """
    if port is None:
        yield
        return
    server, thread = start_http_server(port, host)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
