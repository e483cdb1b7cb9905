"""The secrets of one launch. The browser has them in a cookie; of each, the record has a hash alone."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Self

from authlib.oauth2.rfc7636 import create_s256_code_challenge

_BYTES = 32


def new_secret() -> str:
    """256 random bits, as they stand in an address or a cookie."""
    return secrets.token_urlsafe(_BYTES)


def digest_of(secret: str) -> bytes:
    """SHA-256: of 256 random bits nobody finds what was hashed."""
    return hashlib.sha256(secret.encode()).digest()


@dataclass(frozen=True, slots=True, repr=False)
class LaunchSecrets:
    """`state` goes by way of the EHR and back; `browser` stays with the browser that began."""

    state: str
    browser: str

    @classmethod
    def new(cls) -> Self:
        return cls(new_secret(), new_secret())

    @property
    def code_verifier(self) -> str:
        """RFC 7636; only this browser's launch has it."""
        return self._derived(b"code_verifier")

    @property
    def code_challenge(self) -> str:
        challenge: str = create_s256_code_challenge(self.code_verifier)
        return challenge

    @property
    def nonce(self) -> str:
        """What the ID token must repeat."""
        return self._derived(b"nonce")

    @property
    def cookie_suffix(self) -> str:
        """Tells the cookies of two launches in one browser apart."""
        return digest_of(self.state).hex()[:16]

    def _derived(self, purpose: bytes) -> str:
        made = hmac.digest(self.browser.encode(), purpose + b"\0" + self.state.encode(), "sha256")
        return base64.urlsafe_b64encode(made).decode().rstrip("=")
