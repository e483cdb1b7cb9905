"""Asking an issuer for its keys (OpenID Connect Discovery 1.0; RFC 7517)."""

import asyncio
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx
import jwt

from app.outbound.exchange import TooLargeError, client_of, exchange
from app.parsing.json_text import JsonError, JsonFaultsError, read_json

_WELL_KNOWN = "/.well-known/openid-configuration"
_MOST_BYTES, _MOST_KEYS = 256 * 1024, 100
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_KINDS = {"RSA": ("RS256", "PS256"), "EC": ("ES256",), "OKP": ("EdDSA",)}
_CURVES = {"EC": "P-256", "OKP": "Ed25519"}
_RSA_BITS = 2048


class DiscoveryError(RuntimeError):
    """An issuer's keys could not be had; the message says why without what it sent."""


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
                told = await self._json(issuer.rstrip("/") + _WELL_KNOWN)
                url = told.get("jwks_uri")
                if told.get("issuer") != issuer:
                    raise DiscoveryError("it says to be another issuer")
                if not isinstance(url, str) or not is_safe(url):
                    raise DiscoveryError("it publishes its keys at no address with https")
                listed = (await self._json(url)).get("keys")
        except TimeoutError:
            raise DiscoveryError("it took too long") from None
        if not isinstance(listed, list):
            raise DiscoveryError("its keys are no list")
        return [key for one in listed[:_MOST_KEYS] for key in usable_keys(one)]

    async def close(self) -> None:
        await self._http.aclose()

    async def _json(self, url: str) -> dict[str, Any]:
        try:
            answer = await exchange(self._http, self._http.build_request("GET", url), _MOST_BYTES)
            told = read_json(answer.body) if answer.is_success else None
        except (httpx.HTTPError, httpx.InvalidURL, TooLargeError, JsonError, JsonFaultsError) as error:
            raise DiscoveryError(type(error).__name__) from None
        if not isinstance(told, dict):
            raise DiscoveryError(f"it answered {answer.status}, or no JSON object")
        return told


def is_safe(url: str) -> bool:
    """Whether nobody on the way can put keys of their own in: https, or this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK))


def usable_keys(jwk: Any) -> list[jwt.PyJWK]:
    """A published key for each algorithm of ours that it fits and is meant for; none where it is no such."""
    if not isinstance(jwk, dict) or jwk.get("use", "sig") != "sig":
        return []
    kind, operations = jwk.get("kty"), jwk.get("key_ops")
    if not isinstance(kind, str) or kind not in _KINDS or jwk.get("crv") != _CURVES.get(kind):
        return []
    if operations is not None and (not isinstance(operations, list) or "verify" not in operations):
        return []
    fit = [one for one in _KINDS[kind] if jwk.get("alg", one) in (one, "Ed25519" if kind == "OKP" else one)]
    return [key for algorithm in fit if (key := _parsed(jwk, algorithm)) is not None]


def _parsed(jwk: dict[str, Any], algorithm: str) -> jwt.PyJWK | None:
    public = {name: value for name, value in jwk.items() if name in ("kty", "crv", "n", "e", "x", "y", "kid")}
    try:
        key = jwt.PyJWK(public, algorithm)
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    return key if getattr(key.key, "key_size", _RSA_BITS) >= _RSA_BITS or jwk["kty"] != "RSA" else None
