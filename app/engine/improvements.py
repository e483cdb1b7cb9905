"""What helps where the target is out of reach: the best there is, graded along the front of effort and risk.

Three points of the front are marked: its knee, the largest fall, and the target nearest to the wished one.
Only what holds counts, and what lowers the risk by the model's `least_reduction` or more. Beside them stand
other strategies: the largest falls that leave alone what the knee changes, and then what those change too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import NamedTuple

import numpy as np

from app.domain.counterfactual import Diversity, Generator
from app.domain.improvement import MOST_POINTS, Grade
from app.domain.schema import FloatArray, IntArray
from app.domain.tolerances import SAME, SAME_RISK
from app.engine.falls import Falls, falling, falls_of
from app.engine.front import Front, FrontSearch
from app.engine.goals import Starts, starts_of
from app.engine.plausibility_profile import PlausibilityLevel, PlausibilityProfile
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem
from app.engine.references import ReferenceData
from app.engine.repair import enforce_constraints
from app.engine.search import search
from app.engine.selection import shortlist_and_trim
from app.engine.strategies import themes_of

LITTLE = 0.25
"""Of the least fall that is offered: for less than that nobody is asked to do more."""
_SHARES_OF_FALL = (1.0, 0.75, 0.5, 0.25)
"""Of the largest fall, how much is asked for where nothing on the front holds."""
_CLIMBS = 6
"""How often more is asked for then, by a little."""
MOST_ASKED = 64
"""Of so many points of a front it is asked how they hold; few people have more."""


@dataclass(frozen=True, slots=True)
class Improvements:
    """Candidates that lower the risk reliably, by effort, each with its grades."""

    levels: IntArray
    grades: tuple[tuple[Grade, ...], ...]
    falls: Falls


class ImprovementSearch:
    """All about one question: the front, the points of it that are told, and what is worth offering."""

    def __init__(
        self,
        problem: RecourseProblem,
        references: ReferenceData,
        preferences: Preferences,
        fronts: FrontSearch | None = None,
        known: IntArray | None = None,
    ) -> None:
        """`known`: candidates that other searches of the same question came across."""
        self._problem = problem
        self._references = references
        self._preferences = preferences
        self._fronts = fronts or FrontSearch(problem, references)
        self._least = problem.schema.model.least_reduction
        self._little = LITTLE * self._least
        self._profile = PlausibilityProfile(problem.levers, references.population, references.density)
        self.is_cut_short = False
        """Whether something that holds was not looked for to the end, since the budget was spent."""
        self._starts: Starts = starts_of(references.evaluator, problem.classifier, problem.levers.factual)
        self.front: Front = self._fronts.joined(problem.unchanged[:0] if known is None else known)
        self._asked: Front = self.front[spread(self.front, problem.target, MOST_ASKED)]
        self._falls: Falls = self._falls_of(self._asked.levels, self._asked.risk)
        told = spread(self._asked, problem.target, MOST_POINTS)
        self.points: Front = self._asked[told]
        self.falls: Falls = self._falls[told]

    @property
    def largest_reduction(self) -> float:
        """The largest fall on the front, whether or not it holds."""
        return self._starts.now - float(self.front.risk[-1]) if len(self.front.risk) else 0.0

    def improvements(self, proposals: IntArray) -> Improvements:
        """Up to `count` of them; `proposals` of a language model may stand among the other strategies."""
        found = self._graded(self._asked, self._falls) or self._off_the_front()
        found = found[: self._preferences.count]
        if found and self._preferences.diversity is Diversity.STRATEGIES:
            lacking = self._preferences.count - len(found)
            found += list(islice(self._others(found, proposals), lacking))
        return self._by_effort(_marked_anew(found, self._little))

    def _by_effort(self, found: list["Found"]) -> Improvements:
        shape = (len(found), len(self._problem.levers))
        levels = np.array([one.levels for one in found], dtype=np.int64).reshape(shape)
        order = np.argsort(self._problem.levers.effort(levels), kind="stable")
        falls = sum((found[place].falls for place in order), start=self.falls[order[:0]])
        return Improvements(levels[order], tuple(found[place].grades for place in order), falls)

    def _falls_of(self, levels: IntArray, risk: FloatArray | None = None) -> Falls:
        least = self._preferences.min_robustness
        return falls_of(self._problem, self._references.evaluator, self._starts, levels, least, risk)

    def _useful(self, levels: IntArray, falls: Falls, least_look: int = PlausibilityLevel.ANY) -> IntArray:
        """Positions of what is worth offering: of falls that hold those that look most like real people.

        `least_look`: what does not come up to this `PlausibilityLevel` is left out.
        """
        enough = falls.reduction >= self._least - SAME_RISK
        useful = np.flatnonzero(enough & falls.hold(self._preferences.min_robustness))
        if len(useful) == 0:
            return useful
        looks = self._looks(levels[useful])
        return useful[looks >= max(looks.max(), least_look)]

    def _looks(self, levels: IntArray) -> IntArray:
        return self._profile.plausibility_levels(levels, self._profile.distances(levels))

    def _graded(self, points: Front, falls: Falls) -> list["Found"]:
        """Marked points of a front, the one of the largest fall first."""
        useful = self._useful(points.levels, falls)
        if len(useful) == 0:
            return []
        points, falls = points[useful], falls[useful]
        marks: dict[int, list[Grade]] = {}
        for place, grade in _marked(points, falls, self._little):
            marks.setdefault(place, []).append(grade)
        return [_found(points.levels, falls, place, tuple(grades)) for place, grades in marks.items()]

    def _off_the_front(self) -> list["Found"]:
        """The largest fall that was found to hold where none on the front does, but for a little.

        That nothing holds is as sure as the search for options is: it is asked for the least fall first.
        """
        largest = self.largest_reduction
        best = self._holding(self._least) if largest >= self._least - SAME_RISK else None
        if best is None:
            return []
        wishes = (max(share * largest, self._least) for share in _SHARES_OF_FALL)
        best = next((one for wish in wishes if (one := self._holding(wish)) is not None), best)
        for _ in range(_CLIMBS):
            further = self._holding(float(best.falls.reduction[0]) + self._little)
            if further is None:
                break
            best = further
        return [best]

    def _holding(self, reduction: float) -> "Found | None":
        """What falls at least so far and holds, of least effort, by the search for options."""
        wishes = replace(
            self._preferences, count=1, diversity=Diversity.LEAST_EFFORT, generator=Generator.SEARCH
        )
        if reduction > self.largest_reduction + SAME_RISK:
            return None
        if self._problem.budget.is_spent:
            self.is_cut_short = True
            return None
        levels = search(self._with_fall(reduction), self._references, wishes).levels[:1]
        self.is_cut_short = self._problem.budget.is_spent
        falls = self._falls_of(levels)
        useful = self._useful(levels, falls)
        return _found(levels, falls, 0, (Grade.LARGEST,)) if len(useful) else None

    def _with_fall(self, reduction: float) -> RecourseProblem:
        """The question how the risk falls by so much, and falls at all in refits and draws."""
        target = self._starts.now - reduction + SAME_RISK
        return replace(self._problem, target=target, goals=falling(self._starts))

    def _others(self, graded: Sequence["Found"], proposals: IntArray) -> Iterator["Found"]:
        """Other strategies: first those that share nothing, then what the language model proposed."""
        shown = [one.levels for one in graded]
        knee = next((one.levels for one in graded if Grade.KNEE in one.grades), shown[0])
        closed, look = np.flatnonzero(knee).tolist(), int(self._looks(knee[None])[0])
        while len(closed) < len(self._problem.levers) and not self._problem.budget.is_spent:
            front = self._fronts.front(tuple(closed))
            points = front[spread(front, self._problem.target, MOST_ASKED)]
            falls = self._falls_of(points.levels, points.risk)
            useful = self._useful(points.levels, falls, look)
            if len(useful) == 0:
                break
            other = _found(points.levels[useful], falls[useful], _largest(falls[useful], self._little), ())
            if self._is_another_strategy(other.levels, shown):
                shown.append(other.levels)
                yield other
            closed += np.flatnonzero(other.levels).tolist()
        yield from self._proposed(shown, proposals, look)

    def _proposed(self, shown: list[IntArray], proposals: IntArray, look: int) -> Iterator["Found"]:
        """Proposals of themes that are not shown, the larger falls first, with nothing needless in them."""
        levels = enforce_constraints(self._problem, proposals)
        falls = self._falls_of(levels)
        useful = self._useful(levels, falls, look)
        for place in useful[np.argsort(-falls.reduction[useful], kind="stable")]:
            if self._problem.budget.is_spent:
                return
            for one in self._trimmed(levels[place], float(falls.reduction[place])):
                if self._is_another_strategy(one, shown) and _differs(one, shown):
                    shown.append(one)
                    yield _found(one[None], self._falls_of(one[None]), 0, ())

    def _is_another_strategy(self, levels: IntArray, shown: Sequence[IntArray]) -> bool:
        [own] = themes_of(self._problem, levels[None])
        return own not in themes_of(self._problem, np.array(shown))

    def _trimmed(self, levels: IntArray, reduction: float) -> IntArray:
        """A candidate without what its fall does not need; shape (0 or 1, levers)."""
        least, evaluator = self._preferences.min_robustness, self._references.evaluator
        question = self._with_fall(reduction)
        return shortlist_and_trim(question, evaluator, self._profile, levels[None], 1, least).levels


class Found(NamedTuple):
    """One candidate worth offering; its falls are those of it alone."""

    levels: IntArray
    falls: Falls
    grades: tuple[Grade, ...]


def _found(levels: IntArray, falls: Falls, place: int, grades: tuple[Grade, ...]) -> Found:
    return Found(levels[place], falls[np.array([place])], grades)


def _marked_anew(found: list[Found], little: float) -> list[Found]:
    """The grades of all that is offered: another strategy may do better than the front's points.

    Those points are only the ones that look most like real people.
    """
    if not found:
        return found
    falls = np.array([one.falls.reduction[0] for one in found])
    targets = np.array([one.falls.holds_at[0] for one in found])
    marked = next(place for place, one in enumerate(found) if Grade.LARGEST in one.grades)
    best = {Grade.LARGEST: marked if falls.max() <= falls[marked] + little else int(falls.argmax())}
    if not np.isnan(targets).all():
        best[Grade.NEAREST_TARGET] = int(np.nanargmin(targets))
    anew = [
        one._replace(grades=tuple(grade for grade in Grade if _has(one, place, grade, best)))
        for place, one in enumerate(found)
    ]
    # A point of the front that is marked no more is a variant of one that is.
    return [now for before, now in zip(found, anew, strict=True) if now.grades or not before.grades]


def _has(one: Found, place: int, grade: Grade, best: Mapping[Grade, int]) -> bool:
    return grade in one.grades if grade is Grade.KNEE else best.get(grade) == place


def spread(front: Front, target: float, most: int) -> IntArray:
    """At most so many positions of a front: even steps of risk, the target's, and both ends."""
    count = len(front.risk)
    if count <= most:
        return np.arange(count)
    wished = np.linspace(front.risk[0], front.risk[-1], most - 1)
    wished = np.append(wished, target) if target >= front.risk[-1] else wished
    # The first point at or below each: it is the one of least effort.
    places = [int(np.argmax(front.risk <= risk + SAME)) for risk in wished]
    return np.unique(places)


