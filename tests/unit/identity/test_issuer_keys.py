"""An issuer is asked seldom and once at a time, and while it is away its known keys stand."""

import asyncio
from dataclasses import dataclass, field

import jwt
import pytest

from app.identity.issuer_keys import Freshness, IssuerKeys
from app.identity.jwks import DiscoveryError, usable_keys
from app.identity.refusals import IdentityAwayError
from tests.unit.identity.test_key_ring import Clock, settle
from tests.unit.identity.tokens import ISSUER, signing_key

FIRST, SECOND = signing_key("ES256", "first"), signing_key("ES256", "second")
FRESHNESS = Freshness(pause_s=30, fresh_s=600, stand_s=86_400)


@dataclass
class Fetched:
    """What the issuer publishes; it may be away, and answers when `gate` is open."""

    published: list[str] = field(default_factory=lambda: [FIRST.id])
    is_away: bool = False
    times: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def keys(self, issuer: str) -> list[jwt.PyJWK]:
        assert issuer == ISSUER
        self.times += 1
        await self.gate.wait()
        if self.is_away:
            raise DiscoveryError("away")
        return [key for one in self.published for key in usable_keys(signing_key("ES256", one).jwk)]

    async def close(self) -> None: ...


@pytest.fixture
def fetched() -> Fetched:
    return Fetched()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(fetched: Fetched, clock: Clock) -> IssuerKeys:
    return IssuerKeys(ISSUER, fetched, FRESHNESS, clock)


async def test_keys_are_asked_for_once(keys: IssuerKeys, fetched: Fetched) -> None:
    fetched.gate.clear()
    asking = [asyncio.create_task(keys.key("first", "ES256")) for _ in range(20)]
    await settle()
    fetched.gate.set()
    assert all(await asyncio.gather(*asking))
    assert fetched.times == 1


async def test_a_new_key_is_found_once_the_pause_is_over(
    keys: IssuerKeys, fetched: Fetched, clock: Clock
) -> None:
    await keys.key("first", "ES256")
    fetched.published.append("second")
    assert await keys.key("second", "ES256") is None
    clock.now += FRESHNESS.pause_s
    assert await keys.key("second", "ES256") is not None
    assert fetched.times == 2


async def test_ids_that_nobody_has_cost_the_issuer_nothing(
    keys: IssuerKeys, fetched: Fetched, clock: Clock
) -> None:
    for number in range(1_000):
        assert await keys.key(f"forged-{number}", "ES256") is None
        clock.now += 0.1
    assert fetched.times <= 1 + 100 / FRESHNESS.pause_s


async def test_while_it_is_away_known_keys_stand_and_others_may_come_later(
    keys: IssuerKeys, fetched: Fetched, clock: Clock
) -> None:
    await keys.key("first", "ES256")
    fetched.is_away = True
    clock.now += FRESHNESS.fresh_s + 1
    assert await keys.key("first", "ES256") is not None
    await settle()
    for _ in range(3):
        with pytest.raises(IdentityAwayError):
            await keys.key("second", "ES256")
    assert await keys.key("first", "ES256") is not None
    fetched.is_away = False
    clock.now += FRESHNESS.pause_s
    assert await keys.key("second", "ES256") is None


async def test_they_do_not_stand_for_ever(keys: IssuerKeys, fetched: Fetched, clock: Clock) -> None:
    await keys.key("first", "ES256")
    fetched.is_away = True
    clock.now += FRESHNESS.stand_s + 1
    with pytest.raises(IdentityAwayError):
        await keys.key("first", "ES256")


async def test_a_key_that_was_withdrawn_ends(keys: IssuerKeys, fetched: Fetched, clock: Clock) -> None:
    await keys.key("first", "ES256")
    fetched.published = ["second"]
    clock.now += FRESHNESS.fresh_s + 1
    await keys.key("first", "ES256")  # behind whose back it is asked anew
    await settle()
    assert await keys.key("first", "ES256") is None


async def test_an_issuer_that_was_never_there_is_away(keys: IssuerKeys, fetched: Fetched) -> None:
    fetched.is_away = True
    with pytest.raises(IdentityAwayError):
        await keys.key("first", "ES256")


async def test_closing_ends_what_is_under_way(keys: IssuerKeys, fetched: Fetched) -> None:
    fetched.gate.clear()
    asking = asyncio.create_task(keys.key("first", "ES256"))
    await settle()
    await keys.close()
    with pytest.raises(asyncio.CancelledError):
        await asking
