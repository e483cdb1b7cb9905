"""The engine's whole answer to a question, without a gateway."""

from dataclasses import replace

import numpy as np

from app.domain.counterfactual import Counterfactual, GenerationStats, Generator, RecourseResult
from app.domain.schema import IntArray
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem
from app.engine.recommend import recommend
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
) -> RecourseResult:
    """The outcome for a question; `in_batches` as for a classifier whose trees cannot be seen."""
    risk = float(problem.risk(problem.unchanged)[0])
    proposed = problem.unchanged[:0] if proposals is None else proposals
    preferences = Preferences(count, min_robustness, generator)
    references = replace(served.references, forest=None) if in_batches else served.references
    result = search(problem, references, preferences, work)
    return recommend(problem, references, preferences, risk, result, proposed, NO_MODEL)


def levels_of(problem: RecourseProblem, option: Counterfactual) -> IntArray:
    """Where an option puts each lever, shape (levers,): what it does not change may still move along."""
    row, changed = problem.schema.encode(option.features), {change.feature for change in option.changes}
    return np.array(
        [
            int(np.argmin(np.abs(lever.values - row[lever.columns[0]])))
            if lever.feature.name in changed
            else 0
            for lever in problem.levers
        ]
    )
