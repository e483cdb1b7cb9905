"""How far down the risk goes where no candidate reaches the target, and what more changes would give."""

from collections.abc import Iterator

import numpy as np

from app.classifiers.link import Link
from app.engine.budget import Budget
from app.engine.exact.solver import Descent, ExactSearch
from app.engine.problem import RecourseProblem
from app.engine.relaxed import relaxations
from app.engine.search_result import LowestRisk

_RELAXED_WORK = 30_000
"""How much may be looked at to tell what more changes would give, in the units of `Budget`: it is beside the
question, and with many changes a proof may take long."""


def lowest_risk(problem: RecourseProblem, search: ExactSearch, link: Link, budget: Budget) -> LowestRisk:
    """The lowest risk in reach, with the candidate of least effort that gets there."""
    changes = problem.levers.max_changes
    descent = search.lowest(budget, changes)
    easiest = search.easiest(link.same_until(descent.margin), budget, changes)
    found = descent if easiest is None else descent._replace(levels=easiest)
    return _as_lowest(problem, link, found, changes)


def with_more_changes(
    problem: RecourseProblem, search: ExactSearch, link: Link, lowest: LowestRisk
) -> Iterator[LowestRisk]:
    """What changing more features than permitted would give, where it is worth telling (`relaxations`)."""
    budget = problem.budget.part(_RELAXED_WORK)

    def lowest_with(changes: int) -> LowestRisk:
        return _as_lowest(problem, link, search.lowest(budget, changes), changes)

    return relaxations(lowest, problem.target, lambda: lowest_with(len(problem.levers)), lowest_with)


def _as_lowest(problem: RecourseProblem, link: Link, descent: Descent, changes: int) -> LowestRisk:
    risk = float(problem.risk(descent.levels[None])[0])
    bound = min(risk, float(link.risk(np.array(descent.bound))))
    return LowestRisk(descent.levels, risk, bound, max_changes=changes)
