"""What could not be read of a patient's record, and why: by the keys of the prefetch, without a value."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.outbound.fhir.faults import FhirFault

_TRANSIENT, _SECURITY = "transient", "security"


@dataclass(frozen=True, slots=True)
class Unread:
    """One query that has no answer: an issue type of FHIR, and a sentence about it."""

    code: str
    says: str


NOT_SENT = Unread("required", "was not sent, and the call names no FHIR server that may be asked for it")
NOT_TRUSTED = Unread(
    _SECURITY, "was not sent, and the FHIR server that the call names is not trusted here: it was not asked"
)
MORE_NOT_SENT = Unread(
    "required",
    "has further pages, and the call names no FHIR server that may be asked for them: they were not read",
)
MORE_NOT_TRUSTED = Unread(
    _SECURITY,
    "has further pages, and the FHIR server that the call names is not trusted here: they were not read",
)
FAILED_THERE = Unread("incomplete", "could not be read by the client, which sent an OperationOutcome")
_BY_FAULT: Mapping[FhirFault, Unread] = {
    FhirFault.ELSEWHERE: Unread(_SECURITY, "goes on at an address that is not the FHIR server's own"),
    FhirFault.NO_TOKEN: Unread(_SECURITY, "was not asked for: the access token is none"),
    FhirFault.UNREACHABLE: Unread(_TRANSIENT, "could not be read: the FHIR server is away"),
    FhirFault.TOO_SLOW: Unread("timeout", "could not be read in time"),
    FhirFault.TOO_LARGE: Unread("too-costly", "is larger than an answer may be"),
    FhirFault.TOO_MANY_PAGES: Unread("too-costly", "has more pages than an answer may have"),
    FhirFault.REDIRECTED: Unread(_SECURITY, "could not be read: the FHIR server leads elsewhere"),
    FhirFault.DENIED: Unread("forbidden", "could not be read: the FHIR server does not let us"),
    FhirFault.NOT_FOUND: Unread("not-found", "could not be read: the FHIR server knows nothing there"),
    FhirFault.FAILED: Unread("exception", "could not be read: the FHIR server answered with an error"),
    FhirFault.OUTCOME: Unread("exception", "could not be read: the FHIR server sent an OperationOutcome"),
    FhirFault.NOT_FHIR: Unread("structure", "could not be read: what was sent is no FHIR"),
}


def unread(fault: FhirFault) -> Unread:
    """What a fault of a FHIR server comes to."""
    return _BY_FAULT[fault]
