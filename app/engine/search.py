"""Beam search over levers: small changes that reach the target, found by asking the classifier in batches.

Works with any classifier that predicts in batches. Deterministic. Each round moves one more lever, or
one further out, so that after round k the pool holds good candidates of up to k changes. The pool keeps
cheap candidates at every depth below the target, not only the cheapest that just cross it: the ones that
survive a refitted classifier lie deeper.
"""

import numpy as np

from app.domain.schema import FloatArray, IntArray
from app.engine.found import Found, Lowest
from app.engine.moves import distinct, extensions, telling_moves
from app.engine.question import Question

BEAM = 12
DEPTH = 0.15
"""How far below the target (in risk) the search goes on looking for candidates that hold better."""
BANDS = 6
PER_BAND = 20


def search(question: Question) -> Found:
    """Candidates at or below the target, spread from just below it to `DEPTH` below."""
    moves = telling_moves(question)
    beam, lowest = question.unchanged, question.unchanged[0]
    lowest_risk = float(question.risk(beam)[0])
    pool_levels, pool_risk = [], []
    for _ in range(min(question.levers.max_changes, len(question.levers))):
        children = distinct(extensions(beam, moves)[0])
        children = children[question.levers.allowed(children)]
        if len(children) == 0:
            break
        risk = question.risk(children)
        pool_levels.append(children[question.reached(risk)])
        pool_risk.append(risk[question.reached(risk)])
        best = int(risk.argmin())
        if risk[best] < lowest_risk:
            lowest, lowest_risk = children[best], float(risk[best])
        unfinished = risk > question.target - DEPTH
        beam = _best(question, children[unfinished], risk[unfinished])
    if not pool_levels:
        pool_levels, pool_risk = [question.unchanged[:0]], [np.empty(0)]
    levels, risk = np.concatenate(pool_levels), np.concatenate(pool_risk)
    return Found(
        _spread(question, levels, risk), Lowest(lowest, lowest_risk, 0.0, question.levers.max_changes)
    )


def _best(question: Question, levels: IntArray, risk: FloatArray) -> IntArray:
    """The candidates to go on from: half by least risk, half by risk taken off per effort."""
    start = _logit(question.risk(question.unchanged))[0]
    gain = (start - _logit(risk)) / question.levers.effort(levels)
    by_risk = np.argsort(risk, kind="stable")[: BEAM // 2]
    by_gain = np.argsort(-gain, kind="stable")[: BEAM - BEAM // 2]
    return levels[np.unique(np.concatenate([by_risk, by_gain]))]


def _spread(question: Question, levels: IntArray, risk: FloatArray) -> IntArray:
    """The cheapest candidates of each band of risk below the target, cheapest first."""
    effort = question.levers.effort(levels)
    band = np.clip(((question.target - risk) / (DEPTH / BANDS)).astype(np.int64), 0, BANDS)
    order = np.lexsort((risk, effort))
    kept = [order[band[order] == wanted][:PER_BAND] for wanted in range(BANDS + 1)]
    chosen = np.concatenate(kept)
    chosen = chosen[np.lexsort((risk[chosen], effort[chosen]))]
    return levels[chosen]


def _logit(risk: FloatArray) -> FloatArray:
    clipped = np.clip(risk, 1e-9, 1 - 1e-9)
    return np.log(clipped / (1 - clipped))
