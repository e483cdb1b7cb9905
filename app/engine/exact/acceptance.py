"""The last word on a candidate that reaches the target by the trees: does it look like a real person?"""

from collections.abc import Callable

from app.domain.schema import IntArray
from app.engine.exact.solver import Refusal
from app.engine.plausibility_profile import PlausibilityLevel, PlausibilityProfile


class AcceptanceFilter:
    """Accepts candidates that look enough like real people, and remembers how near the rejected ones came.

    Candidates come in order of effort. So whatever goes as far as a rejected one in every change, and further
    in some, is padded: the plain one reaches the target and holds without what was added.
    """

    def __init__(
        self,
        profile: PlausibilityProfile,
        plausibility_level: PlausibilityLevel,
        is_robust: Callable[[IntArray], bool] | None = None,
    ) -> None:
        """`is_robust` asks classifier and committee themselves; without it the trees are believed."""
        self._profile = profile
        self._plausibility_level = plausibility_level
        self._is_robust = is_robust
        self._rejected: list[IntArray] = []
        self.best_rejected: PlausibilityLevel | None = None
        """The highest level among candidates rejected for what they look like."""

    def __call__(self, levels: IntArray) -> float | Refusal:
        """The distance to the nearest real people, by which ties are broken; or a refusal."""
        if any(self._profile.levers.go_as_far(levels, plain) for plain in self._rejected):
            return Refusal.WITH_ALL_FURTHER
        if self._is_robust is not None and not self._is_robust(levels):
            return Refusal.ALONE
        distance = self._profile.distances(levels[None])
        level = PlausibilityLevel(self._profile.plausibility_levels(levels[None], distance)[0])
        if level < self._plausibility_level:
            self._rejected.append(levels)
            self.best_rejected = max(level, self.best_rejected or level)
            return Refusal.WITH_ALL_FURTHER
        return float(distance[0])
