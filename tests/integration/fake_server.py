"""What the fakes of somebody else's HTTP servers have in common."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Reply:
    """What a fake sends.

    With `hang` it stops in the middle and keeps the connection open until the caller leaves; with `drop` it
    closes the connection without a word.
    """

    status: int = 200
    body: bytes = b""
    hang: bool = False
    drop: bool = False


class Handler(BaseHTTPRequestHandler):
    """Sends replies. `over` is set when the fake ends, `left` when a caller leaves before the reply is."""

    over: threading.Event
    left: threading.Event

    def get(self) -> Reply:
        """The reply to a GET of `path`."""
        raise NotImplementedError

    def post(self, content: bytes) -> Reply:
        """The reply to a POST of this content."""
        raise NotImplementedError

    def do_GET(self) -> None:
        self._send(self.get())

    def do_POST(self) -> None:
        self._send(self.post(self.rfile.read(int(self.headers["Content-Length"]))))

    def _send(self, reply: Reply) -> None:
        if reply.drop:
            self.close_connection = True
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(reply.body) + reply.hang))
        self.end_headers()
        self.wfile.write(reply.body)
        self.wfile.flush()
        if reply.hang:
            self._wait_until_left()

    def _wait_until_left(self) -> None:
        self.connection.settimeout(0.02)
        while not self.over.is_set():
            with suppress(TimeoutError):
                if not self.connection.recv(1):
                    self.left.set()
                    return

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # a worker asks about a whole chunk at once


@contextmanager
def serving(handler: type[Handler]) -> Iterator[str]:
    """A server on a free loopback port; yields its address."""
    handler.over, handler.left = threading.Event(), threading.Event()
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        handler.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
