"""Keys that could not be given back since the record was away: they are once it is there again."""

import asyncio
import time
from collections import deque
from contextlib import suppress

from app.storage.database import RecordError, TenantDatabase
from app.usecases.idempotency.service import AT_MOST, give_back

EVERY_S = 0.5
_MOST = 10_000
"""So many are remembered; what is beyond is free by itself after `AT_MOST`."""


class LateReturns:
    """Without it, who sends a failed request again would be told for minutes that it is being worked on."""

    def __init__(self, every_s: float = EVERY_S) -> None:
        self._every_s = every_s
        self._waiting: deque[tuple[float, TenantDatabase]] = deque()
        self._trying: asyncio.Task[None] | None = None

    def add(self, database: TenantDatabase) -> None:
        """Give the key of this request back as soon as the record is there, if it has it."""
        if len(self._waiting) >= _MOST:
            return
        self._waiting.append((time.monotonic() + AT_MOST.total_seconds(), database))
        if self._trying is None:
            self._trying = asyncio.get_running_loop().create_task(self._try())

    async def close(self) -> None:
        """Try no more: what is left is free by itself after `AT_MOST`."""
        self._waiting.clear()
        if self._trying is not None:
            self._trying.cancel()
            with suppress(asyncio.CancelledError):
                await self._trying

    async def _try(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(self._every_s)
                with suppress(RecordError):
                    await self._give_back()
        finally:
            self._trying = None

    async def _give_back(self) -> None:
        while self._waiting:
            until, database = self._waiting[0]
            if time.monotonic() < until:
                await give_back(database)
            self._waiting.popleft()
