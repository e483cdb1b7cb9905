"""What raw proposals are worth, before anything is repaired.

Measures follow the counterfactual literature (Guidotti 2022; Mothilal et al. 2020). A sample that is not well
formed counts as not valid, not in range and not obedient.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from app.domain.schema import BoolArray, FloatArray, IntArray
from app.engine.problem import RecourseProblem
from app.engine.robustness import RobustnessEvaluator
from app.proposers.llm.response import read_answer
from research.evaluation.proposals.cases import Case


@dataclass(frozen=True, slots=True)
class ProposalScores:
    """One person's figures; shares are of samples, NaN where no sample was valid."""

    well_formed: float
    valid: float
    valid_best: float
    """1 if any sample is valid."""
    in_range: float
    obedient: float
    """Permitted moves alone, relations kept, no more changes than allowed."""
    holds: float
    """Valid, and valid under as many refits, noise and adherence draws as the schema asks for."""
    changes: float
    """Features changed by valid samples, mean (sparsity)."""
    proximity: float
    """Distance of valid samples from the factual: mean over columns of |change| / standard deviation."""
    effort: float
    """Least effort of a valid sample over that of the search's option."""
    diversity: float
    """Mean Jaccard distance between the sets of features that two different valid samples change."""


def scores(
    case: Case, texts: Sequence[str], evaluator: RobustnessEvaluator, spread: FloatArray
) -> ProposalScores:
    """The figures of one person's samples; `spread` is the population's standard deviation by column."""
    problem, count = case.problem, len(texts)
    levels = _well_formed(problem, texts)
    valid = valid_among(problem, texts)
    return ProposalScores(
        well_formed=len(levels) / count,
        valid=len(valid) / count,
        valid_best=float(len(valid) > 0),
        in_range=float(_in_range(problem, levels).sum()) / count,
        obedient=float(problem.levers.allowed(levels).sum()) / count,
        holds=_holding(problem, evaluator, valid) / count,
        changes=_mean((valid > 0).sum(axis=1)),
        proximity=_mean(_proximity(problem, valid, spread)),
        effort=float(problem.levers.effort(valid).min()) / case.effort if len(valid) else np.nan,
        diversity=_diversity(valid),
    )


def valid_among(problem: RecourseProblem, texts: Sequence[str]) -> IntArray:
    """The samples that are permitted and reach the target, shape (valid ones, levers)."""
    levels = _well_formed(problem, texts)
    return levels[problem.levers.allowed(levels) & problem.reached(problem.risk(levels))]


def _well_formed(problem: RecourseProblem, texts: Sequence[str]) -> IntArray:
    read = [levels for text in texts if (levels := read_answer(problem.levers, text)) is not None]
    return np.array(read, dtype=np.int64).reshape(-1, len(problem.levers))


def _in_range(problem: RecourseProblem, levels: IntArray) -> BoolArray:
    """Whether each value that a candidate changes lies in its clinical and its observed range."""
    rows = problem.levers.rows(levels)
    inside = np.ones(len(rows), dtype=bool)
    for feature in problem.schema.features:
        column = problem.schema.column_of.get(feature.name)
        for bounds in (feature.clinical, feature.observed):
            if column is not None and bounds is not None:
                value = rows[:, column]
                kept = (value == problem.levers.factual[column]) | np.isnan(value)
                inside &= kept | ((value >= bounds[0]) & (value <= bounds[1]))
    return inside


def _holding(problem: RecourseProblem, evaluator: RobustnessEvaluator, valid: IntArray) -> int:
    if len(valid) == 0:
        return 0
    rows = problem.levers.rows(valid)
    refits = evaluator.refits(rows, problem.target)
    noise, adherence = evaluator.noise_and_adherence(
        problem.classifier, problem.levers, valid, problem.target
    )
    least = np.minimum(np.minimum(refits, noise), adherence)
    return int((least >= problem.schema.model.min_robustness - 1e-9).sum())


def _proximity(problem: RecourseProblem, valid: IntArray, spread: FloatArray) -> FloatArray:
    apart = np.abs(problem.levers.rows(valid) - problem.levers.factual) / spread
    return np.nanmean(apart, axis=1) if len(valid) else np.empty(0)


def _diversity(valid: IntArray) -> float:
    moved = (
        [frozenset(np.flatnonzero(one).tolist()) for one in np.unique(valid, axis=0)] if len(valid) else []
    )
    return _mean(np.array([1 - len(a & b) / len(a | b) for a, b in combinations(moved, 2)]))


def _mean(values: FloatArray | IntArray) -> float:
    return float(np.mean(values)) if len(values) else float("nan")
