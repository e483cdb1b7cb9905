"""A server that does not answer: it is left alone until a probe in the background gets an answer."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Literal

from app.metrics import BREAKER_OPEN

PROBE_EVERY_S = 0.25


class Silence:
    """Begun by whoever waited in vain; meanwhile nobody waits again, so that frozen is as quick as away."""

    def __init__(self, part: Literal["database", "cache"], probe: Callable[[], Awaitable[bool]]) -> None:
        """`probe` says whether the server answers, within a time of its own, and never raises."""
        self._probe = probe
        self._lasts = BREAKER_OPEN.labels(part)
        self._listening: asyncio.Task[None] | None = None
        self.begun = 0
        """How often it began."""

    @property
    def lasts(self) -> bool:
        return self._listening is not None

    def begin(self) -> None:
        """Somebody waited in vain."""
        if self._listening is None:
            self.begun += 1
            self._lasts.set(1)
            self._listening = asyncio.get_running_loop().create_task(self._listen())

    def end(self) -> None:
        """The server has answered."""
        self._lasts.set(0)
        listening, self._listening = self._listening, None
        if listening is not None and listening is not asyncio.current_task():
            listening.cancel()

    async def close(self) -> None:
        listening = self._listening
        self.end()
        if listening is not None:
            with suppress(asyncio.CancelledError):
                await listening

    async def _listen(self) -> None:
        while not await self._probe():  # noqa: ASYNC110 - nothing tells when a server is back
            await asyncio.sleep(PROBE_EVERY_S)
        self.end()
