"""Why an EHR server's authorisation does not work: told by words of our own, without a token or a value."""

from enum import StrEnum
from typing import Self


class SmartFault(StrEnum):
    """One kind of failure."""

    AWAY = "away"
    NOT_SMART = "not_smart"
    """What it says of itself is no SMART configuration, or lacks what is needed."""
    OTHER_HOST = "other_host"
    """An address of its authorisation is on a host that the file does not name."""
    NO_PKCE = "no_pkce"
    """It does not support the code challenge S256."""
    NO_KEY = "no_key"
    """Our own private key cannot be read."""
    REFUSED = "refused"
    """It does not give a token."""
    BAD_TOKEN = "bad_token"
    """What it gave is no token that can be used, or does not say who signed in as it should."""
    NO_PATIENT = "no_patient"
    """It gave a token without a patient in context."""


class TokenFault(StrEnum):
    """What is wrong with a token, for the log: `bad_token` alone tells an administrator nothing."""

    NO_ACCESS_TOKEN = "no_access_token"
    """There is none, or it is no bearer's."""
    NO_ID_TOKEN = "no_id_token"
    MALFORMED = "malformed"
    """It is no signed token, or a claim is not of its kind."""
    ALGORITHM = "algorithm"
    """It is signed with one that is not taken."""
    UNKNOWN_KEY = "unknown_key"
    """The issuer publishes no key with this id for this algorithm."""
    SIGNATURE = "signature"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    """It is for another client."""
    TIME = "time"
    """It is over, or not good yet."""
    CLAIM_MISSING = "claim_missing"
    NONCE = "nonce"
    """It is another launch's."""
    NOBODY = "nobody"
    """It names nobody."""


_SENTENCES = {
    SmartFault.AWAY: "The EHR server does not answer.",
    SmartFault.NOT_SMART: "The EHR server does not tell of SMART App Launch as it should.",
    SmartFault.OTHER_HOST: "The EHR server's authorisation is on a host that EHR_SERVERS_FILE does not name.",
    SmartFault.NO_PKCE: "The EHR server does not support PKCE with S256, which is needed.",
    SmartFault.NO_KEY: "The private key for this EHR server cannot be read.",
    SmartFault.REFUSED: "The EHR server gives no access.",
    SmartFault.BAD_TOKEN: "What the EHR server gave as a token cannot be trusted.",
    SmartFault.NO_PATIENT: "The EHR server did not tell which patient is open.",
}


class SmartError(RuntimeError):
    """An EHR server's authorisation does not work; `reason` says why, `token` what is wrong with one.

    `host` is one that the file does not name: for whoever keeps the file, and nobody else.
    """

    def __init__(
        self, reason: SmartFault, token: TokenFault | None = None, *, host: str | None = None
    ) -> None:
        super().__init__(reason.value)
        self.reason, self.token, self.host = reason, token, host

    @classmethod
    def of_token(cls, fault: TokenFault) -> Self:
        """A token that is not to be trusted."""
        return cls(SmartFault.BAD_TOKEN, fault)

    @property
    def sentence(self) -> str:
        """For people."""
        return _SENTENCES[self.reason]
