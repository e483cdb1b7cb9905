"""How many requests of one class of work are in hand: of each caller, and in all."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from app.admission.appointments import SOONEST_S, Appointments
from app.admission.pace import FadingRate
from app.admission.quota import Quota, Remaining
from app.admission.refusals import FullError, QuotaError
from app.metrics import REQUESTS_IN_HAND, REQUESTS_REFUSED


class WorkClass(StrEnum):
    """What a request makes the service do."""

    SEARCHES = "searches"
    """Look for options: up to a second of a core."""
    CARDS = "cards"
    """The same for a chart that is opened: an EHR that finds no room does not ask again."""
    BATCHES = "batches"
    """Take in many rows."""
    REQUESTS = "requests"
    """Anything else: predictions, pages, what is on record."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one class of work: requests at once and in a minute of one caller, and at once of all."""

    at_once: int
    per_minute: int
    in_all: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What a caller has left of a class of work: in this minute, and at once."""

    work: WorkClass
    limits: Limits
    remaining: Remaining
    at_once: int


class Doorway:
    """Lets requests of one class of work in.

    With the house full whoever has less than an even share of it in hand is let in all the same, up to twice
    as many in all: one caller's many requests keep no other out.
    """

    def __init__(self, work: WorkClass, limits: Limits, clock: Callable[[], float]) -> None:
        self._work, self._limits = work, limits
        self._quota = Quota(limits.per_minute, clock)
        self._in_hand: Counter[str] = Counter()
        self._done, self._appointments = FadingRate(clock), Appointments(limits.at_once, clock)

    @contextmanager
    def pass_through(self, caller: str) -> Iterator[None]:
        """Count a request as long as it is in hand.

        Raises:
            QuotaError: the caller has as much in hand, or sent as many within the minute, as one may.
            FullError: the service has its hands full.
        """
        self._check(caller)
        self._appointments.keep(caller)
        self._in_hand[caller] += 1
        with REQUESTS_IN_HAND.labels(self._work).track_inprogress():
            try:
                yield
            finally:
                self._done.count()
                self._in_hand[caller] -= 1
                if not self._in_hand[caller]:
                    del self._in_hand[caller]

    def standing(self, caller: str) -> Standing:
        left = max(0, self._limits.at_once - self._in_hand[caller])
        return Standing(self._work, self._limits, self._quota.remaining(caller), left)

    def _check(self, caller: str) -> None:
        own, work = self._in_hand[caller], self._work
        if own >= self._limits.at_once:
            self._count("at_once")
            detail = f"You have the {self._limits.at_once} {work} in hand that one caller may have at once."
            raise QuotaError(detail, SOONEST_S, f"{work}-at-once")
        if self._is_full(own):
            self._count("full")
            raise FullError(self._appointments.make(caller, self._done.per_second))
        if not self._quota.take(caller):
            self._count("per_minute")
            detail = f"You sent the {self._limits.per_minute} {work} that one caller may send in a minute."
            raise QuotaError(detail, self._quota.remaining(caller).reset_s, work)

    def _is_full(self, own: int) -> bool:
        in_hand, most = self._in_hand.total(), self._limits.in_all
        if in_hand < most:
            return False
        callers = len(self._in_hand) + (own == 0)
        return in_hand >= 2 * most or own >= max(1, most // callers)

    def _count(self, why: str) -> None:
        REQUESTS_REFUSED.labels(self._work, why).inc()
