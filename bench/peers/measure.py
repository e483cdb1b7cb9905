"""From answers to figures: every returned row is judged, then a method's rows are summed up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from app.domain.schema import FloatArray
from bench.peers.answers import Answer, Ending
from bench.peers.judges import Judges
from bench.peers.metrics import Shape, distance, jaccard_distance, shape_of
from bench.peers.people import Person

HOLDS = 0.85
"""An answer holds when at least this share of the new refits and of the new draws of noise keep it."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One returned row: its shape, whether it reaches the target, and how well it holds."""

    row: FloatArray
    shape: Shape
    valid: bool
    typical: bool
    refits: float
    noise: float
    committee: float

    @property
    def strict_grid_aside(self) -> bool:
        s = self.shape
        return self.valid and self.typical and s.fixed_kept and s.in_range and s.relations_kept

    @property
    def strict(self) -> bool:
        """Valid, fixed kept, in range, on the grid, relations kept, near real people."""
        return self.strict_grid_aside and self.shape.on_grid

    @property
    def doable(self) -> bool:
        """Strictly right, and within what the schema says that people can do."""
        return self.strict and self.shape.links_kept and self.shape.actionable

    @property
    def holds(self) -> bool:
        return self.valid and min(self.refits, self.noise) >= HOLDS


@dataclass(frozen=True, slots=True)
class Asked:
    """One person, what a method answered, and each returned row judged, best first."""

    person: Person
    answer: Answer
    judged: tuple[Judged, ...]

    @property
    def best(self) -> Judged | None:
        return self.judged[0] if self.judged else None

    @property
    def solves(self) -> bool:
        """Whether an answer shows that this person has a solution within the schema's limits."""
        return any(one.doable for one in self.judged)


def judge(judges: Judges, people: Sequence[Person], answers: Mapping[int, Answer]) -> list[Asked]:
    """Judge all answers of one method, in the people's order; people not asked yet are left out."""
    pairs = [(person, answers[person.source_id]) for person in people if person.source_id in answers]
    owners = [person for person, answer in pairs for _ in answer.reply.rows]
    rows = np.array([row for _, answer in pairs for row in answer.reply.rows], dtype=np.float64)
    judged = iter(_judge_rows(judges, owners, rows) if len(rows) else [])
    return [Asked(p, answer, tuple(next(judged) for _ in answer.reply.rows)) for p, answer in pairs]


def _judge_rows(judges: Judges, owners: Sequence[Person], rows: FloatArray) -> list[Judged]:
    scene = judges.scene
    shapes = [shape_of(scene.schema, p, row, judges.sd) for p, row in zip(owners, rows, strict=True)]
    columns = (
        rows,
        shapes,
        (scene.risk(rows) <= scene.target).tolist(),
        judges.typical(rows).tolist(),
        judges.survives_refits(rows).tolist(),
        judges.survives_noise(rows).tolist(),
        judges.survives_committee(rows).tolist(),
    )
    return [Judged(*figures) for figures in zip(*columns, strict=True)]


Figures = dict[str, float | None]


def right(asked: Sequence[Asked], solvable: frozenset[int]) -> Figures:
    """Is the first answer right? Percentages: of all asked, of those with a solution, of those answered."""
    best = [one.best for one in asked]
    got = [one for one in best if one is not None]
    of_solvable = [one.best for one in asked if one.person.source_id in solvable]
    return {
        "asked": len(asked),
        "answered": _percent([one is not None for one in best]),
        "valid": _percent([one is not None and one.valid for one in best]),
        "fixed_kept": _percent([one.shape.fixed_kept for one in got]),
        "in_range": _percent([one.shape.in_range for one in got]),
        "on_grid": _percent([one.shape.on_grid for one in got]),
        "relations_kept": _percent([one.shape.relations_kept for one in got]),
        "typical": _percent([one.typical for one in got]),
        "strict": _percent([one is not None and one.strict for one in best]),
        "strict_grid_aside": _percent([one is not None and one.strict_grid_aside for one in best]),
        "strict_solvable": _percent([one is not None and one.strict for one in of_solvable]),
        "links_kept": _percent([one.shape.links_kept for one in got]),
        "actionable": _percent([one.shape.actionable for one in got]),
        "doable": _percent([one is not None and one.doable for one in best]),
        "doable_solvable": _percent([one is not None and one.doable for one in of_solvable]),
    }


