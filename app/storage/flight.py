"""One lock for all gateways while a question is being answered: it lasts for as long as its owner lives."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

# An owner who finds a lock of its own takes it: it had set it, and the reply was lost.
_TAKE = """
local holder = redis.call('get', KEYS[1])
if holder == false or holder == ARGV[1] then
    redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2])
    return 1
end
return 0
"""
_IF_OWN = "if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end return "
_RENEW = _IF_OWN + "redis.call('pexpire', KEYS[1], ARGV[2])"
_RELEASE = _IF_OWN + "redis.call('del', KEYS[1])"
_POLL_S = 0.02

Run = Callable[..., Awaitable[Any]]
"""A script with its key and arguments; raises where the cache is away."""


class Flight:
    """A lock by name, of an owner that no other process shares."""

    def __init__(self, run: Run, name: str, owner: str, lock_s: float) -> None:
        """Left alone it ends after `lock_s` seconds, so that a dead owner's does."""
        self._run = run
        self._name = name
        self._owner = owner
        self._lock_s = lock_s

    async def take(self, at_most_s: float) -> bool:
        """Wait until it is free; whether it came to that within so many seconds."""
        loop = asyncio.get_running_loop()
        until = loop.time() + at_most_s
        while not await self._run(_TAKE, self._name, self._owner, self._milliseconds):
            if loop.time() >= until:
                return False
            await asyncio.sleep(_POLL_S)
        return True

    @asynccontextmanager
    async def renewed(self, away: type[Exception]) -> AsyncIterator[None]:
        """Keep it for as long as this lasts, unless the cache is `away`; then release it."""
        renewing = asyncio.create_task(self._renew(away))
        try:
            yield
        finally:
            renewing.cancel()
            with suppress(away):  # it ends by itself
                await self._run(_RELEASE, self._name, self._owner)

    async def _renew(self, away: type[Exception]) -> None:
        while True:
            await asyncio.sleep(self._lock_s / 3)
            try:
                await self._run(_RENEW, self._name, self._owner, self._milliseconds)
            except away:
                continue  # it may be back before the lock ends; if not, an equal question is answered twice

    @property
    def _milliseconds(self) -> int:
        return round(1000 * self._lock_s)
