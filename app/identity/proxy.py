"""A proxy in front that knows who asks says so in a header, signed with a secret that the two share.

The signature holds for one method and one address, and for seconds: whoever sees such a header can use it for
little else. A header that is not signed so lets nobody in.
"""

import time
from typing import Any

import jwt

from app.identity.claims import granted
from app.identity.jws import read_jws
from app.identity.names import fit_name, is_tenant
from app.identity.principal import DEFAULT_TENANT, Principal, PrincipalKind
from app.identity.refusals import UnknownCallerError
from app.identity.request_head import RequestHead

HEADER = "x-turnpoint-principal"
ALGORITHM = "HS256"


class ProxyHeader:
    """Reads `X-Turnpoint-Principal`, a JWS with HMAC-SHA-256 in compact form."""

    def __init__(self, secret: bytes, most_age_s: float, leeway_s: float) -> None:
        self._secret, self._most_age_s, self._leeway_s = secret, most_age_s, leeway_s

    def principal_of(self, signed: bytes, head: RequestHead) -> Principal:
        """Who the proxy says asks.

        Raises:
            UnknownCallerError: it is not signed, not for this request, or not any more.
        """
        claims = self._checked(signed)
        principal = _principal(claims) if claims and _is_for(claims, head) else None
        if principal is None:
            raise UnknownCallerError("What the proxy says is not signed, not for this request, or too old.")
        return principal

    def _checked(self, signed: bytes) -> dict[str, Any] | None:
        try:
            token = signed.decode("ascii")
            unchecked = read_jws(token)
            if unchecked is None or unchecked.header.get("alg") != ALGORITHM:
                return None
            required = ["exp", "iat"]
            claims: dict[str, Any] = jwt.decode(
                token,
                self._secret,
                algorithms=[ALGORITHM],
                leeway=self._leeway_s,
                options={"require": required, "verify_aud": False},
            )
            age = time.time() - claims["iat"]
            lifetime = claims["exp"] - claims["iat"]
        except (jwt.PyJWTError, ValueError, OverflowError, TypeError):
            return None
        return claims if max(age - self._leeway_s, lifetime) <= self._most_age_s else None


def _is_for(claims: dict[str, Any], head: RequestHead) -> bool:
    return claims.get("method") == head.method and claims.get("target") == head.target


def _principal(claims: dict[str, Any]) -> Principal | None:
    name, tenant, scope = claims.get("name"), claims.get("tenant", DEFAULT_TENANT), claims.get("scope", "")
    kind = claims.get("kind", PrincipalKind.PERSON)
    is_read = all(isinstance(one, str) for one in (name, tenant, scope)) and kind in list(PrincipalKind)
    fit = fit_name(name) if is_read else None  # type: ignore[arg-type]
    if fit is None or not is_tenant(tenant):
        return None
    return Principal(fit, PrincipalKind(kind), tenant, granted(scope.split(" ")), "proxy")
