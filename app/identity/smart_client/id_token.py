"""Who signed in at the EHR: an ID token (OpenID Connect Core 1.0), checked by its issuer's keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import jwt

from app.identity.issuer_keys import IssuerKeys
from app.identity.jwks import KeyKind, KeyKinds
from app.identity.jws import read_jws
from app.identity.names import fit_name
from app.identity.refusals import IdentityAwayError
from app.identity.smart_client.faults import SmartError, SmartFault, TokenFault

ID_TOKEN_KINDS: KeyKinds = (
    KeyKind("RSA", None, ("RS256", "PS256", "RS384")),
    KeyKind("EC", "P-256", ("ES256",)),
    KeyKind("EC", "P-384", ("ES384",)),
    KeyKind("OKP", "Ed25519", ("EdDSA",)),
)
"""What OpenID providers sign with, and RS384 and ES384, which SMART servers have for their clients' keys."""
_ALGORITHMS = frozenset(algorithm for kind in ID_TOKEN_KINDS for algorithm in kind.algorithms)
_FAULTS: tuple[tuple[type[jwt.PyJWTError], TokenFault], ...] = (
    (jwt.InvalidSignatureError, TokenFault.SIGNATURE),
    (jwt.InvalidIssuerError, TokenFault.ISSUER),
    (jwt.InvalidAudienceError, TokenFault.AUDIENCE),
    (jwt.ExpiredSignatureError, TokenFault.TIME),
    (jwt.ImmatureSignatureError, TokenFault.TIME),
    (jwt.MissingRequiredClaimError, TokenFault.CLAIM_MISSING),
)
_REQUIRED = ["iss", "aud", "sub", "exp", "iat"]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person by what they are called, and their resource such as `Practitioner/123`; None without one.

    `name` is nobody else's at this EHR: what is said is signed with it.
    """

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
    if not token:
        raise SmartError.of_token(TokenFault.NO_ID_TOKEN)
    claims = _checked(token, await _key_of(token, keys), expected)
    _check_party(claims, expected)
    if claims.get("nonce") != expected.nonce:
        raise SmartError.of_token(TokenFault.NONCE)
    return _person(claims)


async def _key_of(token: str, keys: IssuerKeys) -> jwt.PyJWK:
    """The issuer's key that a token says it is signed with."""
    unchecked = read_jws(token)
    if unchecked is None:
        raise SmartError.of_token(TokenFault.MALFORMED)
    algorithm, key_id = unchecked.header.get("alg"), unchecked.header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in _ALGORITHMS:
        raise SmartError.of_token(TokenFault.ALGORITHM)
    if not (key_id is None or isinstance(key_id, str)):
        raise SmartError.of_token(TokenFault.MALFORMED)
    try:
        key = await keys.key(key_id, algorithm)
    except IdentityAwayError:
        raise SmartError(SmartFault.AWAY) from None
    if key is None:
        raise SmartError.of_token(TokenFault.UNKNOWN_KEY)
    return key


def _checked(token: str, key: jwt.PyJWK, expected: Expected) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key.key,
            algorithms=[key.algorithm_name],
            audience=expected.client_id,
            issuer=expected.issuer,
            leeway=expected.leeway_s,
            options={"require": _REQUIRED},
        )
    except (jwt.PyJWTError, ValueError, OverflowError, TypeError) as error:
        found = (fault for kind, fault in _FAULTS if isinstance(error, kind))
        raise SmartError.of_token(next(found, TokenFault.MALFORMED)) from None
    return claims


def _check_party(claims: Mapping[str, Any], expected: Expected) -> None:
    """Where a token is for several clients, ours must be among them by name (section 3.1.3.7)."""
    for_several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    party = claims.get("azp")
    if party != expected.client_id and (party is not None or for_several):
        raise SmartError.of_token(TokenFault.AUDIENCE)


def _person(claims: Mapping[str, Any]) -> SignedIn:
    """By their resource, or else by the name they sign in with, or else as the issuer calls them.

    Never by the name that is shown (`name`): two people may have the same.
    """
    reference = _reference(claims.get("fhirUser", claims.get("profile")))
    told = (reference, claims.get("preferred_username"), claims["sub"])
    names = [name for one in told if isinstance(one, str) and (name := fit_name(one))]
    if not names:
        raise SmartError.of_token(TokenFault.NOBODY)
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
