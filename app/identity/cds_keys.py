"""The keys of who calls CDS services: at the address that the file of EHR servers names, or in a file."""

import asyncio
from pathlib import Path

import httpx
import jwt

from app.identity.discovery import Fetch
from app.identity.ehr_servers import CdsClient
from app.identity.jwks import MOST_BYTES, DiscoveryError, KeyKind, KeyKinds, asked_for, keys_of
from app.outbound.exchange import client_of
from app.parsing.json_text import JsonError, JsonFaultsError, read_json

CDS_KINDS: KeyKinds = (KeyKind("RSA", None, ("RS384",)), KeyKind("EC", "P-384", ("ES384",)))


class JwksUrl:
    """Asks one address over HTTP, and follows no redirect."""

    def __init__(self, url: str, deadline_s: float) -> None:
        self._http, self._url, self._deadline_s = client_of(httpx.URL(url)), url, deadline_s

    async def keys(self, _: str) -> list[jwt.PyJWK]:
        """See `app.identity.discovery.Fetch`."""
        try:
            async with asyncio.timeout(self._deadline_s):
                return keys_of(await asked_for(self._http, self._url), CDS_KINDS)
        except TimeoutError:
            raise DiscoveryError("it took too long") from None

    async def close(self) -> None:
        await self._http.aclose()


class JwksFile:
    """Reads a file, anew where a token names a key that was not in it: keys change without a restart."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def keys(self, _: str) -> list[jwt.PyJWK]:
        """See `app.identity.discovery.Fetch`."""
        return await asyncio.to_thread(self._read)

    async def close(self) -> None:
        """Nothing is open."""

    def _read(self) -> list[jwt.PyJWK]:
        try:
            with self._path.open("rb") as file:
                told = read_json(file.read(MOST_BYTES))
        except (OSError, JsonError, JsonFaultsError) as error:
            raise DiscoveryError(type(error).__name__) from None
        if not isinstance(told, dict):
            raise DiscoveryError("it holds no JSON object")
        return keys_of(told, CDS_KINDS)


def fetch_of(client: CdsClient, deadline_s: float) -> Fetch:
    """Asks where the file of EHR servers says that a client's keys are."""
    if client.jwks_file is not None:
        return JwksFile(client.jwks_file)
    assert client.jwks_url is not None
    return JwksUrl(client.jwks_url, deadline_s)
