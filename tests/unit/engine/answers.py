"""The engine's whole answer to a question, without a gateway."""

from dataclasses import replace

import numpy as np

from app.domain.counterfactual import Counterfactual, Diversity, Generator
from app.domain.recourse import GenerationStats, RecourseResult
from app.domain.schema import IntArray
from app.engine.front import FrontSearch
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem
from app.engine.recommend import already_valid, recommend
from app.engine.registry import ServedModel
from app.engine.search import WORK, search

NO_MODEL = GenerationStats()


def answer(
    served: ServedModel,
    problem: RecourseProblem,
    count: int = 4,
    min_robustness: float = 0.85,
    generator: Generator = Generator.SEARCH,
    proposals: IntArray | None = None,
    in_batches: bool = False,
    work: float = WORK,
    diversity: Diversity = Diversity.LEAST_EFFORT,
    always: bool = False,
) -> RecourseResult:
    """The outcome for a question; `in_batches` as for a classifier whose trees cannot be seen."""
    risk = float(problem.risk(problem.unchanged)[0])
    proposed = problem.unchanged[:0] if proposals is None else proposals
    preferences = Preferences(count, min_robustness, generator, diversity, always)
    references = replace(served.references, forest=None) if in_batches else served.references
    if risk <= problem.target:
        return already_valid(problem, references, preferences, risk)
    fronts = FrontSearch(problem, references)
    result = search(problem, references, preferences, work, fronts)
    return recommend(problem, references, preferences, risk, result, proposed, NO_MODEL, fronts)


def levels_of(problem: RecourseProblem, option: Counterfactual) -> IntArray:
    """Where an option puts each lever, shape (levers,)."""
    changed = {change.feature for change in option.changes}
    ends = [lever.feature.code(option.features[lever.feature.name]) for lever in problem.levers]
    reached = [
        int(np.argmin(np.abs(lever.values - end))) for lever, end in zip(problem.levers, ends, strict=True)
    ]
    return np.array(reached) * [lever.feature.name in changed for lever in problem.levers]
