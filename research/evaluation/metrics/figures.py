"""A method's evaluated answers summed up. A time-out or a crash is an answer not given, and counts.

Keys are those of shipped results and stay: `strict` there is feasible here, `doable` is actionable, and
`actionable` says that every move is permitted.
"""

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np

from app.domain.schema import FloatArray
from research.evaluation.methods.reply import Ending
from research.evaluation.metrics.estimates import Estimate, mean, quantile, share
from research.evaluation.metrics.evaluated import EvaluatedAnswer, EvaluatedPerson
from research.evaluation.metrics.evaluators import Evaluators
from research.evaluation.metrics.structure import jaccard_distance

Figures = dict[str, Estimate | None]


def correctness(results: Sequence[EvaluatedPerson], solvable: frozenset[int]) -> Figures:
    """Is the first answer right? Percentages: of all asked, of those with a solution, of those answered."""
    best = [one.best for one in results]
    got = [one for one in best if one is not None]
    of_solvable = [one.best for one in results if one.person.source_id in solvable]
    return {
        "answered": share([one is not None for one in best]),
        "valid": share([one is not None and one.valid for one in best]),
        "fixed_kept": share([one.structure.fixed_kept for one in got]),
        "in_range": share([one.structure.in_range for one in got]),
        "on_grid": share([one.structure.on_grid for one in got]),
        "relations_kept": share([one.structure.relations_kept for one in got]),
        "typical": share([one.typical for one in got]),
        "likely": share([one.likely for one in got]),
        "strict": share([one is not None and one.feasible for one in best]),
        "strict_grid_aside": share([one is not None and one.feasible_grid_aside for one in best]),
        "strict_solvable": share([one is not None and one.feasible for one in of_solvable]),
        "links_kept": share([one.structure.links_kept for one in got]),
        "actionable": share([one.structure.moves_permitted for one in got]),
        "doable": share([one is not None and one.actionable for one in best]),
        "doable_solvable": share([one is not None and one.actionable for one in of_solvable]),
    }


def cost(results: Sequence[EvaluatedPerson], reference: Sequence[EvaluatedPerson]) -> Figures:
    """What the first answer asks of a person, over valid answers."""
    got = _valid(results)
    return {
        "changes": mean([len(one.structure.moved) for one in got]),
        "effort": quantile([one.structure.effort for one in got]),
        "effort_ratio": _ratio_of_medians(results, reference, _effort),
        "distance": quantile([one.structure.distance for one in got]),
        "mads": quantile([one.structure.mads for one in got]),
        "heom": quantile([one.structure.heom for one in got]),
        "redundant": mean([one.redundant for one in got]),
        "trivial": share([one.structure.trivial for one in got]),
    }


def survival(results: Sequence[EvaluatedPerson], solvable: frozenset[int]) -> Figures:
    """Whether the first answer holds; over valid answers save for the last three shares."""
    got = _valid(results)
    every = [one.best for one in results]
    of_solvable = [one.best for one in results if one.person.source_id in solvable]
    return {
        "refits": mean([100 * one.refits for one in got]),
        "noise": mean([100 * one.noise for one in got]),
        "committee": mean([100 * one.committee for one in got]),
        "holds": share([one.holds for one in got]),
        "strict_holds": share([one is not None and one.feasible and one.holds for one in every]),
        "doable_holds": share([one is not None and one.actionable and one.holds for one in every]),
        "doable_holds_solvable": share(
            [one is not None and one.actionable and one.holds for one in of_solvable]
        ),
    }


def speed(results: Sequence[EvaluatedPerson], reference: Sequence[EvaluatedPerson]) -> Figures:
    """Milliseconds for one person, and how asking ended; a person not answered counts like all others."""
    cpu = [1000 * one.answer.cpu_s for one in results]
    wall = [1000 * one.answer.wall_s for one in results]
    endings = [one.answer.reply.ending for one in results]
    return {
        "cpu_ms": quantile(cpu),
        "cpu_ms_p95": quantile(cpu, 0.95),
        "cpu_ms_answered": quantile([1000 * one.answer.cpu_s for one in results if one.best is not None]),
        "cpu_ratio": _ratio_of_medians(results, reference, lambda one: one.answer.cpu_s),
        "wall_ms": quantile(wall),
        "wall_ms_p95": quantile(wall, 0.95),
        "memory": Estimate(max(one.answer.memory_mb for one in results)) if results else None,
        "proved": Estimate(float(sum(one.answer.reply.proved for one in results))),
        **{ending.value: Estimate(float(endings.count(ending))) for ending in Ending},
    }


