"""Reading from one FHIR server: within a time, up to a size, page by page, and never anywhere else."""

import asyncio
import re
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from app.outbound.exchange import Answer, TooLargeError, client_of, exchange
from app.outbound.fhir.addresses import own_address
from app.outbound.fhir.bundles import Resource, next_of, resources_of, with_own_references
from app.outbound.fhir.faults import FhirError, FhirFault
from app.parsing.json_shape import LARGE
from app.parsing.json_text import JsonError, JsonFaultsError, read_json

_ACCEPT = "application/fhir+json, application/json;q=0.9"
_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]{1,16384}=*")
"""RFC 6750, section 2.1."""
_FAULTS = {401: FhirFault.DENIED, 403: FhirFault.DENIED, 404: FhirFault.NOT_FOUND, 410: FhirFault.NOT_FOUND}


class FhirServer(Protocol):
    """A server that is trusted: `app.identity.ehr_servers.EhrServer` is one."""

    @property
    def base(self) -> str:
        """Its address without the slash at the end."""


@dataclass(frozen=True, slots=True)
class FhirLimits:
    """Of one reading with all its pages: seconds, bytes, pages; and connections of all at once."""

    wait_s: float = 5.0
    most_bytes: int = 16 * 1024 * 1024
    most_pages: int = 20
    connections: int = 20


class FhirClient:
    """Asks one server. It follows no redirect, and keeps no cookie.

    A token is sent with each request, below the server's base alone, and is kept and logged nowhere.
    """

    def __init__(self, server: FhirServer, limits: FhirLimits | None = None) -> None:
        self._base, self._limits = server.base, limits or FhirLimits()
        connections = httpx.Limits(max_connections=self._limits.connections)
        self._http = client_of(httpx.URL(self._base), limits=connections, follow_redirects=False)

    async def read(self, address: str, token: str | None = None) -> list[Resource]:
        """The resources at an address: `Patient/123`, `Observation?patient=123`, or a link to more of them.

        All pages are read, or it fails: nobody takes a part for the whole.

        Raises:
            FhirError: they cannot be had; by its `reason`.
        """
        headers = {"Accept": _ACCEPT} | _authorization(token)
        try:
            async with asyncio.timeout(self._limits.wait_s):
                return await self._pages(address, headers)
        except TimeoutError:
            raise FhirError(FhirFault.TOO_SLOW) from None

    async def close(self) -> None:
        await self._http.aclose()

    async def _pages(self, address: str | None, headers: dict[str, str]) -> list[Resource]:
        found: list[Resource] = []
        seen: set[httpx.URL] = set()
        left = self._limits.most_bytes
        while address is not None:
            url = own_address(self._base, address)
            if url in seen or len(seen) == self._limits.most_pages:
                raise FhirError(FhirFault.TOO_MANY_PAGES)
            seen.add(url)
            body = await self._body(url, headers, left)
            left -= len(body)
            page = await _parsed(body)
            found += with_own_references(resources_of(page), self._base)
            address = next_of(page)
        return found

    async def _body(self, url: httpx.URL, headers: dict[str, str], most: int) -> bytes:
        try:
            answer = await exchange(self._http, self._http.build_request("GET", url, headers=headers), most)
        except TooLargeError:
            raise FhirError(FhirFault.TOO_LARGE) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError):  # whose messages may hold the address
            raise FhirError(FhirFault.UNREACHABLE) from None
        if not answer.is_success:
            raise FhirError(_fault_of(answer))
        return answer.body


def _authorization(token: str | None) -> dict[str, str]:
    if token is None:
        return {}
    if not _TOKEN.fullmatch(token):
        raise FhirError(FhirFault.NO_TOKEN)
    return {"Authorization": f"Bearer {token}"}


def _fault_of(answer: Answer) -> FhirFault:
    if 300 <= answer.status < 400:
        return FhirFault.REDIRECTED
    return _FAULTS.get(answer.status, FhirFault.FAILED)


async def _parsed(body: bytes) -> Any:
    try:
        return read_json(body) if len(body) < LARGE else await asyncio.to_thread(read_json, body)
    except (JsonError, JsonFaultsError):
        raise FhirError(FhirFault.NOT_FHIR) from None
