"""Who signed in at the EHR: an ID token (OpenID Connect Core 1.0), checked by its issuer's keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import jwt

from app.identity.access_tokens import ALGORITHMS
from app.identity.issuer_keys import IssuerKeys
from app.identity.jws import read_jws
from app.identity.names import fit_name
from app.identity.refusals import IdentityAwayError
from app.identity.smart_client.faults import SmartError, SmartFault

_REQUIRED = ["iss", "aud", "sub", "exp", "iat"]
_NAMES = ("name", "preferred_username")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person by their name, and their resource such as `Practitioner/123`; None where it is not told."""

    name: str
    fhir_user: str | None


@dataclass(frozen=True, slots=True)
class Expected:
    """What an ID token must say."""

    issuer: str
    client_id: str
    nonce: str
    leeway_s: float


async def signed_in(token: str | None, keys: IssuerKeys, expected: Expected) -> SignedIn:
    """Who an ID token is about.

    Raises:
        SmartError: it is none, is somebody else's, or names nobody; or the issuer's keys cannot be had.
    """
    unchecked = read_jws(token) if token else None
    if token is None or unchecked is None:
        raise SmartError(SmartFault.BAD_TOKEN)
    algorithm, key_id = unchecked.header.get("alg"), unchecked.header.get("kid")
    if algorithm not in ALGORITHMS or not (key_id is None or isinstance(key_id, str)):
        raise SmartError(SmartFault.BAD_TOKEN)
    try:
        key = await keys.key(key_id, algorithm)
    except IdentityAwayError:
        raise SmartError(SmartFault.AWAY) from None
    claims = _checked(token, key, expected) if key else None
    if claims is None or not _is_for_us(claims, expected):
        raise SmartError(SmartFault.BAD_TOKEN)
    return _person(claims)


def _checked(token: str, key: jwt.PyJWK, expected: Expected) -> dict[str, Any] | None:
    try:
        return jwt.decode(
            token,
            key.key,
            algorithms=[key.algorithm_name],
            audience=expected.client_id,
            issuer=expected.issuer,
            leeway=expected.leeway_s,
            options={"require": _REQUIRED},
        )
    except (jwt.PyJWTError, ValueError, OverflowError, TypeError):
        return None


def _is_for_us(claims: Mapping[str, Any], expected: Expected) -> bool:
    """The very launch's, and where it is for several clients, ours among them by name (section 3.1.3.7)."""
    for_several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    party = claims.get("azp")
    return claims.get("nonce") == expected.nonce and (
        party == expected.client_id or (party is None and not for_several)
    )


def _person(claims: Mapping[str, Any]) -> SignedIn:
    """By their name, or else by their resource, or else as the issuer calls them."""
    reference = _reference(claims.get("fhirUser", claims.get("profile")))
    told = (*(claims.get(name) for name in _NAMES), reference, claims["sub"])
    names = [name for one in told if isinstance(one, str) and (name := fit_name(one))]
    if not names:
        raise SmartError(SmartFault.BAD_TOKEN)
    return SignedIn(names[0], reference)


def _reference(url: Any) -> str | None:
    """The type and id at the end of a resource's address."""
    if not isinstance(url, str):
        return None
    try:
        parts = [part for part in urlsplit(url).path.split("/") if part]
    except ValueError:
        return None
    return fit_name("/".join(parts[-2:])) if len(parts) >= 2 else None
