"""Why a language model did not propose: in words of a closed set, for logs, metrics and `/readyz`."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import structlog
from prometheus_client import Counter

from app.proposers.base import ProposerError

FAILURES = Counter(
    "turnpoint_llm_failures", "Questions on which the language model gave no proposal, by reason.", ["reason"]
)
_log = structlog.get_logger()


class FailureReason(StrEnum):
    """What went wrong."""

    CONNECT = "connect"
    CONNECTION_LOST = "connection_lost"
    TIMEOUT = "timeout"
    HTTP_3XX = "http_3xx"
    HTTP_4XX = "http_4xx"
    HTTP_5XX = "http_5xx"
    REFUSED_PARAMETER = "refused_parameter"
    MODEL_NOT_FOUND = "model_not_found"
    NO_MODEL = "no_model"
    """No setting names a model, and the server lists none."""
    TOO_LARGE = "too_large"
    NOT_A_COMPLETION = "not_a_completion"
    NO_PROPOSAL = "no_proposal"
    BREAKER_OPEN = "breaker_open"


@dataclass(frozen=True, slots=True)
class Failure:
    """One failure: what a server said of it is its status, and its code where that is a known one."""

    reason: FailureReason
    status: int | None = None
    code: str | None = None


class LlmError(ProposerError):
    """The server is away, or answers with an error or with something that is not a completion."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"the language model gave no completion: {failure.reason}")
        self.failure = failure


class LlmTimeoutError(LlmError):
    """Nothing came back before the deadline."""

    def __init__(self) -> None:
        super().__init__(Failure(FailureReason.TIMEOUT))


class Failures:
    """Counts and logs failures; keeps the last one until the language model proposes again."""

    def __init__(self) -> None:
        self.last: Failure | None = None
        self.since: datetime | None = None

    def note(self, failure: Failure) -> None:
        FAILURES.labels(failure.reason).inc()
        if failure.reason is FailureReason.BREAKER_OPEN:  # the failures that opened it tell more
            return
        if self.last is None:
            self.since = datetime.now(UTC)
        self.last = failure
        _log.warning("llm_failed", reason=failure.reason, status=failure.status, code=failure.code)

    def over(self) -> None:
        self.last, self.since = None, None
