"""What raw proposals are worth to people whom nothing brings to the target: by how much the risk falls.

A sample that is not well formed counts as one that breaks the constraints and lowers nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.tolerances import SAME_RISK
from app.engine.references import ReferenceData
from app.proposers.llm.response import read_answer
from research.evaluation.proposals.cases import Case
from research.improving import enough, own_falls


@dataclass(frozen=True, slots=True)
class FallScores:
    """One person's figures; shares are of samples."""

    well_formed: float
    obedient: float
    falls: float
    """Permitted, and the risk is lower by the model's `least_reduction` or more."""
    falls_and_holds: float
    """That, and it falls in as many refits, noise and adherence draws as the schema asks for."""
    falls_best: float
    """1 if any sample falls and holds."""
    of_largest: float
    """The largest fall of a sample that holds, over the largest on the exact front that does; not a number
    where that is below the model's `least_reduction`."""


def fall_scores(case: Case, texts: Sequence[str], references: ReferenceData) -> FallScores:
    """The figures of one person's samples."""
    problem, count = case.problem, len(texts)
    read = [read_answer(problem.levers, text) for text in texts]
    levels = np.array([one for one in read if one is not None], dtype=np.int64)
    levels = levels.reshape(-1, len(problem.levers))
    formed = len(levels)
    levels = levels[problem.levers.allowed(levels)]
    falls = own_falls(problem, references, levels)
    lower = enough(problem, falls)
    holding = lower & falls.hold(problem.schema.model.min_robustness)
    least = problem.schema.model.least_reduction
    furthest = float(falls.reduction[holding].max(initial=0.0))
    return FallScores(
        well_formed=formed / count,
        obedient=len(levels) / count,
        falls=float(lower.sum()) / count,
        falls_and_holds=float(holding.sum()) / count,
        falls_best=float(holding.any()),
        of_largest=furthest / case.largest if case.largest >= least - SAME_RISK else np.nan,
    )
