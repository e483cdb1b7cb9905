"""Why a token of a CDS Hooks client is not let in: for the log and the metrics, never for who sent it."""

from enum import StrEnum

import jwt
import structlog

from app.metrics import CDS_TOKENS_REFUSED

_log = structlog.get_logger()


class CdsRefusal(StrEnum):
    """What of a token does not hold; the first thing that is found."""

    TOO_LONG = "too_long"
    MALFORMED = "malformed"
    ALGORITHM = "algorithm"
    ISSUER_UNKNOWN = "issuer_unknown"
    JKU = "jku"
    TENANT = "tenant"
    KEY_UNKNOWN = "key_unknown"
    SIGNATURE = "signature"
    AUDIENCE = "audience"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    LASTS_TOO_LONG = "lasts_too_long"
    USED_BEFORE = "used_before"


class CdsTokenRefusedError(Exception):
    """A token that is not good. `server` is the name in the file of the EHR that it says to be of, if any."""

    def __init__(self, reason: CdsRefusal, server: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.server = reason, server


_BY_FAULT: tuple[tuple[type[Exception], CdsRefusal], ...] = (
    (jwt.InvalidSignatureError, CdsRefusal.SIGNATURE),
    (jwt.ExpiredSignatureError, CdsRefusal.EXPIRED),
    (jwt.ImmatureSignatureError, CdsRefusal.NOT_YET),
    (jwt.InvalidAudienceError, CdsRefusal.AUDIENCE),
)


def refusal_of(fault: Exception) -> CdsRefusal:
    """What a fault that was found while a token was decoded comes to."""
    if isinstance(fault, jwt.MissingRequiredClaimError) and fault.claim == "aud":
        return CdsRefusal.AUDIENCE
    return next((told for kind, told in _BY_FAULT if isinstance(fault, kind)), CdsRefusal.MALFORMED)


def note_refusal(refused: CdsTokenRefusedError) -> None:
    """Tell whoever runs the service: nothing of the token, but the name of the EHR that it says to be of."""
    CDS_TOKENS_REFUSED.labels(refused.reason).inc()
    _log.warning("cds_token_refused", reason=refused.reason.value, server=refused.server)
