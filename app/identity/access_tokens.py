"""Access tokens of OpenID providers (RFC 9068), checked by the keys that their issuer publishes."""

from collections.abc import Mapping, Sequence
from typing import Any

import jwt

from app.identity.claims import ClaimNames, principal_from
from app.identity.issuer_keys import IssuerKeys
from app.identity.jws import UncheckedJws, read_jws
from app.identity.principal import Principal

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""With a public key all. `none` and HMAC are refused: a published key would be a secret everybody knows."""
_TYPES = (None, "jwt", "at+jwt", "application/at+jwt")
_REQUIRED = ["iss", "aud", "sub", "exp", "iat"]
_TIMES = ("exp", "iat", "nbf")
_END_OF_TIME = 2**53
"""Where a date still is one; larger numbers would be errors of what computes with them."""
_OF_ID_TOKENS = ("at_hash", "c_hash", "s_hash")
_BOUND = "cnf"
"""Of tokens bound to a key of their holder (DPoP, RFC 9449; mutual TLS, RFC 8705). Nothing here checks that
whoever sends one has the key, so none is taken as a bearer's: a stolen one would do as well."""
_KEY_ID_LENGTH = 256


class AccessTokens:
    """Tells who an access token is about, by the keys of its issuer."""

    def __init__(
        self, issuers: Mapping[str, IssuerKeys], audience: Sequence[str], leeway_s: float, names: ClaimNames
    ) -> None:
        self._issuers, self._audience = issuers, list(audience)
        self._leeway_s, self._names = leeway_s, names

    async def principal_of(self, token: str) -> Principal | None:
        """Who it is about; None where it is not good.

        Raises:
            IdentityAwayError: its key is not known, and the issuer is away.
        """
        unchecked = read_jws(token)
        if unchecked is None or not _is_access_token(unchecked):
            return None
        issuer = unchecked.claims.get("iss")
        keys = self._issuers.get(issuer) if isinstance(issuer, str) else None
        if keys is None:
            return None
        key = await keys.key(unchecked.header.get("kid"), unchecked.header["alg"])
        claims = self._checked(token, str(issuer), key) if key else None
        return principal_from(claims, self._names) if claims else None

    async def close(self) -> None:
        for keys in self._issuers.values():
            await keys.close()

    def _checked(self, token: str, issuer: str, key: jwt.PyJWK) -> dict[str, Any] | None:
        try:
            return jwt.decode(
                token,
                key.key,
                algorithms=[key.algorithm_name],
                audience=self._audience,
                issuer=issuer,
                leeway=self._leeway_s,
                options={"require": _REQUIRED},
            )
        except (jwt.PyJWTError, ValueError, OverflowError, TypeError):
            return None


def _is_access_token(token: UncheckedJws) -> bool:
    """Whether it may be one by its header and claims, which nobody has vouched for yet."""
    header, claims = token.header, token.claims
    kind, key_id = header.get("typ"), header.get("kid")
    return (
        header.get("alg") in ALGORITHMS
        and (kind.lower() if isinstance(kind, str) else kind) in _TYPES
        and (key_id is None or (isinstance(key_id, str) and len(key_id) <= _KEY_ID_LENGTH))
        and all(_is_time(claims[name]) for name in _TIMES if name in claims)
        and isinstance(claims.get("sub"), str)
        and _BOUND not in claims
        and not _is_id_token(claims)
    )


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _END_OF_TIME


def _is_id_token(claims: Mapping[str, Any]) -> bool:
    """Whether it tells a client who signed in (OpenID Connect), or is Keycloak's for another use."""
    told = any(name in claims for name in _OF_ID_TOKENS)
    return told or claims.get("typ", "Bearer") not in ("Bearer", "at+jwt")
