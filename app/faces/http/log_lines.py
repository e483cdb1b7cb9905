"""Log lines on their way out, by a thread of their own: no request waits for them or fails."""

import atexit
import os
import queue
import threading

from app.metrics import LOG_LINES_LOST

_MOST_WAITING = 10_000
"""Lines; some megabytes. Further ones are lost while whoever reads the log stands still."""
_FAREWELL_S = 1.0
"""How long the end of the process may be put off for what still waits."""


class LogLines:
    """A file to write lines to, which never raises or blocks; those that cannot be written are counted.

    Disk full, a closed pipe, a reader that stands still: the service goes on.
    """

    def __init__(self, descriptor: int) -> None:
        # Past Python's buffer: its lock would be held for as long as the reader stands still.
        self._descriptor = descriptor
        self._begin()
        os.register_at_fork(after_in_child=self._begin)  # threads stay behind in the parent
        atexit.register(self.close)

    def write(self, text: str) -> int:
        try:
            self._waiting.put_nowait(text)
        except queue.Full:
            LOG_LINES_LOST.inc()
        if self._thread is None:
            self._start()
        return len(text)

    def flush(self) -> None:
        """Lines are written as soon as they can be."""

    @property
    def is_empty(self) -> bool:
        """Whether no line waits."""
        return self._waiting.empty()

    def close(self) -> None:
        """Wait for what was written, for a second at the most."""
        if self._thread is not None and self._thread.is_alive():
            try:
                self._waiting.put(None, timeout=_FAREWELL_S)
            except queue.Full:
                return
            self._thread.join(_FAREWELL_S)

    def _begin(self) -> None:
        """A process that logs nothing has no thread, so that it may fork."""
        self._waiting: queue.Queue[str | None] = queue.Queue(_MOST_WAITING)
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._write_all, name="log", daemon=True)
                self._thread.start()

    def _write_all(self) -> None:
        while (text := self._waiting.get()) is not None:
            line = text.encode(errors="backslashreplace")
            try:
                while line:
                    line = line[os.write(self._descriptor, line) :]
            except OSError:
                LOG_LINES_LOST.inc()
