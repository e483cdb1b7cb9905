"""How many requests of each caller came within a window of time."""

import math
from collections.abc import Callable
from dataclasses import dataclass

WINDOW_S = 60
_SWEPT_FROM = 1024
"""With so many callers known, those whose windows are over are forgotten."""


@dataclass(slots=True)
class _Window:
    ends: float
    used: int = 0


@dataclass(frozen=True, slots=True)
class Remaining:
    """What a caller has left, and in how many seconds it is the whole quota again."""

    requests: int
    reset_s: int


class Quota:
    """`most` requests of a caller in a window, which begins with the first of them."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self.most = most
        self._clock = clock
        self._windows: dict[str, _Window] = {}
        self._swept_from = _SWEPT_FROM

    def take(self, caller: str) -> bool:
        """Count a request; whether there was one left."""
        window = self._window(caller)
        if window.used >= self.most:
            return False
        window.used += 1
        return True

    def remaining(self, caller: str) -> Remaining:
        window = self._windows.get(caller)
        now = self._clock()
        if window is None or window.ends <= now:
            return Remaining(self.most, WINDOW_S)
        return Remaining(self.most - window.used, max(1, math.ceil(window.ends - now)))

    def _window(self, caller: str) -> _Window:
        now = self._clock()
        window = self._windows.get(caller)
        if window is None or window.ends <= now:
            if len(self._windows) >= self._swept_from:
                self._windows = {name: one for name, one in self._windows.items() if one.ends > now}
                # Twice what is left: however many callers come, each pays for a look at two or so.
                self._swept_from = max(_SWEPT_FROM, 2 * len(self._windows))
            window = self._windows[caller] = _Window(now + WINDOW_S)
        return window
