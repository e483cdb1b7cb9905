"""A method's judged answers summed up. A time-out or a crash is an answer not given, and counts."""

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np

from app.domain.schema import FloatArray
from research.evaluation.judging.estimates import Estimate, mean, quantile, share
from research.evaluation.judging.judged import Asked, Judged
from research.evaluation.judging.judges import Judges
from research.evaluation.judging.shape import jaccard_distance
from research.evaluation.methods.reply import Ending

Figures = dict[str, Estimate | None]


def right(asked: Sequence[Asked], solvable: frozenset[int]) -> Figures:
    """Is the first answer right? Percentages: of all asked, of those with a solution, of those answered."""
    best = [one.best for one in asked]
    got = [one for one in best if one is not None]
    of_solvable = [one.best for one in asked if one.person.source_id in solvable]
    return {
        "answered": share([one is not None for one in best]),
        "valid": share([one is not None and one.valid for one in best]),
        "fixed_kept": share([one.shape.fixed_kept for one in got]),
        "in_range": share([one.shape.in_range for one in got]),
        "on_grid": share([one.shape.on_grid for one in got]),
        "relations_kept": share([one.shape.relations_kept for one in got]),
        "typical": share([one.typical for one in got]),
        "likely": share([one.likely for one in got]),
        "strict": share([one is not None and one.strict for one in best]),
        "strict_grid_aside": share([one is not None and one.strict_grid_aside for one in best]),
        "strict_solvable": share([one is not None and one.strict for one in of_solvable]),
        "links_kept": share([one.shape.links_kept for one in got]),
        "actionable": share([one.shape.actionable for one in got]),
        "doable": share([one is not None and one.doable for one in best]),
        "doable_solvable": share([one is not None and one.doable for one in of_solvable]),
    }


def asking(asked: Sequence[Asked], reference: Sequence[Asked]) -> Figures:
    """What the first answer asks of a person, over valid answers."""
    got = _valid(asked)
    return {
        "changes": mean([len(one.shape.moved) for one in got]),
        "effort": quantile([one.shape.effort for one in got]),
        "effort_ratio": _ratio_of_medians(asked, reference, _effort),
        "distance": quantile([one.shape.distance for one in got]),
        "mads": quantile([one.shape.mads for one in got]),
        "heom": quantile([one.shape.heom for one in got]),
        "redundant": mean([one.redundant for one in got]),
        "trivial": share([one.shape.trivial for one in got]),
    }


def holding(asked: Sequence[Asked], solvable: frozenset[int]) -> Figures:
    """Whether the first answer holds; over valid answers save for the last three shares."""
    got = _valid(asked)
    every = [one.best for one in asked]
    of_solvable = [one.best for one in asked if one.person.source_id in solvable]
    return {
        "refits": mean([100 * one.refits for one in got]),
        "noise": mean([100 * one.noise for one in got]),
        "committee": mean([100 * one.committee for one in got]),
        "holds": share([one.holds for one in got]),
        "strict_holds": share([one is not None and one.strict and one.holds for one in every]),
        "doable_holds": share([one is not None and one.doable and one.holds for one in every]),
        "doable_holds_solvable": share([one is not None and one.doable and one.holds for one in of_solvable]),
    }


def speed(asked: Sequence[Asked], reference: Sequence[Asked]) -> Figures:
    """Milliseconds for one person, and how asking ended; a person not answered counts like all others."""
    cpu = [1000 * one.answer.cpu_s for one in asked]
    wall = [1000 * one.answer.wall_s for one in asked]
    endings = [one.answer.reply.ending for one in asked]
    return {
        "cpu_ms": quantile(cpu),
        "cpu_ms_p95": quantile(cpu, 0.95),
        "cpu_ms_answered": quantile([1000 * one.answer.cpu_s for one in asked if one.best is not None]),
        "cpu_ratio": _ratio_of_medians(asked, reference, lambda one: one.answer.cpu_s),
        "wall_ms": quantile(wall),
        "wall_ms_p95": quantile(wall, 0.95),
        "memory": Estimate(max(one.answer.memory_mb for one in asked)) if asked else None,
        "proved": Estimate(float(sum(one.answer.reply.proved for one in asked))),
        **{ending.value: Estimate(float(endings.count(ending))) for ending in Ending},
    }


