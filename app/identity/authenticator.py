"""Who asks: the one place at which a request's head becomes a principal."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.identity.access_tokens import AccessTokens
from app.identity.cds_jwt import CdsTokens, is_endpoint
from app.identity.cds_refusals import CdsRefusal, CdsTokenRefusedError, note_refusal
from app.identity.credentials import Credentials, named, read_credentials
from app.identity.key_ring import KeyRing
from app.identity.keys import PREFIX, read_key
from app.identity.principal import ANYBODY, TOKEN, Principal, PrincipalKind
from app.identity.proxy import HEADER, ProxyHeader
from app.identity.refusals import FalseNameError, UnknownCallerError
from app.identity.request_head import RequestHead

_NOBODY = "What was sent is nobody's, has expired or was revoked."


@dataclass(frozen=True, slots=True)
class Admitted:
    """Somebody who is let in, and the person on whose behalf a system says to act."""

    principal: Principal
    on_behalf_of: str | None = None


class Authenticator(Protocol):
    """Says who asks, from a request's head alone."""

    async def authenticate(self, head: RequestHead) -> Admitted:
        """Who asks.

        Raises:
            UnknownCallerError: nobody known.
            MalformedCredentialsError: it cannot be read who.
            FalseNameError: a person, in another's name.
            IdentityAwayError: it cannot be said now.
        """

    async def close(self) -> None:
        """End what is under way."""


class Open:
    """Lets everybody in who reaches a service on loopback; a name that they give signs what they say.

    Whoever says to be an EHR is still checked, where EHRs that call are named: a token that is wrong shall
    not be found out on the day on which callers are asked for.
    """

    def __init__(self, most_bytes: int, cds: CdsTokens | None = None) -> None:
        self._most_bytes, self._cds = most_bytes, cds

    async def authenticate(self, head: RequestHead) -> Admitted:
        """Anybody; an EHR by its token.

        Raises:
            UnknownCallerError: a token of an EHR is not good.
            MalformedCredentialsError: a name that they give cannot be read.
            IdentityAwayError: it cannot be said now whether a token is good.
        """
        is_cds = self._cds is not None and is_endpoint(head)
        try:
            sent = _sent(head, self._most_bytes, self._cds)
        except UnknownCallerError:
            if is_cds:
                raise
            sent = None
        if self._cds is not None and sent is not None and sent.is_bearer:
            token = sent.secret.decode("ascii", errors="replace")
            if is_cds or self._cds.says_to_be_known(token):
                return acting(await _ehr_of(self._cds, token, head), named(head))
        return Admitted(ANYBODY, named(head) or (sent.name if sent else None))

    async def close(self) -> None:
        """End questions to issuers."""
        if self._cds is not None:
            await self._cds.close()


def _sent(head: RequestHead, most_bytes: int, cds: CdsTokens | None) -> Credentials | None:
    try:
        return read_credentials(head, most_bytes)
    except UnknownCallerError:
        if cds is not None and is_endpoint(head):
            note_refusal(CdsTokenRefusedError(CdsRefusal.TOO_LONG))
        raise


async def _ehr_of(cds: CdsTokens, token: str, head: RequestHead) -> Principal:
    try:
        return await cds.principal_of(token, head)
    except CdsTokenRefusedError as refused:
        note_refusal(refused)
        raise UnknownCallerError(_NOBODY) from None


class KnownCallers:
    """Lets those in who are known by one of five ways; each of them may be missing."""

    def __init__(
        self,
        tokens: Sequence[bytes],
        keys: KeyRing | None,
        access_tokens: AccessTokens | None,
        proxy: ProxyHeader | None,
        most_bytes: int,
        cds: CdsTokens | None = None,
    ) -> None:
        self._tokens, self._keys = tokens, keys
        self._access_tokens, self._proxy = access_tokens, proxy
        self._most_bytes, self._cds = most_bytes, cds

    async def authenticate(self, head: RequestHead) -> Admitted:
        """Who asks; see `Authenticator`."""
        signed = head.only(HEADER) if self._proxy else None
        if self._proxy and signed is not None:
            if len(signed) > self._most_bytes:
                raise UnknownCallerError("What the proxy sent is too long.")
            return acting(self._proxy.principal_of(signed, head), named(head))
        sent = _sent(head, self._most_bytes, self._cds)
        if sent is None:
            raise UnknownCallerError("Say who you are.", sent=False)
        principal = await self._holder_of(sent, head)
        if principal is None:
            raise UnknownCallerError(_NOBODY)
        return acting(principal, named(head), sent.name)

    async def close(self) -> None:
        """End what is under way: questions to the record and to issuers."""
        for part in (self._keys, self._access_tokens, self._cds):
            if part is not None:
                await part.close()

    async def _holder_of(self, sent: Credentials, head: RequestHead) -> Principal | None:
        same = [hmac.compare_digest(sent.secret, token) for token in self._tokens]
        if any(same):  # all were compared: the time tells nothing
            return TOKEN
        text = sent.secret.decode("ascii", errors="replace")
        if text.startswith(PREFIX):
            key = read_key(text)
            return await self._keys.principal_of(key) if key and self._keys else None
        return await self._signer_of(text, head)

    async def _signer_of(self, token: str, head: RequestHead) -> Principal | None:
        """An EHR at its CDS service, else whom an OpenID provider names."""
        refusal = None
        if self._cds and is_endpoint(head):
            try:
                return await self._cds.principal_of(token, head)
            except CdsTokenRefusedError as refused:
                refusal = refused
        known = await self._access_tokens.principal_of(token) if self._access_tokens else None
        if known is None and refusal is not None:
            note_refusal(refusal)
        return known


def acting(principal: Principal, header: str | None, sign_in: str | None = None) -> Admitted:
    """A system acts for whom it names. A person's name is their own, whatever they typed to sign in."""
    if principal.kind is PrincipalKind.SYSTEM:
        return Admitted(principal, header or sign_in)
    if header not in (None, principal.name):
        raise FalseNameError("A person acts in their own name: leave the header X-On-Behalf-Of out.")
    return Admitted(principal)
