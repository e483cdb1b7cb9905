"""What the fakes of somebody else's HTTP servers have in common."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_ENDLESS = 1 << 40


@dataclass(frozen=True, slots=True)
class Reply:
    """What a fake sends.

    With `hang` it stops in the middle and keeps the connection open until the caller leaves, with `drip` it
    sends a space now and then meanwhile; with `drop` it closes the connection without a word, with `raw` it
    does so after these bytes, which may be no HTTP at all.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    hang: bool = False
    drip: bool = False
    drop: bool = False
    raw: bytes | None = None


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
        try:
            self._say(reply)
            if reply.hang or reply.drip:
                self._wait_until_left(b" " if reply.drip else b"")
        except ConnectionError:  # it left, maybe before the reply's first byte
            self.left.set()

    def _say(self, reply: Reply) -> None:
        if reply.raw is not None:
            self.close_connection = True
            self.wfile.write(reply.raw)
            return
        self.send_response(reply.status)
        more = _ENDLESS if reply.hang or reply.drip else 0
        headers = {"Content-Type": "application/json", "Content-Length": str(len(reply.body) + more)}
        for name, value in (headers | dict(reply.headers)).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)
        self.wfile.flush()

    def _wait_until_left(self, drop: bytes) -> None:
        self.connection.settimeout(0.02)
        while not self.over.is_set():
            self.wfile.write(drop)
            with suppress(TimeoutError):
                if not self.connection.recv(1):
                    break
        self.left.set()

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
