"""What an app is launched in, and codes that stand for a clinician's consent."""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from tests.ehr.clients import OAuthError

T = TypeVar("T")
_CODE_LASTS_S = 60.0


@dataclass(frozen=True, slots=True)
class Launch:
    """The chart that is open when an app is launched from it."""

    patient: str
    encounter: str
    app_context: str | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """What a clinician let an app have, until it fetches its token."""

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    launch: Launch
    challenge: str
    nonce: str | None
    state: str

    def check(self, client_id: str, redirect_uri: str, verifier: str) -> None:
        """That whoever fetches the token is who asked for it (RFC 7636).

        Raises:
            OAuthError: it is somebody else.
        """
        digest = hashlib.sha256(verifier.encode("ascii", "replace")).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (client_id, redirect_uri, challenge) != (self.client_id, self.redirect_uri, self.challenge):
            raise OAuthError("invalid_grant", "the code is for another client, address or verifier")


@dataclass
class Once(Generic[T]):
    """Things that can be fetched once, by a secret, for a while."""

    lasts_s: float = _CODE_LASTS_S
    kept: dict[str, tuple[T, float]] = field(default_factory=dict)

    def put(self, thing: T) -> str:
        secret = secrets.token_urlsafe(24)
        self.kept[secret] = (thing, time.time() + self.lasts_s)
        return secret

    def take(self, secret: str) -> T | None:
        """The thing; None where it is not there, was taken, or is over."""
        thing, until = self.kept.pop(secret, (None, 0.0))
        return thing if time.time() < until else None
