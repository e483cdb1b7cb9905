"""The cache: answers by digest, and single flight for equal questions at the same time.

Redis holds nothing that is not elsewhere. Away, it costs time, never correctness: every method then
says so through `CacheAwayError` or, where it can, carries on without.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from uuid import uuid4
from weakref import WeakValueDictionary

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from app.metrics import CACHE_COMMANDS
from app.storage.flight import Flight
from app.storage.silence import Silence
from app.tracing import Work, span

T = TypeVar("T")


class CacheAwayError(RuntimeError):
    """Redis did not answer."""


@dataclass(frozen=True, slots=True)
class CacheLimits:
    """How many connections, and how long anything may take; seconds."""

    connections: int = 50
    """At most, at any time."""
    wait_s: float = 1.0
    """For a command as a whole: a connection, a new one too, and a second try included."""
    lock_s: float = 3.0
    """After so long without a sign of its owner an equal question is held back no more."""


_BROKEN = (RedisError, OSError, EOFError, ValueError, RecursionError)
"""How it shows that Redis is away, too slow, or not Redis."""
_SILENT = (TimeoutError, RedisTimeoutError)
_MOST = 1 << 20
"""Bytes of a value: answers are some 20 kB."""


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

    def __init__(self, url: str, ttl_s: int, limits: CacheLimits) -> None:
        self._limits = limits
        wait_s = self._limits.wait_s
        # One retry covers a connection that Redis closed; more would make callers wait for a cache.
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=self._limits.connections,
            timeout=wait_s,
            decode_responses=True,
            socket_timeout=wait_s,
            socket_connect_timeout=wait_s,
            retry=Retry(NoBackoff(), retries=1),
        )
        self._redis = Redis.from_pool(pool)
        self._ttl_s = ttl_s
        self._owner = uuid4().hex
        self._here: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._silence = Silence("cache", self._answers)

    async def get(self, key: str) -> str | None:
        """The value, or None; of one that is too large, the beginning.

        Raises:
            CacheAwayError: Redis did not answer.
        """
        try:
            with span(Work.CACHE):
                value = await self._ask(lambda: self._redis.getrange(key, 0, _MOST - 1))
        except CacheAwayError as error:
            if not isinstance(error.__cause__, UnicodeDecodeError):
                CACHE_COMMANDS.labels("read", "away").inc()
                raise
            value = ""  # nothing that was put here
        CACHE_COMMANDS.labels("read", "hit" if value else "miss").inc()
        return str(value) or None

    async def put(self, key: str, value: str) -> None:
        """Keep a value for the time to live, unless the key was forgotten a moment ago.

        Raises:
            CacheAwayError: Redis did not answer.
        """
        try:
            with span(Work.CACHE):
                await self._ask(lambda: self._redis.eval(_PUT, 1, key, value, str(self._ttl_s), _ERASED))
        except CacheAwayError:
            CACHE_COMMANDS.labels("write", "away").inc()
            raise
        CACHE_COMMANDS.labels("write", "kept").inc()

    async def take(self, key: str, for_s: int) -> bool:
        """Whether nobody had taken a key; now somebody has, for so many seconds.

        Raises:
            CacheAwayError: Redis did not answer.
        """
        with span(Work.CACHE):
            return bool(await self._ask(lambda: self._redis.set(key, "taken", nx=True, ex=for_s)))

    async def forget(self, keys: Iterable[str]) -> None:
        """Take values away for good: whoever has one in hand just now cannot put it back.

        Raises:
            CacheAwayError: Redis did not answer. Values that it holds end by their time to live.
        """
        for key in keys:
            await self._ask(partial(self._redis.set, key, _ERASED, ex=_ERASED_S))

    @asynccontextmanager
    async def single_flight(self, key: str, at_most_s: float) -> AsyncIterator[None]:
        """Hold equal questions back while one of them is being answered, here and on other gateways.

        Whoever waited finds the answer in the cache. Nobody waits longer than `at_most_s` seconds, nor for
        an owner that died or froze. With Redis away, questions are held back within this process only.
        """
        here = self._here.setdefault(key, asyncio.Lock())
        async with here:
            flight = Flight(self._run, f"{key}:lock", self._owner, self._limits.lock_s)
            try:
                taken = await flight.take(at_most_s)
            except CacheAwayError:
                taken = False
            if not taken:
                yield
                return
            async with flight.renewed(CacheAwayError):
                yield

    async def is_ready(self) -> bool:
        """Whether Redis answers now, whatever it did before."""
        ready = await self._answers()
        if ready:
            self._silence.end()
        return ready

    async def close(self) -> None:
        await self._silence.close()
        await self._redis.aclose()

    async def _answers(self) -> bool:
        try:
            async with asyncio.timeout(self._limits.wait_s):
                return bool(await self._redis.ping())
        except _BROKEN:
            return False

    async def _run(self, script: str, key: str, *arguments: str | int) -> Any:
        return await self._ask(lambda: self._redis.eval(script, 1, key, *map(str, arguments)))

    async def _ask(self, command: Callable[[], Awaitable[T]]) -> T:
        """What Redis answers, in time; one that is silent is not asked again until a probe finds it back."""
        if self._silence.lasts:
            raise CacheAwayError
        try:
            # The library's own timeouts are for each read.
            async with asyncio.timeout(self._limits.wait_s):
                return await command()
        except _BROKEN as error:
            if isinstance(error, _SILENT):
                self._silence.begin()
            raise CacheAwayError from error
