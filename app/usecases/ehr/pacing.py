"""A pace at which an EHR is asked, so that reading a whole clinic is no burden to it."""

import asyncio
import time
from collections.abc import Awaitable, Callable


class Turns:
    """Lets so many begin in a minute, evenly."""

    def __init__(
        self,
        per_minute: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._every_s = 60 / per_minute
        self._clock, self._sleep = clock, sleep
        self._next = clock()

    async def turn(self) -> None:
        """Wait until it is one's turn."""
        now = self._clock()
        mine = max(self._next, now)
        self._next = mine + self._every_s
        if mine > now:
            await self._sleep(mine - now)
