"""Connections of uvicorn's that are given only so much time, and only so many of them.

uvicorn itself waits for ever for the head of a request, and for a caller to take an answer.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from app.faces.http.server.bounded_http import BoundedHttp
from app.faces.http.server.early_refusals import FULL, refusal
from app.faces.http.server.lingering import LingeringTransport
from app.metrics import UNREADABLE
from app.settings import Settings

_log = logging.getLogger("uvicorn.error.connections")
_log.setLevel(logging.ERROR)  # it warns of what any stranger sends: that is counted, and no line of the log


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Seconds, and how many connections there may be."""

    headers_s: float
    """For the head of a request, from its first byte, or from connecting."""
    stalled_s: float
    """For a caller who does not take what is sent."""
    linger_s: float
    """For a caller who goes on sending what is not read any more."""
    most: int
    head_bytes: int
    head_fields: int

    @classmethod
    def of(cls, settings: Settings) -> "ConnectionLimits":
        return cls(
            settings.headers_timeout_s,
            settings.stalled_s,
            settings.linger_s,
            settings.max_connections,
            settings.max_head_bytes,
            settings.max_head_fields,
        )


class BoundedConnection(H11Protocol):
    """A connection that is closed when its caller is too slow.

    Where there are too many, the one goes that has waited longest without a request; if all are at work,
    the new one is told to come again.
    """

    def __init__(self, limits: ConnectionLimits, **options: Any) -> None:
        super().__init__(**options)
        self.conn: BoundedHttp = BoundedHttp(limits.head_bytes, limits.head_fields)
        self.logger = _log
        self._limits = limits
        self._is_unreadable = False
        self._head: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self.waiting_since = 0.0
        """When it began to wait for a request, by the loop's clock."""

    @property
    def is_at_work(self) -> bool:
        """Whether a request is in hand."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        lingering = LingeringTransport(cast(asyncio.Transport, transport), self._may_send_more, self._limits)
        self._lingering = lingering
        super().connection_made(cast(asyncio.Transport, lingering))
        self.waiting_since = self.loop.time()
        self._watch_head()
        if len(self.connections) > self._limits.most and not self._make_room():
            self.transport.write(FULL)
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._drop(self._head)
        self._drop(self._stalled)
        self._lingering.is_gone()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return  # nobody reads it any more
        super().data_received(data)
        self._watch_head()

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read. A request that is in hand hears that its caller is gone."""
        UNREADABLE.labels(self.conn.refusal).inc()
        self._is_unreadable = True
        if self.is_at_work:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if not self.is_at_work or not self.cycle.response_started:
            self.transport.write(refusal(self.conn.refusal))
        self.transport.close()

    def on_response_complete(self) -> None:
        self.waiting_since = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalled = self.loop.call_later(self._limits.stalled_s, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._drop(self._stalled)
        self._stalled = None

    def _watch_head(self) -> None:
        """The clock runs while a head has begun or, on a new connection, is to begin; then uvicorn's does."""
        if self.is_at_work or self.timeout_keep_alive_task is not None:
            self._drop(self._head)
            self._head = None
        elif self._head is None:
            self._head = self.loop.call_later(self._limits.headers_s, self.transport.close)

    def _make_room(self) -> bool:
        others = (one for one in self.connections if isinstance(one, BoundedConnection) and one is not self)
        waiting = [one for one in others if not one.is_at_work and not one.transport.is_closing()]
        if not waiting:
            return False
        min(waiting, key=lambda one: one.waiting_since).transport.close()
        return True

    def _may_send_more(self) -> bool:
        """Whether the caller is in the middle of sending something."""
        return self._is_unreadable or self.conn.their_state in (h11.SEND_BODY, h11.ERROR)

    @staticmethod
    def _drop(timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()