def holding(asked: Sequence[Asked], reference: Sequence[Asked], solvable: frozenset[int]) -> Figures:
    """What the first answer asks, and whether it holds; over valid answers save for the last three shares."""
    got = [one.best for one in asked if one.best is not None and one.best.valid]
    every = [one.best for one in asked]
    of_solvable = [one.best for one in asked if one.person.source_id in solvable]
    return {
        "changes": _mean([len(one.shape.moved) for one in got]),
        "effort": _median([one.shape.effort for one in got]),
        "effort_ratio": _ratio_of_medians(asked, reference, _effort),
        "distance": _median([one.shape.distance for one in got]),
        "trivial": _percent([one.shape.trivial for one in got]),
        "refits": _mean([100 * one.refits for one in got]),
        "noise": _mean([100 * one.noise for one in got]),
        "committee": _mean([100 * one.committee for one in got]),
        "holds": _percent([one.holds for one in got]),
        "strict_holds": _percent([one is not None and one.strict and one.holds for one in every]),
        "doable_holds": _percent([one is not None and one.doable and one.holds for one in every]),
        "doable_holds_solvable": _percent(
            [one is not None and one.doable and one.holds for one in of_solvable]
        ),
    }


def speed(asked: Sequence[Asked], reference: Sequence[Asked]) -> Figures:
    """Milliseconds for one person, and how asking ended; a person not answered counts like all others."""
    cpu = [1000 * one.answer.cpu_s for one in asked]
    wall = [1000 * one.answer.wall_s for one in asked]
    endings = [one.answer.reply.ending for one in asked]
    return {
        "cpu_ms": _median(cpu),
        "cpu_ms_p95": _quantile(cpu, 0.95),
        "cpu_ms_answered": _median([1000 * one.answer.cpu_s for one in asked if one.best is not None]),
        "cpu_ratio": _ratio_of_medians(asked, reference, lambda one: one.answer.cpu_s),
        "wall_ms": _median(wall),
        "wall_ms_p95": _quantile(wall, 0.95),
        "proved": float(sum(one.answer.reply.proved for one in asked)),
        **{ending.value: float(endings.count(ending)) for ending in Ending},
    }


def several(judges: Judges, asked: Sequence[Asked]) -> Figures:
    """Several answers for each person: how many, how right, how different; pairs where there are two."""
    every = [answer for one in asked for answer in one.judged]
    pairs = [pair for one in asked for pair in combinations(one.judged, 2)]
    counted = np.ones(judges.sd.shape, dtype=bool) & (judges.sd > 0)
    return {
        "got": _mean([len(one.judged) for one in asked]),
        "strict": _percent([answer.strict for answer in every]),
        "doable": _percent([answer.doable for answer in every]),
        "holds": _percent([answer.holds for answer in every]),
        "pairwise_distance": _mean([distance(a.row, b.row, judges.sd, counted) for a, b in pairs]),
        "jaccard": _mean([jaccard_distance(a.shape.moved, b.shape.moved) for a, b in pairs]),
    }


def real_people(judges: Judges, rows: FloatArray) -> Figures:
    """The reference: how real people, nothing changed, fare before the same judges."""
    return {
        "people": len(rows),
        "typical": _percent(judges.typical(rows).tolist()),
        "refits": _mean((100 * judges.survives_refits(rows)).tolist()),
        "noise": _mean((100 * judges.survives_noise(rows)).tolist()),
        "committee": _mean((100 * judges.survives_committee(rows)).tolist()),
    }


def _ratio_of_medians(
    asked: Sequence[Asked], reference: Sequence[Asked], figure: Callable[[Asked], float]
) -> float | None:
    """A method's median by the reference's, over the people whom both answered validly."""
    theirs = {one.person.source_id: one for one in reference if one.best is not None and one.best.valid}
    both = [
        (figure(one), figure(theirs[one.person.source_id]))
        for one in asked
        if one.best is not None and one.best.valid and one.person.source_id in theirs
    ]
    own, other = (_median([pair[side] for pair in both]) for side in (0, 1))
    return own / other if own is not None and other else None


def _effort(one: Asked) -> float:
    return one.best.shape.effort if one.best is not None else float("nan")


def _percent(flags: Sequence[bool]) -> float | None:
    return 100.0 * sum(flags) / len(flags) if flags else None


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if len(values) else None


def _median(values: Sequence[float]) -> float | None:
    return _quantile(values, 0.5)


def _quantile(values: Sequence[float], share: float) -> float | None:
    known = np.array(values, dtype=float)
    known = known[~np.isnan(known)]
    return float(np.quantile(known, share)) if len(known) else None
