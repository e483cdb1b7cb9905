"""Sessions of people who opened one patient from their EHR: an opaque cookie, kept as a hash alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.identity.authenticator import Admitted, Authenticator, acting
from app.identity.credentials import named
from app.identity.principal import Principal, PrincipalKind
from app.identity.refusals import SessionEndedError
from app.identity.request_head import RequestHead
from app.identity.scopes import AccessScope
from app.identity.smart_client.secrets import digest_of

SOURCE = "launch"
COOKIES = ("__Host-turnpoint-session", "turnpoint-session")
"""With https, and without it on this machine."""
SCOPES = frozenset(
    {AccessScope.COUNTERFACTUALS_READ, AccessScope.COUNTERFACTUALS_WRITE, AccessScope.FEEDBACK}
)
"""What the patient's page needs."""
_LONGEST = 128


@dataclass(frozen=True, slots=True)
class EhrSession:
    """Who opened whom, and until when. `digest` is the SHA-256 of what the cookie holds."""

    digest: bytes
    tenant: str
    patient_id: str
    name: str
    server: str
    expires_at: datetime

    @property
    def principal(self) -> Principal:
        """A person who may see this patient, and nobody else."""
        return Principal(self.name, PrincipalKind.PERSON, self.tenant, SCOPES, SOURCE, self.patient_id)


class SessionStore(Protocol):
    """Where sessions are kept."""

    async def find(self, digest: bytes) -> EhrSession | None:
        """The session of this hash, unless it has ended.

        Raises:
            IdentityAwayError: it cannot be said now.
        """


class WithSessions:
    """Knows those who have a session, and leaves all others to another authenticator.

    A session goes before whatever else is sent: it is what the page was opened by, and may do least.
    """

    def __init__(self, others: Authenticator, store: SessionStore, cookie: str) -> None:
        """`cookie` is the name by which this service sets it: one of another name opens nothing."""
        self._others, self._store, self._cookie = others, store, cookie

    async def authenticate(self, head: RequestHead) -> Admitted:
        """Who asks; see `Authenticator`.

        Raises:
            SessionEndedError: there is a cookie, and no session by it any more.
        """
        secret = cookies_of(head).get(self._cookie)
        if secret is None:
            return await self._others.authenticate(head)
        session = await self._store.find(digest_of(secret)) if len(secret) <= _LONGEST else None
        if session is None:
            raise SessionEndedError
        return acting(session.principal, named(head))

    async def close(self) -> None:
        await self._others.close()


def cookies_of(head: RequestHead) -> dict[str, str]:
    """The cookies of a request; of two with one name the first, which is the more specific."""
    found: dict[str, str] = {}
    for key, line in head.headers:
        if key == b"cookie":
            for part in line.decode("latin-1").split(";"):
                name, _, value = part.strip().partition("=")
                found.setdefault(name, value)
    return found
