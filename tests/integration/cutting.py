"""A connection that breaks: a relay in front of the real gateway that closes in the middle of an answer."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

_PIECE = 4096


class Relay:
    """Hands bytes to and fro; of the answer to a request that names `route`, only the first `most` bytes.

    It cuts `cuts` answers, and lets later ones pass.
    """

    def __init__(self, url: str, route: str, most: int, cuts: int) -> None:
        parts = urlsplit(url)
        self._there = (parts.hostname or "", parts.port or 80)
        self._route, self._most, self._cuts = route.encode(), most, cuts
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.asked = 0
        """How often the route was asked for."""
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(10)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                caller, _ = self._listening.accept()
                threading.Thread(target=self._relay, args=(caller,), daemon=True).start()

    def _relay(self, caller: socket.socket) -> None:
        with caller, socket.create_connection(self._there) as service, suppress(OSError):
            while head := caller.recv(_PIECE):  # a request without a body comes in one piece
                service.sendall(head)
                asked = self._route in head.split(b"\r\n", 1)[0]
                self.asked += asked
                if asked and self._cuts > 0:
                    self._cuts -= 1
                    self._pass(service, caller, self._most)
                    return
                self._pass(service, caller, None)

    def _pass(self, service: socket.socket, caller: socket.socket, most: int | None) -> None:
        """One answer, to its end as its head tells it, or to `most` bytes of it."""
        answer = b""
        while not _is_whole(answer) and (most is None or len(answer) < most):
            piece = service.recv(_PIECE)
            if not piece:
                return
            answer += piece
            caller.sendall(piece)


def _is_whole(answer: bytes) -> bool:
    head, _, body = answer.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(body) >= int(line.partition(b":")[2])
    return body.endswith(b"0\r\n\r\n")


@contextmanager
def relay(url: str, route: str, most: int, cuts: int) -> Iterator[Relay]:
    """A relay to the gateway at `url`."""
    made = Relay(url, route, most, cuts)
    try:
        yield made
    finally:
        made.close()
