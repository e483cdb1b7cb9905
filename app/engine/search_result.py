"""What a search finds, and what it proves of it."""

from dataclasses import dataclass

from app.domain.schema import IntArray
from app.engine.plausibility_profile import PlausibilityLevel


@dataclass(frozen=True, slots=True)
class LowestRisk:
    """The candidate of least risk that a search knows of, and a risk below which none goes.

    Both are about candidates that change at most `max_changes` features.
    """

    levels: IntArray
    risk: float
    bound: float
    max_changes: int

    @property
    def proved(self) -> bool:
        return self.bound >= self.risk


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Candidates at or below the target, or else how far the risk can be brought down.

    `levels` has shape (n, levers). With `proved` the candidates are finished options in order of effort, each
    of least effort among all that could stand in its place; else they are a pool to pick from. `bound`:
    whatever else there is that holds in a share of at least `share`, and looks like real people to at least
    `plausibility_level`, costs at least this much effort: 0 where nothing is known, infinite
    where there is no other. `lowest` is there when `levels` is empty.
    """

    levels: IntArray
    lowest: LowestRisk | None
    proved: bool = False
    bound: float = 0.0
    share: float = 0.0
    plausibility_level: PlausibilityLevel = PlausibilityLevel.ANY