def several(judges: Judges, asked: Sequence[Asked]) -> Figures:
    """Several answers for each person: how many, how right, how different; pairs where there are two."""
    every = [answer for one in asked for answer in one.judged]
    return {
        "got": mean([len(one.judged) for one in asked]),
        "strict": share([answer.strict for answer in every]),
        "doable": share([answer.doable for answer in every]),
        "holds": share([answer.holds for answer in every]),
        "pairwise_distance": _mean_of_pairs(asked, lambda a, b: _apart(judges, a, b)),
        "jaccard": _mean_of_pairs(asked, lambda a, b: jaccard_distance(a.shape.moved, b.shape.moved)),
        "dpp": mean([_dpp(judges, one.judged) for one in asked if len(one.judged) > 1]),
    }


def stability(asked: Sequence[Asked], again: Sequence[Asked]) -> Figures:
    """The same people asked twice, with another seed where the method takes one."""
    before = {one.person.source_id: one.best for one in asked}
    pairs = [(before.get(one.person.source_id), one.best) for one in again]
    both = [(a, b) for a, b in pairs if a is not None and b is not None]
    return {
        "twice": Estimate(float(len(pairs))),
        "same_ending": share([(a is None) == (b is None) for a, b in pairs]),
        "same_features": share([a.shape.moved == b.shape.moved for a, b in both]),
        "same_row": share([np.array_equal(a.row, b.row, equal_nan=True) for a, b in both]),
        "overlap": mean([1 - jaccard_distance(a.shape.moved, b.shape.moved) for a, b in both]),
    }


def real_people(judges: Judges, rows: FloatArray) -> Figures:
    """The reference: how real people, nothing changed, fare before the same judges."""
    return {
        "people": Estimate(float(len(rows))),
        "typical": share(judges.typical(rows).tolist()),
        "likely": share(judges.likely(rows).tolist()),
        "refits": mean((100 * judges.survives_refits(rows)).tolist()),
        "noise": mean((100 * judges.survives_noise(rows)).tolist()),
        "committee": mean((100 * judges.survives_committee(rows)).tolist()),
    }


def _valid(asked: Sequence[Asked]) -> list[Judged]:
    return [one.best for one in asked if one.best is not None and one.best.valid]


def _ratio_of_medians(
    asked: Sequence[Asked], reference: Sequence[Asked], figure: Callable[[Asked], float]
) -> Estimate | None:
    """A method's median by the reference's, over the people whom both answered validly."""
    theirs = {one.person.source_id: one for one in reference if one.best is not None and one.best.valid}
    both = [
        (figure(one), figure(theirs[one.person.source_id]))
        for one in asked
        if one.best is not None and one.best.valid and one.person.source_id in theirs
    ]
    known = [pair for pair in both if not np.isnan(pair).any()]
    own, other = (float(np.median([pair[side] for pair in known])) if known else 0.0 for side in (0, 1))
    return Estimate(own / other) if other else None


def _effort(one: Asked) -> float:
    return one.best.shape.effort if one.best is not None else float("nan")


def _mean_of_pairs(asked: Sequence[Asked], apart: Callable[[Judged, Judged], float]) -> Estimate | None:
    """Mean over people of the mean over pairs of a person's answers."""
    of_each = [[apart(a, b) for a, b in combinations(one.judged, 2)] for one in asked]
    return mean([float(np.mean(pairs)) for pairs in of_each if pairs])


def _apart(judges: Judges, one: Judged, other: Judged) -> float:
    """L1 in standard deviations."""
    sd = judges.scales.sd
    return float((np.abs(np.nan_to_num(one.row - other.row))[sd > 0] / sd[sd > 0]).sum())


def _dpp(judges: Judges, answers: Sequence[Judged]) -> float:
    """Determinant of 1 / (1 + distance) over pairs: DiCE's measure of diversity (Mothilal et al., 2020)."""
    kernel = [[1 / (1 + _apart(judges, one, other)) for other in answers] for one in answers]
    return float(np.linalg.det(np.array(kernel)))
