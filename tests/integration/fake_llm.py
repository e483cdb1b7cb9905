"""A fake: it stands for somebody else's OpenAI-compatible server, which may behave in any way."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the fake sends; with `hang` it stops in the middle and keeps the connection open."""

    status: int = 200
    body: bytes = b""
    hang: bool = False


Behaviour = Callable[[Json], Reply]
"""From a request's body to the reply."""


def says(*contents: object) -> Behaviour:
    """Answers with these texts, one choice each."""
    choices = [{"message": {"role": "assistant", "content": content}} for content in contents]
    return lambda _: Reply(body=json.dumps({"choices": choices}).encode())


@dataclass
class FakeLlm:
    """The running fake: set `behaviour`, read `asked`, the requests for samples (not those that warm up)."""

    url: str = ""
    behaviour: Behaviour = field(default_factory=lambda: says())
    asked: list[Json] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def fake_llm() -> Iterator[FakeLlm]:
    """A fake on a free loopback port."""
    fake = FakeLlm()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(fake))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield fake
    finally:
        fake.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(fake: FakeLlm) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(Reply(body=b'{"object": "list", "data": [{"id": "fake-model"}]}'))

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if request["n"] > 1:
                fake.asked.append(request)
            self._send(fake.behaviour(request))

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(reply.body) + reply.hang))
            self.end_headers()
            self.wfile.write(reply.body)
            self.wfile.flush()
            if reply.hang:
                fake.over.wait()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler
