"""How far the risk goes down where more features may change than the question permits."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from app.domain.tolerances import SAME_RISK
from app.engine.search_result import LowestRisk

WORTH_TELLING = 0.005
"""Half a point of risk: what helps less is not worth a word."""


def relaxations(
    lowest: LowestRisk,
    target: float,
    lowest_of_all: Callable[[], LowestRisk | None],
    lowest_with: Callable[[int], LowestRisk] | None = None,
) -> Iterator[LowestRisk]:
    """The fewest changes with which the target is reached; where none does, the fewest that go lowest.

    Nothing where even those neither reach the target nor go lower by what is worth telling. `lowest_of_all`
    finds the lowest risk of any number of changes, `lowest_with` of at most so many; without the second, what
    is told takes as many as the first happens to take.
    """
    furthest = lowest_of_all()
    if furthest is None or furthest.risk > max(lowest.risk - WORTH_TELLING, target):
        return
    furthest = replace(furthest, max_changes=int((furthest.levels > 0).sum()))
    enough = target if furthest.risk <= target else furthest.risk + SAME_RISK
    fewer = range(lowest.max_changes + 1, furthest.max_changes)
    each = (lowest_with(changes) for changes in fewer) if lowest_with else iter(())
    yield next((relaxed for relaxed in each if relaxed.risk <= enough), furthest)
