"""A server that does not answer is left alone until it does, and the figures say for how long."""

import asyncio

from app.metrics import BREAKER_OPEN
from app.storage.silence import Silence


def told() -> float:
    return BREAKER_OPEN.labels("cache")._value.get()


async def test_it_lasts_from_the_first_wait_in_vain_to_the_first_answer() -> None:
    back = asyncio.Event()

    async def answers() -> bool:
        await back.wait()
        return True

    silence = Silence("cache", answers)
    assert (silence.lasts, told()) == (False, 0)
    silence.begin()
    silence.begin()
    assert (silence.lasts, silence.begun, told()) == (True, 1, 1)
    back.set()
    for _ in range(10):  # turns of the loop, for the probe to hear of it
        await asyncio.sleep(0)
    assert (silence.lasts, told()) == (False, 0)
    await silence.close()


async def test_whoever_hears_the_server_ends_it() -> None:
    async def never() -> bool:
        return False

    silence = Silence("cache", never)
    silence.begin()
    silence.end()
    assert (silence.lasts, told()) == (False, 0)
    await silence.close()
