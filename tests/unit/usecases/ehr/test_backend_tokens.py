"""A token of the service's own is asked for once while it is good, and anew in time."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from app.identity.ehr_servers import BackendClient, SmartClient
from app.identity.smart_client.server import SmartServer
from app.identity.smart_client.token_reply import TokenReply
from app.usecases.ehr.backend_tokens import BackendTokens
from app.usecases.ehr.pacing import Turns

CLIENT = BackendClient(client_id="turnpoint-nightly", key_file=Path("backend.jwk"))


class Giving:
    """Stands for an EHR's token endpoint, which gives tokens of 300 seconds."""

    def __init__(self) -> None:
        self.forms: list[Mapping[str, str]] = []

    async def token(self, client: SmartClient | BackendClient, form: Mapping[str, str]) -> TokenReply:
        self.forms.append(form)
        await asyncio.sleep(0)
        return TokenReply(f"t-{len(self.forms)}", 300)


async def test_one_is_used_until_shortly_before_its_end() -> None:
    now, giving = [0.0], Giving()
    tokens = BackendTokens(cast(SmartServer, giving), CLIENT, lambda: now[0])
    told = []
    for now[0] in (0, 100, 269, 270, 500, 540, 10_000):
        told.append(await tokens.current())
    assert told == ["t-1", "t-1", "t-1", "t-2", "t-2", "t-3", "t-4"]
    assert giving.forms[0] == {"grant_type": "client_credentials", "scope": CLIENT.scopes}


async def test_many_at_once_ask_once() -> None:
    giving = Giving()
    tokens = BackendTokens(cast(SmartServer, giving), CLIENT)
    assert {*await asyncio.gather(*(tokens.current() for _ in range(20)))} == {"t-1"}


async def test_a_pace_is_even_and_makes_up_for_nothing() -> None:
    now, waits = [0.0], list[float]()

    async def sleep(seconds: float) -> None:
        waits.append(round(seconds, 6))

    pace = Turns(60, lambda: now[0], sleep)
    for _ in range(3):
        await pace.turn()
    now[0] = 100.0
    for _ in range(2):
        await pace.turn()
    assert waits == [1.0, 2.0, 1.0]
