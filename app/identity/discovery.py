"""Asking an issuer for its keys (OpenID Connect Discovery 1.0)."""

import asyncio
from typing import Protocol

import httpx
import jwt

from app.identity.jwks import DiscoveryError, asked_for, keys_of
from app.outbound.exchange import client_of
from app.parsing.addresses import is_safe

_WELL_KNOWN = "/.well-known/openid-configuration"


class Fetch(Protocol):
    """Asks an issuer."""

    async def keys(self, issuer: str) -> list[jwt.PyJWK]:
        """Its public keys, one entry for each algorithm that a key may be used with.

        Raises:
            DiscoveryError: it is away, or what it says is no discovery.
        """

    async def close(self) -> None: ...


class Discovery:
    """Asks over HTTP, and follows no redirect."""

    def __init__(self, issuer: str, deadline_s: float) -> None:
        self._http, self._deadline_s = client_of(httpx.URL(issuer)), deadline_s

    async def keys(self, issuer: str) -> list[jwt.PyJWK]:
        """See `Fetch`."""
        try:
            async with asyncio.timeout(self._deadline_s):
                told = await asked_for(self._http, issuer.rstrip("/") + _WELL_KNOWN)
                url = told.get("jwks_uri")
                if told.get("issuer") != issuer:
                    raise DiscoveryError("it says to be another issuer")
                if not isinstance(url, str) or not is_safe(url):
                    raise DiscoveryError("it publishes its keys at no address with https")
                return keys_of(await asked_for(self._http, url))
        except TimeoutError:
            raise DiscoveryError("it took too long") from None

    async def close(self) -> None:
        await self._http.aclose()
