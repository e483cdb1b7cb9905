"""That the process is about to end: told to probes, and to streams, which would never end by themselves."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

_HURRY_S = 1.0
"""How long a body is waited for that has not come when the process is to end."""


class Closing:
    """Two steps: `is_near` says that no new work is to be sent here; `streams_end` that streams end now."""

    def __init__(self) -> None:
        self.is_near = False
        self._streams_end = asyncio.Event()
        self._limits: set[asyncio.Timeout] = set()

    def announce(self) -> None:
        """Be not ready any more."""
        self.is_near = True

    def end_streams(self) -> None:
        self.is_near = True
        self._streams_end.set()
        for limit in self._limits:
            _hurry(limit)

    @contextmanager
    def shortening(self, limit: asyncio.Timeout) -> Iterator[None]:
        """Bring a time limit forward when streams are to end."""
        self._limits.add(limit)
        if self._streams_end.is_set():
            _hurry(limit)
        try:
            yield
        finally:
            self._limits.discard(limit)

    async def within(self, seconds: float) -> bool:
        """Wait as long, or until streams are to end; whether they are."""
        try:
            await asyncio.wait_for(self._streams_end.wait(), seconds)
        except TimeoutError:
            return False
        return True


def _hurry(limit: asyncio.Timeout) -> None:
    soon, when = asyncio.get_running_loop().time() + _HURRY_S, limit.when()
    if not limit.expired():
        limit.reschedule(soon if when is None else min(soon, when))
