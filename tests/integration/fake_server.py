"""What the fakes of somebody else's HTTP servers have in common."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Reply:
    """What a fake sends; with `hang` it stops in the middle and keeps the connection open."""

    status: int = 200
    body: bytes = b""
    hang: bool = False


class Handler(BaseHTTPRequestHandler):
    """Sends replies; `over` is set when the fake ends, so that those who hang can go."""

    over: threading.Event

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
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(reply.body) + reply.hang))
        self.end_headers()
        self.wfile.write(reply.body)
        self.wfile.flush()
        if reply.hang:
            self.over.wait()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving(handler: type[Handler]) -> Iterator[str]:
    """A server on a free loopback port; yields its address."""
    handler.over = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        handler.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
