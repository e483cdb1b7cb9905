"""Why an EHR server's authorisation does not work: told without an address, a token or a value."""

from enum import StrEnum


class SmartFault(StrEnum):
    """One kind of failure."""

    AWAY = "away"
    NOT_SMART = "not_smart"
    """What it says of itself is no SMART configuration, or lacks what is needed."""
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


_SENTENCES = {
    SmartFault.AWAY: "The EHR server does not answer.",
    SmartFault.NOT_SMART: "The EHR server does not tell of SMART App Launch as it should.",
    SmartFault.NO_PKCE: "The EHR server does not support PKCE with S256, which is needed.",
    SmartFault.NO_KEY: "The private key for this EHR server cannot be read.",
    SmartFault.REFUSED: "The EHR server gives no access.",
    SmartFault.BAD_TOKEN: "What the EHR server gave as a token cannot be trusted.",
    SmartFault.NO_PATIENT: "The EHR server did not tell which patient is open.",
}


class SmartError(RuntimeError):
    """An EHR server's authorisation does not work; `reason` says why, and nothing else is told."""

    def __init__(self, reason: SmartFault) -> None:
        super().__init__(reason.value)
        self.reason = reason

    @property
    def sentence(self) -> str:
        """For people."""
        return _SENTENCES[self.reason]
