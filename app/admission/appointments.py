"""When to come again those who found no room: one after the other, as fast as others are served."""

import math
from collections.abc import Callable

SOONEST_S, LATEST_S = 1, 30
_KNOWN_PER_S = 0.1
"""Where fewer were served of late, nothing is known of how fast that goes."""


class Appointments:
    """A time for each caller, as far apart as it takes to serve one: all told to come at once, most would be
    refused again, and the service be busy with refusing them.

    Nothing is reserved: who comes to an empty house is let in. Who comes before their time keeps it, so that
    nobody who asks again and again puts the others off.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._times: dict[str, float] = {}
        self._last = 0.0

    def __len__(self) -> int:
        return len(self._times)

    def make(self, caller: str, served_per_s: float) -> int:
        """Seconds after which this caller is to come again; beyond the longest wait nobody has a time."""
        now = self._clock()
        self._forget_past(now)
        time = self._times.get(caller) or self._next(caller, now, served_per_s)
        return min(LATEST_S, max(SOONEST_S, math.ceil(time - now)))

    def _next(self, caller: str, now: float, served_per_s: float) -> float:
        if served_per_s < _KNOWN_PER_S:
            return now
        time = max(self._last, now) + 1 / served_per_s
        if time <= now + LATEST_S:
            self._times[caller] = self._last = time
        return time

    def _forget_past(self, now: float) -> None:
        """They stand in the order of their times."""
        while self._times:
            caller = next(iter(self._times))
            if self._times[caller] > now:
                return
            del self._times[caller]