def _marked(points: Front, falls: Falls, little: float) -> Iterator[tuple[int, Grade]]:
    """The places of the grades; where two differ by little they are one."""
    largest = _largest(falls, little)
    knee = _knee(points, falls, largest)
    if falls.reduction[largest] - falls.reduction[knee] <= little:
        knee = largest
    yield largest, Grade.LARGEST
    yield knee, Grade.KNEE
    if not np.isnan(falls.holds_at).all():
        nearest = np.flatnonzero(falls.holds_at <= np.nanmin(falls.holds_at) + SAME)
        marked = [place for place in (largest, knee) if place in nearest]
        yield marked[0] if marked else int(nearest[0]), Grade.NEAREST_TARGET


def _largest(falls: Falls, little: float) -> int:
    """The first whose fall is the largest but for a little: further ones ask more for nearly nothing."""
    return int(np.argmax(falls.reduction >= falls.reduction.max() - little))


def _knee(points: Front, falls: Falls, last: int) -> int:
    """The point furthest below the line from nothing to the largest fall (Das, 1999), the first of such."""
    effort = points.effort / points.effort[last]
    fall = falls.reduction / falls.reduction[last]
    return int(np.argmax(np.round(fall - effort, 6)[: last + 1]))


def _differs(levels: IntArray, shown: Sequence[IntArray]) -> bool:
    """Whether at most half of its changes are among those of each that is shown, and the other way round."""
    moved = levels > 0
    for other in shown:
        shared = int((moved & (other > 0)).sum())
        if 2 * shared > min(int(moved.sum()), int((other > 0).sum())):
            return False
    return True
