"""Why a FHIR server's data could not be had: told without an address, a token or a value."""

from enum import StrEnum


class FhirFault(StrEnum):
    """One kind of failure."""

    ELSEWHERE = "elsewhere"
    """The address is not one of the server's own; it was not asked."""
    NO_TOKEN = "no_token"
    """What was given as a token is none; it was not sent."""
    UNREACHABLE = "unreachable"
    TOO_SLOW = "too_slow"
    TOO_LARGE = "too_large"
    TOO_MANY_PAGES = "too_many_pages"
    REDIRECTED = "redirected"
    """It leads elsewhere, and is not followed."""
    DENIED = "denied"
    """It does not let us in, or not that far (401, 403)."""
    NOT_FOUND = "not_found"
    FAILED = "failed"
    """It answered with another error."""
    OUTCOME = "outcome"
    """It answered with an OperationOutcome in place of data."""
    NOT_FHIR = "not_fhir"
    """What it answered is no resource."""


class FhirError(RuntimeError):
    """A FHIR server's data could not be had; `reason` says why, and nothing else is known here."""

    def __init__(self, reason: FhirFault) -> None:
        super().__init__(reason.value)
        self.reason = reason
