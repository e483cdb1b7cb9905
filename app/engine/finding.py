"""Which search answers a question: the exact one where the trees can be seen, else the one in batches."""

import numpy as np

from app.engine.exact.recourse import find_exactly
from app.engine.exact.solver import MOST_LEVERS
from app.engine.found import Found, Lowest
from app.engine.question import Question
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
        return Found(unchanged[:0], Lowest(unchanged[0], risk, bound=risk), proved=True, bound=np.inf)
    if yardsticks.forest is None or len(question.levers) > MOST_LEVERS:
        return search(question)
    found = find_exactly(question, yardsticks, wish, work)
    if found.proved:
        return found
    pool = search(question)  # its budget is spent: whatever the quicker search has to choose from
    levels = np.concatenate([found.levels, pool.levels])
    return Found(levels, found.lowest or pool.lowest, proved=False, bound=found.bound)
