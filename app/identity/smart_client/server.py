"""One EHR server's authorisation: what it says of itself, its keys, and the tokens that it gives."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import jwt

from app.identity.ehr_servers import BackendClient, EhrServer, SmartClient
from app.identity.issuer_keys import Freshness, IssuerKeys
from app.identity.jwks import DiscoveryError, keys_of
from app.identity.smart_client.client_key import ClientKey
from app.identity.smart_client.configuration import WELL_KNOWN, SmartConfiguration
from app.identity.smart_client.faults import SmartError, SmartFault
from app.identity.smart_client.id_token import ID_TOKEN_KINDS
from app.identity.smart_client.token_reply import TokenReply
from app.outbound.exchange import Answer, TooLargeError, client_of, exchange
from app.parsing.json_text import JsonError, JsonFaultsError, read_json

_MOST_BYTES = 256 * 1024
_FRESH_S = 600.0
"""Seconds for which a configuration stands."""
_PAUSE_S = 5.0
"""Seconds for which a server that gives none is left alone: whoever launches meanwhile need not wait."""


class SmartServer:
    """Asks over HTTP, follows no redirect, and waits no longer than `deadline_s` seconds for each answer."""

    def __init__(
        self, server: EhrServer, deadline_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.server = server
        self._deadline_s, self._clock = deadline_s, clock
        self._http = client_of(httpx.URL(server.base))
        self._configuration: SmartConfiguration | SmartError = SmartError(SmartFault.AWAY)
        self._asked_at = -float("inf")
        self._asking = asyncio.Lock()
        self.keys = IssuerKeys(server.base, _PublishedKeys(self), Freshness(pause_s=5))

    async def configuration(self) -> SmartConfiguration:
        """What it says of itself, kept for ten minutes; that it says nothing, for seconds.

        Raises:
            SmartError: it does not answer, or says nothing that can be used.
        """
        async with self._asking:
            age = self._clock() - self._asked_at
            if age > (_PAUSE_S if isinstance(self._configuration, SmartError) else _FRESH_S):
                try:
                    told = await self.json("GET", self.server.base + WELL_KNOWN)
                    self._configuration = SmartConfiguration.read(told, self.server)
                except SmartError as error:
                    self._configuration = error
                self._asked_at = self._clock()
            if isinstance(self._configuration, SmartError):
                raise SmartError(self._configuration.reason, host=self._configuration.host)
            return self._configuration

    async def token(self, client: SmartClient | BackendClient, form: Mapping[str, str]) -> TokenReply:
        """The token that it gives for a form; a client with a key proves who it is, another names itself.

        Raises:
            SmartError: it gives none.
        """
        endpoint = (await self.configuration()).token_endpoint
        if client.key_file is None:
            known = {"client_id": client.client_id}
        else:
            key = await asyncio.to_thread(ClientKey.load, client.key_file)
            known = key.assertion(client.client_id, endpoint)
        return TokenReply.read(await self.json("POST", endpoint, {**form, **known}))

    async def json(self, method: str, url: str, form: Mapping[str, str] | None = None) -> Any:
        """The JSON of an answer.

        Raises:
            SmartError: there is no answer, or none of success, or no JSON.
        """
        headers = {"Accept": "application/json"}
        request = self._http.build_request(method, url, data=dict(form) if form else None, headers=headers)
        try:
            async with asyncio.timeout(self._deadline_s):
                answer = await exchange(self._http, request, _MOST_BYTES)
        except (httpx.HTTPError, httpx.InvalidURL, TooLargeError, OSError):
            raise SmartError(SmartFault.AWAY) from None
        if not answer.is_success:
            raise SmartError(_fault_of(answer, method))
        try:
            return read_json(answer.body)
        except (JsonError, JsonFaultsError):
            raise SmartError(SmartFault.NOT_SMART) from None

    async def close(self) -> None:
        await self.keys.close()
        await self._http.aclose()


class _PublishedKeys:
    """Finds the issuer's keys where the configuration says they are."""

    def __init__(self, server: SmartServer) -> None:
        self._server = server

    async def keys(self, issuer: str) -> list[jwt.PyJWK]:
        try:
            _, url, _ = (await self._server.configuration()).for_launch()
            told = await self._server.json("GET", url)
        except SmartError as error:
            raise DiscoveryError(error.reason) from None
        if not isinstance(told, dict):
            raise DiscoveryError("its keys are no JSON object")
        return keys_of(told, ID_TOKEN_KINDS)

    async def close(self) -> None:
        """The connection is the server's."""


def _fault_of(answer: Answer, method: str) -> SmartFault:
    if answer.status >= 500 or answer.status == 429:
        return SmartFault.AWAY
    return SmartFault.REFUSED if method == "POST" else SmartFault.NOT_SMART