def diversity(evaluators: Evaluators, results: Sequence[EvaluatedPerson]) -> Figures:
    """Several answers for each person: how many, how right, how different; pairs where there are two."""
    every = [answer for one in results for answer in one.evaluated]
    return {
        "got": mean([len(one.evaluated) for one in results]),
        "strict": share([answer.feasible for answer in every]),
        "doable": share([answer.actionable for answer in every]),
        "holds": share([answer.holds for answer in every]),
        "pairwise_distance": _mean_of_pairs(results, lambda a, b: _apart(evaluators, a, b)),
        "jaccard": _mean_of_pairs(
            results, lambda a, b: jaccard_distance(a.structure.moved, b.structure.moved)
        ),
        "dpp": mean([_dpp(evaluators, one.evaluated) for one in results if len(one.evaluated) > 1]),
    }


def stability(results: Sequence[EvaluatedPerson], again: Sequence[EvaluatedPerson]) -> Figures:
    """The same people asked twice, with another seed where the method takes one."""
    before = {one.person.source_id: one.best for one in results}
    pairs = [(before.get(one.person.source_id), one.best) for one in again]
    both = [(a, b) for a, b in pairs if a is not None and b is not None]
    return {
        "twice": Estimate(float(len(pairs))),
        "same_ending": share([(a is None) == (b is None) for a, b in pairs]),
        "same_features": share([a.structure.moved == b.structure.moved for a, b in both]),
        "same_row": share([np.array_equal(a.row, b.row, equal_nan=True) for a, b in both]),
        "overlap": mean([1 - jaccard_distance(a.structure.moved, b.structure.moved) for a, b in both]),
    }


def real_people(evaluators: Evaluators, rows: FloatArray) -> Figures:
    """The reference: how real people, nothing changed, fare before the same judges."""
    return {
        "people": Estimate(float(len(rows))),
        "typical": share(evaluators.typical(rows).tolist()),
        "likely": share(evaluators.likely(rows).tolist()),
        "refits": mean((100 * evaluators.survives_refits(rows)).tolist()),
        "noise": mean((100 * evaluators.survives_noise(rows)).tolist()),
        "committee": mean((100 * evaluators.survives_committee(rows)).tolist()),
    }


def _valid(results: Sequence[EvaluatedPerson]) -> list[EvaluatedAnswer]:
    return [one.best for one in results if one.best is not None and one.best.valid]


def _ratio_of_medians(
    results: Sequence[EvaluatedPerson],
    reference: Sequence[EvaluatedPerson],
    figure: Callable[[EvaluatedPerson], float],
) -> Estimate | None:
    """A method's median by the reference's, over the people whom both answered validly."""
    theirs = {one.person.source_id: one for one in reference if one.best is not None and one.best.valid}
    both = [
        (figure(one), figure(theirs[one.person.source_id]))
        for one in results
        if one.best is not None and one.best.valid and one.person.source_id in theirs
    ]
    known = [pair for pair in both if not np.isnan(pair).any()]
    own, other = (float(np.median([pair[side] for pair in known])) if known else 0.0 for side in (0, 1))
    return Estimate(own / other) if other else None


def _effort(one: EvaluatedPerson) -> float:
    return one.best.structure.effort if one.best is not None else float("nan")


def _mean_of_pairs(
    results: Sequence[EvaluatedPerson], apart: Callable[[EvaluatedAnswer, EvaluatedAnswer], float]
) -> Estimate | None:
    """Mean over people of the mean over pairs of a person's answers."""
    of_each = [[apart(a, b) for a, b in combinations(one.evaluated, 2)] for one in results]
    return mean([float(np.mean(pairs)) for pairs in of_each if pairs])


def _apart(evaluators: Evaluators, one: EvaluatedAnswer, other: EvaluatedAnswer) -> float:
    """L1 in standard deviations."""
    sd = evaluators.scales.sd
    return float((np.abs(np.nan_to_num(one.row - other.row))[sd > 0] / sd[sd > 0]).sum())


def _dpp(evaluators: Evaluators, answers: Sequence[EvaluatedAnswer]) -> float:
    """Determinant of 1 / (1 + distance) over pairs: DiCE's measure of diversity (Mothilal et al., 2020)."""
    kernel = [[1 / (1 + _apart(evaluators, one, other)) for other in answers] for one in answers]
    return float(np.linalg.det(np.array(kernel)))
