"""An EHR's authorisation server is asked what it says of itself now and then, not at every launch."""

import asyncio
from typing import Any

import pytest

from app.identity.ehr_servers import EhrServer
from app.identity.smart_client.faults import SmartError, SmartFault
from app.identity.smart_client.server import SmartServer
from tests.unit.identity.smart_client.test_configuration import BASE, GOOD, SERVER


class Asked(SmartServer):
    """One whose answers are given here: a fault, or what it says."""

    def __init__(self, *answers: Any, server: EhrServer = SERVER) -> None:
        self.now, self.answers = 0.0, [*answers]
        super().__init__(server, 1.0, lambda: self.now)

    async def json(self, method: str, url: str, form: Any = None) -> Any:
        await asyncio.sleep(0)
        answer = self.answers.pop(0)
        if isinstance(answer, SmartFault):
            raise SmartError(answer)
        return answer


async def test_it_is_asked_once_in_ten_minutes_however_many_launch() -> None:
    server = Asked(GOOD, GOOD)
    assert len({*await asyncio.gather(*(server.configuration() for _ in range(9)))}) == 1
    assert len(server.answers) == 1
    server.now = 601
    await server.configuration()
    assert server.answers == []
    await server.close()


async def test_one_in_trouble_is_left_alone_for_seconds_and_then_asked_anew() -> None:
    server = Asked(SmartFault.AWAY, {}, GOOD)
    for now, reason in ((0, SmartFault.AWAY), (4, SmartFault.AWAY), (6, SmartFault.NOT_SMART)):
        server.now = now
        with pytest.raises(SmartError) as refused:
            await server.configuration()
        assert refused.value.reason is reason
    server.now = 12
    assert (await server.configuration()).issuer == BASE
    await server.close()
