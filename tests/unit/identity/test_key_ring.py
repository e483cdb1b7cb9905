"""Keys are looked up seldom, by nobody twice at once, and stand for a bounded time."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from app.identity.key_ring import KeyRing
from app.identity.keys import ApiKey, StoredKey, new_key
from app.identity.principal import PrincipalKind
from app.identity.refusals import IdentityAwayError
from app.identity.scopes import AccessScope

KEY, OTHER = new_key(), new_key()
FRESH_S = 10.0


def kept(key: ApiKey = KEY) -> StoredKey:
    scopes = frozenset({AccessScope.FEEDBACK})
    return StoredKey(key.id, "north", "ehr", PrincipalKind.SYSTEM, key.digest, scopes, datetime.now(UTC))


@dataclass
class Store:
    """Keys in memory; it may be away, and waits until `gate` is open."""

    keys: dict[str, StoredKey] = field(default_factory=lambda: {KEY.id: kept()})
    is_away: bool = False
    asked: list[str] = field(default_factory=list)
    used: list[str] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: int = 0
    most_at_once: int = 0

    def __post_init__(self) -> None:
        self.gate.set()

    async def find(self, key_id: str) -> StoredKey | None:
        self.asked.append(key_id)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.gate.wait()
        self.at_once -= 1
        if self.is_away:
            raise IdentityAwayError("away")
        return self.keys.get(key_id)

    async def note_use(self, key_id: str) -> None:
        self.used.append(key_id)


@dataclass
class Clock:
    """A time that passes when it is told to."""

    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ring(store: Store, clock: Clock) -> KeyRing:
    return KeyRing(store, FRESH_S, clock)


async def settle() -> None:
    """Give every task that can run its turn."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_key_is_looked_up_once_while_it_is_fresh(ring: KeyRing, store: Store) -> None:
    for _ in range(3):
        assert await ring.principal_of(KEY) == kept().principal
    assert store.asked == [KEY.id]


async def test_a_wrong_secret_is_nobodys(ring: KeyRing) -> None:
    assert await ring.principal_of(ApiKey(KEY.id, OTHER.secret)) is None
    assert await ring.principal_of(OTHER) is None


async def test_what_was_revoked_ends_in_time(ring: KeyRing, store: Store, clock: Clock) -> None:
    await ring.principal_of(KEY)
    store.keys[KEY.id] = replace(kept(), revoked_at=datetime.now(UTC))
    clock.now += FRESH_S
    assert await ring.principal_of(KEY) is None


async def test_half_way_it_is_looked_up_behind_the_callers_back(
    ring: KeyRing, store: Store, clock: Clock
) -> None:
    await ring.principal_of(KEY)
    clock.now += FRESH_S / 2
    store.gate.clear()
    assert await ring.principal_of(KEY) is not None
    await settle()
    assert store.asked == [KEY.id, KEY.id]
    store.gate.set()
    await settle()
    clock.now += FRESH_S * 0.4
    assert await ring.principal_of(KEY) is not None
    assert len(store.asked) == 2


async def test_who_is_known_goes_on_for_a_while_when_the_store_is_away(
    ring: KeyRing, store: Store, clock: Clock
) -> None:
    await ring.principal_of(KEY)
    store.is_away = True
    clock.now += FRESH_S * 0.9
    assert await ring.principal_of(KEY) is not None
    await settle()
    clock.now += FRESH_S * 0.2
    with pytest.raises(IdentityAwayError):
        await ring.principal_of(KEY)
    store.is_away = False
    assert await ring.principal_of(KEY) is not None


async def test_many_ask_at_once_and_the_store_is_asked_once(ring: KeyRing, store: Store) -> None:
    store.gate.clear()
    asking = [asyncio.create_task(ring.principal_of(KEY)) for _ in range(20)]
    await settle()
    asking[0].cancel()
    store.gate.set()
    assert all(await asyncio.gather(*asking[1:]))
    assert store.asked == [KEY.id]


async def test_strangers_never_ask_for_more_than_a_few_at_once(ring: KeyRing, store: Store) -> None:
    store.gate.clear()
    strangers = [asyncio.create_task(ring.principal_of(new_key())) for _ in range(30)]
    await settle()
    store.gate.set()
    assert not any(await asyncio.gather(*strangers))
    assert (len(store.asked), store.most_at_once) == (30, 4)


async def test_strangers_drive_nobody_out_who_is_known(ring: KeyRing, store: Store) -> None:
    await ring.principal_of(KEY)
    for _ in range(1_100):
        await ring.principal_of(new_key())
    before = len(store.asked)
    assert await ring.principal_of(KEY) is not None
    assert len(store.asked) == before


async def test_its_use_is_kept_once_a_minute_by_nobody_who_waits(
    ring: KeyRing, store: Store, clock: Clock
) -> None:
    for _ in range(5):
        await ring.principal_of(KEY)
        clock.now += 1
    await settle()
    assert store.used == [KEY.id]
    clock.now += 60
    await ring.principal_of(KEY)
    await settle()
    assert store.used == [KEY.id, KEY.id]


async def test_closing_ends_what_is_under_way(ring: KeyRing, store: Store) -> None:
    store.gate.clear()
    asking = asyncio.create_task(ring.principal_of(KEY))
    await settle()
    await ring.close()
    with pytest.raises(asyncio.CancelledError):
        await asking
