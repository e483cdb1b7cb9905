"""Tokens of CDS Hooks clients: a JWT that an EHR signs for one call of one service (CDS Hooks 2.0, "Trust").

A token says which EHR calls, and nothing of who sits there. It is good at the endpoint that it names, once.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import jwt

from app.identity.cds_refusals import CdsRefusal, CdsTokenRefusedError, refusal_of
from app.identity.ehr_servers import CdsClient, EhrServer, EhrServers
from app.identity.issuer_keys import IssuerKeys
from app.identity.jws import UncheckedJws, read_jws
from app.identity.principal import Principal, PrincipalKind
from app.identity.request_head import RequestHead
from app.identity.scopes import AccessScope

ALGORITHMS = ("RS384", "ES384")
"""Those that the specification recommends, and no others: `none` and HMAC are forbidden there too."""
SOURCE = "cds"
_SCOPES = frozenset(
    {AccessScope.COUNTERFACTUALS_READ, AccessScope.COUNTERFACTUALS_WRITE, AccessScope.FEEDBACK}
)
_ENDPOINT = re.compile(r"/cds-services/[A-Za-z0-9._-]{1,80}(/feedback)?")
_REQUIRED = ["iss", "aud", "exp", "iat", "jti"]
_TIMES = ("exp", "iat", "nbf")
_LONGEST_S = 86_400
"""Of a token's life: each is remembered until it ends. Five minutes are recommended."""
_BOUND = "cnf"
"""Of tokens bound to a key of their holder, which is not checked here (see `access_tokens`)."""
_WORD_LENGTH = 256


class Replays(Protocol):
    """Remembers which tokens were used."""

    async def is_first(self, tenant: str, token: str, until: datetime) -> bool:
        """Whether a token was not used before; it is used now, and remembered until then.

        Raises:
            IdentityAwayError: it cannot be said.
        """


@dataclass(frozen=True, slots=True)
class CdsTokens:
    """Tells which EHR a token is of, by its issuer's keys. `public_url` is what EHRs call the service."""

    servers: EhrServers
    keys: Mapping[str, IssuerKeys]
    public_url: str
    replays: Replays
    leeway_s: float

    async def principal_of(self, token: str, head: RequestHead) -> Principal:
        """Which EHR calls.

        Raises:
            CdsTokenRefusedError: the token is not good, not for this very endpoint, or was used before.
            IdentityAwayError: its key is not known and who publishes it is away; or nobody can say now
                whether it was used before.
        """
        unchecked = read_jws(token)
        if unchecked is None:
            raise CdsTokenRefusedError(CdsRefusal.MALFORMED)
        server, client = self._server_of(unchecked)
        try:
            claims = await self._claims_of(token, unchecked, head, client)
            if not await self._is_first(claims, server):
                raise CdsTokenRefusedError(CdsRefusal.USED_BEFORE)
        except CdsTokenRefusedError as refused:
            raise CdsTokenRefusedError(refused.reason, server.name) from refused
        return Principal(server.name, PrincipalKind.SYSTEM, server.tenant, _SCOPES, SOURCE)

    def says_to_be_known(self, token: str) -> bool:
        """Whether a token names an issuer of the file, which nobody has vouched for yet."""
        unchecked = read_jws(token)
        issuer = unchecked.claims.get("iss") if unchecked else None
        return isinstance(issuer, str) and self.servers.issued_by(issuer) is not None

    async def close(self) -> None:
        for keys in self.keys.values():
            await keys.close()

    def _server_of(self, token: UncheckedJws) -> tuple[EhrServer, CdsClient]:
        """Whose it may be by what it says itself, which nobody has vouched for yet."""
        issuer = token.claims.get("iss")
        server = self.servers.issued_by(issuer) if isinstance(issuer, str) else None
        if server is None or server.cds is None:
            raise CdsTokenRefusedError(CdsRefusal.ISSUER_UNKNOWN)
        return server, server.cds

    async def _claims_of(
        self, token: str, unchecked: UncheckedJws, head: RequestHead, client: CdsClient
    ) -> dict[str, Any]:
        _check_form(unchecked)
        _check_origin(unchecked, client)
        if not is_endpoint(head):
            raise CdsTokenRefusedError(CdsRefusal.AUDIENCE)
        key = await self.keys[client.issuer].key(unchecked.header["kid"], unchecked.header["alg"])
        if key is None:
            raise CdsTokenRefusedError(CdsRefusal.KEY_UNKNOWN)
        return self._decoded(token, client, self.public_url + head.target, key)

    def _decoded(self, token: str, client: CdsClient, endpoint: str, key: jwt.PyJWK) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key.key,
                algorithms=[key.algorithm_name],
                audience=endpoint,
                issuer=client.issuer,
                leeway=self.leeway_s,
                options={"require": _REQUIRED},
            )
        except (jwt.PyJWTError, ValueError, OverflowError, TypeError) as fault:
            raise CdsTokenRefusedError(refusal_of(fault)) from None
        if claims["exp"] - datetime.now(UTC).timestamp() > _LONGEST_S:
            raise CdsTokenRefusedError(CdsRefusal.LASTS_TOO_LONG)
        return claims

    async def _is_first(self, claims: Mapping[str, Any], server: EhrServer) -> bool:
        named = f"{claims['iss']}\0{claims['jti']}".encode(errors="surrogatepass")
        until = datetime.fromtimestamp(claims["exp"] + self.leeway_s + 1, UTC)
        return await self.replays.is_first(server.tenant, hashlib.sha256(named).hexdigest(), until)


def is_endpoint(head: RequestHead) -> bool:
    """Whether a request is for a CDS service or its feedback; none has a query."""
    return _ENDPOINT.fullmatch(head.target) is not None


def _check_form(token: UncheckedJws) -> None:
    header, claims = token.header, token.claims
    kind = header.get("typ", "JWT")
    if header.get("alg") not in ALGORITHMS:
        raise CdsTokenRefusedError(CdsRefusal.ALGORITHM)
    is_formed = (
        isinstance(kind, str)
        and kind.upper() == "JWT"
        and _is_word(header.get("kid"))
        and _is_word(claims.get("jti"))
        and all(_is_time(claims[name]) for name in _TIMES if name in claims)
        and _BOUND not in claims
    )
    if not is_formed:
        raise CdsTokenRefusedError(CdsRefusal.MALFORMED)


def _check_origin(token: UncheckedJws, client: CdsClient) -> None:
    jku = token.header.get("jku")
    # Keys in a file are looked up nowhere, so that it does not matter where a token says they are.
    if jku is not None and client.jwks_url not in (None, jku):
        raise CdsTokenRefusedError(CdsRefusal.JKU)
    if client.tenants and token.claims.get("tenant") not in client.tenants:
        raise CdsTokenRefusedError(CdsRefusal.TENANT)


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _WORD_LENGTH


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 2**40
