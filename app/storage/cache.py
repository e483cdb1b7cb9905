"""The cache: answers by digest, and single flight for equal questions at the same time.

Redis holds nothing that is not elsewhere. Away, it costs time, never correctness: every method then
says so through `CacheAwayError` or, where it can, carries on without.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any
from weakref import WeakValueDictionary

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import LockError, RedisError

from app.metrics import CACHE_COMMANDS
from app.tracing import Work, span


class CacheAwayError(RuntimeError):
    """Redis did not answer."""


_BROKEN = (RedisError, OSError, EOFError, ValueError, RecursionError)
"""How it shows that Redis is away, too slow, or not Redis."""
_DEADLINE_S = 2.0
"""For a command as a whole, a new connection and a second try included."""
_MOST = 1 << 20
"""Bytes of a value: answers are some 20 kB."""


class _Redis(Redis):
    """Commands with a deadline: the library's own timeouts are for each read."""

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        async with asyncio.timeout(_DEADLINE_S):
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]


_ERASED = "erased"
"""Stands where something was forgotten; nothing takes its place for a while."""
_ERASED_S = 600
"""Seconds of that: longer than anybody who still has the old value in hand takes to put it back."""
_PUT = """
if redis.call('GET', KEYS[1]) == ARGV[3] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 1
"""


def answer_key(tenant: str, digest: str) -> str:
    """Where the answer to a question is cached, by the question's digest."""
    return f"turnpoint:{tenant}:answer:{digest}"


class Cache:
    """Text values by key, with a time to live in seconds."""

    def __init__(self, url: str, ttl_s: int) -> None:
        # One retry covers a connection that Redis closed; more would make callers wait for a cache.
        self._redis: Redis = _Redis.from_url(
            url,
            decode_responses=True,
            socket_timeout=1.0,
            socket_connect_timeout=1.0,
            retry=Retry(NoBackoff(), retries=1),
        )
        self._ttl_s = ttl_s
        self._here: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def get(self, key: str) -> str | None:
        """The value, or None; of one that is too large, the beginning.

        Raises:
            CacheAwayError: Redis did not answer.
        """
        try:
            with span(Work.CACHE):
                value = await self._redis.getrange(key, 0, _MOST - 1)
        except UnicodeDecodeError:
            value = ""  # nothing that was put here
        except _BROKEN as error:
            CACHE_COMMANDS.labels("read", "away").inc()
            raise CacheAwayError from error
        CACHE_COMMANDS.labels("read", "hit" if value else "miss").inc()
        return str(value) or None

    async def put(self, key: str, value: str) -> None:
        """Keep a value for the time to live, unless the key was forgotten a moment ago.

        Raises:
            CacheAwayError: Redis did not answer.
        """
        try:
            with span(Work.CACHE):
                await self._redis.eval(_PUT, 1, key, value, str(self._ttl_s), _ERASED)
        except _BROKEN as error:
            CACHE_COMMANDS.labels("write", "away").inc()
            raise CacheAwayError from error
        CACHE_COMMANDS.labels("write", "kept").inc()

    async def forget(self, keys: Iterable[str]) -> None:
        """Take values away for good: whoever has one in hand just now cannot put it back.

        Raises:
            CacheAwayError: Redis did not answer. Values that it holds end by their time to live.
        """
        try:
            for key in keys:
                await self._redis.set(key, _ERASED, ex=_ERASED_S)
        except _BROKEN as error:
            raise CacheAwayError from error

    @asynccontextmanager
    async def single_flight(self, key: str, at_most_s: float) -> AsyncIterator[None]:
        """Hold equal questions back while one of them is being answered, here and on other gateways.

        Whoever waited finds the answer in the cache. The hold ends after `at_most_s` seconds even if its
        owner died. With Redis away, questions are held back within this process only.
        """
        here = self._here.setdefault(key, asyncio.Lock())
        async with here:
            lock = self._redis.lock(f"{key}:lock", timeout=at_most_s, blocking_timeout=at_most_s, sleep=0.02)
            try:
                await lock.acquire()
            except _BROKEN:
                yield
                return
            try:
                yield
            finally:
                with suppress(LockError, *_BROKEN):  # expired or unreachable: it ends by itself
                    await lock.release()

    async def is_ready(self) -> bool:
        try:
            return bool(await self._redis.ping())
        except _BROKEN:
            return False

    async def close(self) -> None:
        await self._redis.aclose()
