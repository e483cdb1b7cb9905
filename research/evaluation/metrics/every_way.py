"""Every permitted way of a person, one by one: what an answer could have been made of.

Nothing is taken from the search: all candidates of so many changes are scored by the classifier, the
committee and the draws themselves.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product

import numpy as np

from app.domain.schema import FloatArray, IntArray
from app.engine.plausibility_profile import PlausibilityProfile
from app.engine.problem import RecourseProblem
from app.engine.references import ReferenceData
from app.engine.selection import ScoredCandidates, score
from research.evaluation.metrics.asked_changes import has_disjoint_pair

SLACK = 1e-9
_Levels = tuple[int, ...]


@dataclass(frozen=True)
class EveryWay:
    """All candidates that hold as well as the rules ask, or as well as any of this person does.

    `standing`: those at or above `share` of refits, noise and adherence draws, which is the share asked for
    or, where none holds in so many, the largest in reach to a twentieth. `reached`: whether any candidate
    reaches the target. `robust`: whether any holds in the share asked for.
    """

    problem: RecourseProblem
    standing: ScoredCandidates
    share: float
    reached: bool
    robust: bool

    def is_needlessly_far(self, levels: IntArray) -> bool:
        """Whether a candidate that goes no further in any change, and less far in some, stands as well."""
        return any(
            below in self._among
            for below in product(*(range(level + 1) for level in levels.tolist()))
            if below != tuple(levels.tolist())
        )

    def stands(self, levels: IntArray) -> bool:
        return tuple(levels.tolist()) in self._among

    def levels_of(self, row: FloatArray, asked: Collection[str]) -> IntArray:
        """Where an option with this row, shape (columns,), and changes puts each lever, shape (levers,)."""
        reached = [int(np.argmin(np.abs(one.values - row[one.columns[0]]))) for one in self.problem.levers]
        return np.array(reached) * [one.feature.name in asked for one in self.problem.levers]

    @cached_property
    def options(self) -> list[frozenset[str]]:
        """What each way changes: ways with nothing needless, of those that look most like real people."""
        plain = [at for at, one in enumerate(self.standing.levels) if not self.is_needlessly_far(one)]
        if not plain:
            return []
        looks = self.standing.plausibility_level[plain]
        return self._changes(self.standing.levels[np.array(plain)[looks == looks.max()]])

    @property
    def has_disjoint(self) -> bool:
        """Whether two of the options share no change."""
        return has_disjoint_pair(_least(self.options))

    @property
    def has_disjoint_of_any_looks(self) -> bool:
        """The same of all that stands, however little it looks like real people."""
        return has_disjoint_pair(_least(self._changes(self.standing.levels)))

    @cached_property
    def _among(self) -> set[_Levels]:
        return set(map(tuple, self.standing.levels.tolist()))

    def _changes(self, levels: IntArray) -> list[frozenset[str]]:
        names = [lever.feature.name for lever in self.problem.levers]
        return [frozenset(names[at] for at in np.flatnonzero(one)) for one in levels]


def every_way(problem: RecourseProblem, references: ReferenceData, share: float) -> EveryWay:
    """Look at every candidate that may be changed to; some thousands with three changes."""
    everyone = every_candidate(problem)
    reaching = everyone[problem.reached(problem.risk(everyone))]
    profile = PlausibilityProfile(problem.levers, references.population, references.density)
    scored = score(problem, references.evaluator, profile, reaching)
    best = float(scored.robustness.max(initial=0.0))
    claimed = min(share, float(np.floor(20 * best + 20 * SLACK) / 20))
    return EveryWay(
        problem,
        standing=scored[scored.is_robust(problem.target, claimed)],
        share=claimed,
        reached=len(reaching) > 0,
        robust=best >= share - SLACK,
    )


def every_candidate(problem: RecourseProblem) -> IntArray:
    """All that may be changed to, one by one, the unchanged one aside; shape (n, levers)."""
    candidates = list(_candidates(problem))
    everyone = np.array(candidates, dtype=np.int64).reshape(len(candidates), len(problem.levers))
    return everyone[problem.levers.allowed(everyone)]


def candidate_count(problem: RecourseProblem) -> int:
    """How many choices of levels there are, those that relations and ranges forbid included."""
    ways = [1] + [0] * problem.levers.max_changes  # by the number of changes: the sum over all sets of levers
    for lever in problem.levers:
        for size in range(len(ways) - 1, 0, -1):
            ways[size] += ways[size - 1] * lever.top
    return sum(ways) - 1


def _candidates(problem: RecourseProblem) -> Iterator[_Levels]:
    """All levels of all choices of up to so many levers."""
    tops = [lever.top for lever in problem.levers]
    for size in range(1, min(problem.levers.max_changes, len(tops)) + 1):
        for chosen in combinations(range(len(tops)), size):
            for moved in product(*(range(1, tops[place] + 1) for place in chosen)):
                levels = dict(zip(chosen, moved, strict=True))
                yield tuple(levels.get(place, 0) for place in range(len(tops)))


def _least(sets: list[frozenset[str]]) -> list[frozenset[str]]:
    """The sets that contain no other: two are disjoint if any two are."""
    kept: list[frozenset[str]] = []
    for one in sorted(set(sets), key=len):
        if not any(other <= one for other in kept):
            kept.append(one)
    return kept
