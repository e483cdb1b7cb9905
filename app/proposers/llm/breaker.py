"""A circuit breaker: who fails again and again is left alone for a while."""

import time
from collections.abc import Callable


class Breaker:
    """Opens after so many failures in a row; then one call a rest period is let through, as a probe.

    A probe that succeeds closes it again.
    """

    def __init__(self, failures: int, rest_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = failures
        self._rest_s = rest_s
        self._clock = clock
        self._in_a_row = 0
        self._rests_until = 0.0

    @property
    def is_open(self) -> bool:
        """Whether calls are held back, but for a probe now and then."""
        return self._in_a_row >= self._most

    def admits(self) -> bool:
        """Whether a call may be made now; whoever makes it then says how it ended."""
        if not self.is_open:
            return True
        if self._clock() < self._rests_until:
            return False
        self._rests_until = self._clock() + self._rest_s
        return True

    def succeeded(self) -> None:
        self._in_a_row = 0

    def failed(self) -> None:
        self._in_a_row += 1
        self._rests_until = self._clock() + self._rest_s
