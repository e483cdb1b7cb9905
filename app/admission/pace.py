"""How often something happened of late."""

import math
from collections.abc import Callable

_MEMORY_S = 2.0
"""What is older counts less than 1/e."""
_SHORTEST_S = 0.5
"""What began only now is taken to go on for so long: one event would be an endless rate else."""
_NOTHING = 1e-3


class FadingRate:
    """Events per second, the older ones counting less and less."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._weight, self._at = 0.0, clock()
        self._since = self._at

    def count(self) -> None:
        """One more, now."""
        self._fade()
        if self._weight < _NOTHING:
            self._since = self._at
        self._weight += 1

    @property
    def per_second(self) -> float:
        self._fade()
        lasted = max(self._at - self._since, _SHORTEST_S)
        return self._weight / (_MEMORY_S * -math.expm1(-lasted / _MEMORY_S))

    def _fade(self) -> None:
        now = self._clock()
        self._weight *= math.exp((self._at - now) / _MEMORY_S)
        self._at = now
