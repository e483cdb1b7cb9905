"""Which search answers a question: the exact one where the trees can be seen, else the one in batches."""

import numpy as np

from app.engine.exact.recourse import find_exactly
from app.engine.exact.solver import MOST_LEVERS
from app.engine.found import Found, Lowest
from app.engine.question import Question
from app.engine.search import search
from app.engine.wish import Wish
from app.engine.yardsticks import Yardsticks

BUDGET_S = 1.0
"""How long the exact search may take over its proofs."""


def find(question: Question, yardsticks: Yardsticks, wish: Wish, budget_s: float = BUDGET_S) -> Found:
    """What the best search that the classifier allows brings home."""
    if len(question.levers) == 0:
        unchanged = question.unchanged
        risk = float(question.risk(unchanged)[0])
        return Found(unchanged[:0], Lowest(unchanged[0], risk, bound=risk), proved=True, bound=np.inf)
    if yardsticks.forest is None or len(question.levers) > MOST_LEVERS:
        return search(question)
    found = find_exactly(question, yardsticks, wish, budget_s)
    if len(found.levels) or found.proved:
        return found
    pool = search(question)  # out of time with nothing in hand: whatever the quicker search has
    return Found(pool.levels, found.lowest, proved=False, bound=found.bound)
