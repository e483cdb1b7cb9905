"""Looking keys up: in memory for seconds, else where they are kept."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from app.identity.keys import ApiKey, StoredKey
from app.identity.principal import Principal

_MOST_KNOWN, _MOST_STRANGE = 10_000, 1_000
_LOOKUPS = 4
"""At once, of ids that nobody had: strangers cannot take the record's connections from those it knows."""
_USE_NOTED_EVERY_S = 60.0


class KeyStore(Protocol):
    """Where keys are kept."""

    async def find(self, key_id: str) -> StoredKey | None:
        """The key with this id.

        Raises:
            IdentityAwayError: the store is away.
        """

    async def note_use(self, key_id: str) -> None:
        """Keep that it was used just now. Raises nothing: nobody waits for it."""


@dataclass(frozen=True, slots=True)
class _Found:
    key: StoredKey | None
    at: float


class KeyRing:
    """Keys by id. What was found stands for `fresh_s` seconds: so long a key that was revoked may go on.

    From half of that on, it is looked up again while it still stands: those who call often never wait, and
    go on for a while when the store is away.
    """

    def __init__(self, store: KeyStore, fresh_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._fresh_s, self._clock = store, fresh_s, clock
        self._known: OrderedDict[str, _Found] = OrderedDict()
        self._strange: OrderedDict[str, _Found] = OrderedDict()
        self._asking: dict[str, asyncio.Task[StoredKey | None]] = {}
        self._used: dict[str, float] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._door = asyncio.Semaphore(_LOOKUPS)

    async def principal_of(self, key: ApiKey) -> Principal | None:
        """Who holds the key; None where nobody does, or not any more.

        Raises:
            IdentityAwayError: it is not known here, and the store is away.
        """
        stored = await self._find(key.id)
        if stored is None or not stored.opens_for(key, datetime.now(UTC)):
            return None
        self._note(stored.id)
        return stored.principal

    async def close(self) -> None:
        """End what is under way."""
        left = list(self._tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _find(self, key_id: str) -> StoredKey | None:
        found = self._known.get(key_id) or self._strange.get(key_id)
        age = self._clock() - found.at if found else self._fresh_s
        if found is None or age >= self._fresh_s:
            return await asyncio.shield(self._asked(key_id))
        if found.key is not None and age >= self._fresh_s / 2:
            self._asked(key_id)
        return found.key

    def _asked(self, key_id: str) -> "asyncio.Task[StoredKey | None]":
        """The one question about this id that is under way."""
        if key_id not in self._asking:
            task = self._start(self._ask(key_id))
            self._asking[key_id] = task
            task.add_done_callback(lambda _: self._asking.pop(key_id, None))
        return self._asking[key_id]

    async def _ask(self, key_id: str) -> StoredKey | None:
        if key_id in self._known:
            stored = await self._store.find(key_id)
        else:
            async with self._door:
                stored = await self._store.find(key_id)
        self._known.pop(key_id, None)
        kept, most = (self._known, _MOST_KNOWN) if stored else (self._strange, _MOST_STRANGE)
        kept[key_id] = _Found(stored, self._clock())
        if len(kept) > most:
            kept.popitem(last=False)
        return stored

    def _note(self, key_id: str) -> None:
        """Once a minute, and by a task of its own: no request waits for it."""
        now = self._clock()
        if now - self._used.get(key_id, -_USE_NOTED_EVERY_S) < _USE_NOTED_EVERY_S:
            return
        self._used = {one: at for one, at in self._used.items() if now - at < _USE_NOTED_EVERY_S}
        self._used[key_id] = now
        self._start(self._store.note_use(key_id))

    def _start(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waits for it is told; where nobody does, what was found still stands
