"""Which search answers a question: the exact one where the trees can be seen, else the one in batches."""

from dataclasses import replace

import numpy as np

from app.domain.schema import IntArray
from app.engine.exact.recourse import find_exactly
from app.engine.exact.solver import MOST_LEVERS
from app.engine.found import Found, Lowest
from app.engine.question import Question
from app.engine.relaxed import relaxations
from app.engine.search import search
from app.engine.wish import Wish
from app.engine.yardsticks import Yardsticks

WORK = 5_000_000
"""How much the exact search may look at for its proofs, in the units of `Budget`: about a second."""


def find(question: Question, yardsticks: Yardsticks, wish: Wish, work: float = WORK) -> Found:
    """What the best search that the classifier allows brings home."""
    if len(question.levers) == 0:
        unchanged = question.unchanged
        risk = float(question.risk(unchanged)[0])
        lowest = Lowest(unchanged[0], risk, bound=risk, max_changes=question.levers.max_changes)
        return Found(unchanged[:0], lowest, proved=True, bound=np.inf)
    if yardsticks.forest is None or len(question.levers) > MOST_LEVERS:
        return _in_batches(question)
    found = find_exactly(question, yardsticks, wish, work)
    if found.proved:
        return found
    pool = _in_batches(question)  # its budget is spent: whatever the quicker search has to choose from
    levels = np.concatenate([found.levels, pool.levels, _reaching(found.lowest, question)])
    return replace(found, levels=levels, lowest=found.lowest or pool.lowest)


def _in_batches(question: Question) -> Found:
    found = search(question)
    lowest = found.lowest
    if len(found.levels) or lowest is None:
        return found
    relaxed = relaxations(lowest, question.target, lambda: _lowest_of_all(question))
    return replace(found, relaxed=tuple(relaxed))


def _lowest_of_all(question: Question) -> Lowest | None:
    """As far down as the search in batches gets with any number of changes."""
    levers = replace(question.levers, max_changes=len(question.levers))
    return search(replace(question, levers=levers)).lowest


def _reaching(lowest: Lowest | None, question: Question) -> IntArray:
    """The way to the lowest risk, where that reaches the target after all; shape (0 or 1, levers)."""
    if lowest is None or lowest.risk > question.target:
        return question.unchanged[:0]
    return lowest.levels[None]
