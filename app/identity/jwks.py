"""Published keys (RFC 7517): asked for, and read for the algorithms that they fit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import jwt

from app.outbound.exchange import TooLargeError, exchange
from app.parsing.json_text import JsonError, JsonFaultsError, read_json

MOST_BYTES = 256 * 1024
_MOST_KEYS = 100
_RSA_BITS = 2048


class DiscoveryError(RuntimeError):
    """Keys could not be had; the message says why without what was sent."""


@dataclass(frozen=True, slots=True)
class KeyKind:
    """Keys that are taken: of which type (`kty`), on which curve if it has one, for which algorithms."""

    type: str
    curve: str | None
    algorithms: Sequence[str]


KeyKinds = Sequence[KeyKind]
OIDC_KINDS: KeyKinds = (
    KeyKind("RSA", None, ("RS256", "PS256")),
    KeyKind("EC", "P-256", ("ES256",)),
    KeyKind("OKP", "Ed25519", ("EdDSA",)),
)


async def asked_for(http: httpx.AsyncClient, url: str) -> dict[str, Any]:
    """The JSON object at an address; no redirect is followed.

    Raises:
        DiscoveryError: there is none.
    """
    try:
        answer = await exchange(http, http.build_request("GET", url), MOST_BYTES)
        told = read_json(answer.body) if answer.is_success else None
    except (httpx.HTTPError, httpx.InvalidURL, TooLargeError, JsonError, JsonFaultsError) as error:
        raise DiscoveryError(type(error).__name__) from None
    if not isinstance(told, dict):
        raise DiscoveryError(f"it answered {answer.status}, or no JSON object")
    return told


def keys_of(jwks: Mapping[str, Any], kinds: KeyKinds = OIDC_KINDS) -> list[jwt.PyJWK]:
    """The usable keys of a set, one entry for each algorithm that a key may be used with.

    Raises:
        DiscoveryError: it is no set of keys.
    """
    listed = jwks.get("keys")
    if not isinstance(listed, list):
        raise DiscoveryError("its keys are no list")
    return [key for one in listed[:_MOST_KEYS] for key in usable_keys(one, kinds)]


def usable_keys(jwk: Any, kinds: KeyKinds = OIDC_KINDS) -> list[jwt.PyJWK]:
    """A published key for each algorithm of ours that it fits and is meant for; none where it is no such."""
    if not isinstance(jwk, dict) or jwk.get("use", "sig") != "sig":
        return []
    form, operations = (jwk.get("kty"), jwk.get("crv")), jwk.get("key_ops")
    kind = next((one for one in kinds if (one.type, one.curve) == form), None)
    if kind is None:
        return []
    if operations is not None and (not isinstance(operations, list) or "verify" not in operations):
        return []
    meant = [one for one in kind.algorithms if jwk.get("alg", one) in (one, _other_name(one))]
    return [key for algorithm in meant if (key := _parsed(jwk, algorithm)) is not None]


def _other_name(algorithm: str) -> str:
    """RFC 9864 calls EdDSA by its curve."""
    return "Ed25519" if algorithm == "EdDSA" else algorithm


def _parsed(jwk: dict[str, Any], algorithm: str) -> jwt.PyJWK | None:
    public = {name: value for name, value in jwk.items() if name in ("kty", "crv", "n", "e", "x", "y", "kid")}
    try:
        key = jwt.PyJWK(public, algorithm)
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    return key if getattr(key.key, "key_size", _RSA_BITS) >= _RSA_BITS or jwk["kty"] != "RSA" else None
