"""Which search answers a question: the exact one where the trees can be seen, else the one in batches."""

from dataclasses import replace

import numpy as np

from app.domain.schema import IntArray
from app.engine.beam import beam_search
from app.engine.exact.lowest import with_more_changes
from app.engine.exact.recourse import find_exactly
from app.engine.exact.solver import MOST_LEVERS, ExactSearch
from app.engine.front import FrontSearch
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem
from app.engine.references import ReferenceData
from app.engine.relaxed import relaxations
from app.engine.search_result import LowestRisk, SearchResult
from app.tracing import Work, traced

WORK = 5_000_000
"""How much the exact search may look at for its proofs, in the units of `Budget`: about a second."""


@traced(Work.SEARCH)
def search(
    problem: RecourseProblem,
    references: ReferenceData,
    preferences: Preferences,
    work: float = WORK,
    fronts: FrontSearch | None = None,
) -> SearchResult:
    """What the best search that the classifier allows brings home.

    `fronts` of the same question, where they are wanted anyhow, tell what is out of reach.
    """
    if len(problem.levers) == 0:
        unchanged = problem.unchanged
        risk = float(problem.risk(unchanged)[0])
        lowest = LowestRisk(unchanged[0], risk, bound=risk, max_changes=problem.levers.max_changes)
        return SearchResult(unchanged[:0], lowest, proved=True, bound=np.inf)
    if references.forest is None or len(problem.levers) > MOST_LEVERS:
        return beam_search(problem)
    if fronts and fronts.exact and fronts.whole.proved and not problem.reached(fronts.whole.risk).any():
        return _out_of_reach(problem, fronts)
    alone, met = (fronts.exact, fronts.whole.levels) if fronts else (None, None)
    result = find_exactly(problem, references, preferences, work, alone, met)
    if result.proved:
        return result
    pool = beam_search(problem)  # its budget is spent: whatever the quicker search has to choose from
    levels = np.concatenate([result.levels, pool.levels, _reaching(result.lowest, problem)])
    return replace(result, levels=levels, lowest=result.lowest or pool.lowest)


def more_changes(
    problem: RecourseProblem, references: ReferenceData, lowest: LowestRisk, exact: ExactSearch | None
) -> tuple[LowestRisk, ...]:
    """What changing more features than permitted would give, where it is worth telling (`relaxations`)."""
    if exact is not None:
        return tuple(with_more_changes(problem, exact, references.links.classifier, lowest))
    return tuple(relaxations(lowest, problem.target, lambda: _lowest_of_all(problem)))


def _out_of_reach(problem: RecourseProblem, fronts: FrontSearch) -> SearchResult:
    """A proved front ends above the target: that is how far down the risk goes."""
    front, unchanged = fronts.whole, problem.unchanged
    risk = float(front.risk[-1]) if len(front.risk) else fronts.now
    levels = front.levels[-1] if len(front.risk) else unchanged[0]
    lowest = LowestRisk(levels, risk, bound=risk, max_changes=problem.levers.max_changes)
    return SearchResult(unchanged[:0], lowest, proved=True, bound=np.inf)


def _lowest_of_all(problem: RecourseProblem) -> LowestRisk | None:
    """As far down as the search in batches gets with any number of changes; None with the budget spent."""
    if problem.budget.is_spent:
        return None
    levers = replace(problem.levers, max_changes=len(problem.levers))
    return beam_search(replace(problem, levers=levers)).lowest


def _reaching(lowest: LowestRisk | None, problem: RecourseProblem) -> IntArray:
    """The way to the lowest risk, where that reaches the target after all; shape (0 or 1, levers)."""
    if lowest is None or lowest.risk > problem.target:
        return problem.unchanged[:0]
    return lowest.levels[None]
