"""When to come again those who found no room: one after the other, as fast as others are served."""

import heapq
import math
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

SOONEST_S, LATEST_S = 1, 30
_KNOWN_PER_S = 0.1
"""Where fewer were served of late, nothing is known of how fast that goes."""


@dataclass(eq=False, slots=True)
class _Place:
    """In the row of those who were told to come again, until then."""

    until: float
    caller: str
    is_free: bool = False

    def __lt__(self, other: "_Place") -> bool:
        return self.until < other.until


class Appointments:
    """A time for each request that was turned away, by its place in a row and how fast others are served: all
    told to come at once, most would be refused again, and the service be busy with refusing them.

    Nothing is reserved: who comes to an empty house is let in. A caller has so many places at most as they
    may have requests in hand, so that nobody puts the others off for longer by asking again and again.
    """

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        """`most` places of one caller."""
        self._most, self._clock = most, clock
        self._places: list[_Place] = []
        self._of: defaultdict[str, deque[_Place]] = defaultdict(deque)
        self._taken = 0

    def __len__(self) -> int:
        """How many places are taken."""
        return self._taken

    def make(self, caller: str, served_per_s: float) -> int:
        """Seconds after which this caller is to come again; beyond the longest wait nobody has a place."""
        now = self._clock()
        self._free_past(now)
        if served_per_s < _KNOWN_PER_S:
            return SOONEST_S
        own = self._of.get(caller)
        if own is not None and len(own) >= self._most:
            return _told(own[-1].until - now)
        wait = (self._taken + 1) / served_per_s
        if wait <= LATEST_S:
            self._take(_Place(now + wait, caller))
        return _told(wait)

    def keep(self, caller: str) -> None:
        """The caller was let in: their first place is free."""
        if caller in self._of:
            self._free(self._of[caller][0])

    def _take(self, place: _Place) -> None:
        heapq.heappush(self._places, place)
        self._of[place.caller].append(place)
        self._taken += 1

    def _free(self, place: _Place) -> None:
        place.is_free = True
        self._taken -= 1
        own = self._of[place.caller]
        own.remove(place)
        if not own:
            del self._of[place.caller]

    def _free_past(self, now: float) -> None:
        while self._places and self._places[0].until <= now:
            place = heapq.heappop(self._places)
            if not place.is_free:
                self._free(place)


def _told(seconds: float) -> int:
    return min(LATEST_S, max(SOONEST_S, math.ceil(seconds)))
