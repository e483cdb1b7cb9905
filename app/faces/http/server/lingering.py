"""Closing a connection so that its caller still gets the answer."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol


class Patience(Protocol):
    """How long a caller is waited for, in seconds."""

    @property
    def stalled_s(self) -> float: ...
    @property
    def linger_s(self) -> float: ...


class LingeringTransport:
    """A transport that, when closed on a caller who is still sending, goes on taking that in for a while.

    Closing at once would make the kernel reset the connection, and the caller's own would throw away the
    answer unread: of a refusal they would never hear (RFC 9112, section 9.6).
    """

    def __init__(
        self, transport: asyncio.Transport, sends_more: Callable[[], bool], patience: Patience
    ) -> None:
        self._transport = transport
        self._sends_more = sends_more
        self._patience = patience
        self._is_lingering = False
        self._end: asyncio.TimerHandle | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def is_closing(self) -> bool:
        return self._is_lingering or self._transport.is_closing()

    def close(self) -> None:
        if self.is_closing():
            return
        if self._sends_more() and self._transport.can_write_eof():
            self._is_lingering = True
            self._transport.write_eof()
            self._transport.resume_reading()
            self._end_after(self._patience.linger_s)
        else:
            self._transport.close()
            if self._transport.get_write_buffer_size():
                self._end_after(self._patience.stalled_s)

    def is_gone(self) -> None:
        """The connection is lost; there is no more to wait for."""
        if self._end is not None:
            self._end.cancel()

    def _end_after(self, seconds: float) -> None:
        self._end = asyncio.get_running_loop().call_later(seconds, self._transport.abort)
