"""Access tokens that the service gets for itself (SMART Backend Services), each used while it is good."""

import asyncio
import time
from collections.abc import Callable

from app.identity.ehr_servers import BackendClient
from app.identity.smart_client.server import SmartServer
from app.identity.smart_client.token_reply import TokenReply

_SPARE_S = 30
"""So long before its end a token is not begun anything with."""


class BackendTokens:
    """The tokens of one EHR server, one at a time, kept in memory alone."""

    def __init__(
        self, smart: SmartServer, client: BackendClient, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._smart, self._client, self._clock = smart, client, clock
        self._reply: TokenReply | None = None
        self._ends_at = 0.0
        self._asking = asyncio.Lock()

    async def current(self) -> str:
        """A token that is good for a while.

        Raises:
            SmartError: the server gives none.
        """
        async with self._asking:
            if self._reply is None or self._clock() >= self._ends_at - _SPARE_S:
                asked_at = self._clock()
                form = {"grant_type": "client_credentials", "scope": self._client.scopes}
                self._reply = await self._smart.token(self._client, form)
                self._ends_at = asked_at + self._reply.expires_in
            return self._reply.access_token
