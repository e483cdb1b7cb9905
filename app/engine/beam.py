"""Beam search over levers: small changes that reach the target, found by asking the classifier in batches.

Works with any classifier that predicts in batches. Deterministic. Each round moves one more lever, or
one further out, so that after round k the pool holds good candidates of up to k changes. The pool keeps
cheap candidates at every depth below the target, not only the cheapest that just cross it: the ones that
survive a refitted classifier lie deeper.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from app.domain.schema import FloatArray, IntArray
from app.engine.neighbours import distinct, effective_moves, extensions
from app.engine.problem import RecourseProblem
from app.engine.search_result import LowestRisk, SearchResult

BEAM = 12
DEPTH = 0.15
"""How far below the target (in risk) the search goes on looking for candidates that hold better."""
BANDS = 6
PER_BAND = 20
_NEVER = 1e-9
"""No risk counts as nearer to 0 or 1: log-odds would be infinite."""


def beam_search(problem: RecourseProblem) -> SearchResult:
    """Candidates at or below the target, spread from just below it to `DEPTH` below."""
    lowest = problem.unchanged[0]
    lowest_risk = float(problem.risk(problem.unchanged)[0])
    pool_levels, pool_risk = [], []
    for children, risk in _rounds(problem, effective_moves(problem), problem.target - DEPTH):
        pool_levels.append(children[problem.reached(risk)])
        pool_risk.append(risk[problem.reached(risk)])
        best = int(risk.argmin())
        if risk[best] < lowest_risk:
            lowest, lowest_risk = children[best], float(risk[best])
    if not pool_levels:
        pool_levels, pool_risk = [problem.unchanged[:0]], [np.empty(0)]
    levels, risk = np.concatenate(pool_levels), np.concatenate(pool_risk)
    return SearchResult(
        _spread(problem, levels, risk), LowestRisk(lowest, lowest_risk, 0.0, problem.levers.max_changes)
    )


def met_in_batches(problem: RecourseProblem, closed: Sequence[int] = ()) -> IntArray:
    """Every candidate met on the way to the lowest risk; no `closed` lever moves. Shape (n, levers)."""
    moves = effective_moves(problem)
    moves = moves[~np.isin(moves[:, 0], closed)]
    met = [children for children, _ in _rounds(problem, moves, 0.0)]
    return np.concatenate([problem.unchanged[:0], *met])


def _rounds(problem: RecourseProblem, moves: IntArray, floor: float) -> Iterator[tuple[IntArray, FloatArray]]:
    """Candidates with their risks, round by round; those at or below `floor` are taken no further.

    With the budget overdrawn, what was met so far has to do.
    """
    beam = problem.unchanged
    for _ in range(min(problem.levers.max_changes, len(problem.levers))):
        if problem.budget.is_overdrawn:
            return
        children = distinct(extensions(beam, moves)[0])
        children = children[problem.levers.allowed(children)]
        if len(children) == 0:
            return
        risk = problem.risk(children)
        yield children, risk
        beam = _best(problem, children[risk > floor], risk[risk > floor])


def _best(problem: RecourseProblem, levels: IntArray, risk: FloatArray) -> IntArray:
    """The candidates to go on from: half by least risk, half by risk taken off per effort."""
    start = _logit(problem.risk(problem.unchanged))[0]
    gain = (start - _logit(risk)) / problem.levers.effort(levels)
    by_risk = np.argsort(risk, kind="stable")[: BEAM // 2]
    by_gain = np.argsort(-gain, kind="stable")[: BEAM - BEAM // 2]
    return levels[np.unique(np.concatenate([by_risk, by_gain]))]


def _spread(problem: RecourseProblem, levels: IntArray, risk: FloatArray) -> IntArray:
    """The cheapest candidates of each band of risk below the target, cheapest first."""
    effort = problem.levers.effort(levels)
    band = np.clip(((problem.target - risk) / (DEPTH / BANDS)).astype(np.int64), 0, BANDS)
    order = np.lexsort((risk, effort))
    kept = [order[band[order] == wanted][:PER_BAND] for wanted in range(BANDS + 1)]
    chosen = np.concatenate(kept)
    chosen = chosen[np.lexsort((risk[chosen], effort[chosen]))]
    return levels[chosen]


def _logit(risk: FloatArray) -> FloatArray:
    clipped = np.clip(risk, _NEVER, 1 - _NEVER)
    return np.log(clipped / (1 - clipped))
