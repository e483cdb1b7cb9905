"""Every answer judged by measures that no method was told of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.schema import FloatArray
from research.evaluation.benchmark_setup.people import BenchmarkPerson
from research.evaluation.judging.judges import Judges
from research.evaluation.judging.shape import Shape, shape_of
from research.evaluation.runner.result_store import TimedReply

HOLDS = 0.85
"""An answer holds when at least this share of the new refits and of the new draws of noise keep it."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One returned row: its shape, whether it reaches the target, and how well it holds."""

    row: FloatArray
    shape: Shape
    valid: bool
    typical: bool
    """As near to real people of the low class as 95 % of these are."""
    likely: bool
    """Its values come together as readily as those of 95 % of them."""
    refits: float
    noise: float
    committee: float
    redundant: int
    """Changed features each of which could be put back alone, the target still reached (CARLA)."""

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

    person: BenchmarkPerson
    answer: TimedReply
    judged: tuple[Judged, ...]

    @property
    def best(self) -> Judged | None:
        return self.judged[0] if self.judged else None

    @property
    def solves(self) -> bool:
        """Whether an answer shows that this person has a solution within the rules' limits."""
        return any(one.doable for one in self.judged)


def judge(
    judges: Judges, people: Sequence[BenchmarkPerson], answers: Mapping[int, TimedReply]
) -> list[Asked]:
    """Judge all answers of one method, in the people's order; people not asked yet are left out."""
    pairs = [(person, answers[person.source_id]) for person in people if person.source_id in answers]
    owners = [person for person, answer in pairs for _ in answer.reply.rows]
    rows = np.array([row for _, answer in pairs for row in answer.reply.rows], dtype=np.float64)
    judged = _judge_rows(judges, owners, rows) if len(rows) else iter(())
    return [
        Asked(p, answer=answer, judged=tuple(next(judged) for _ in answer.reply.rows)) for p, answer in pairs
    ]


def _judge_rows(judges: Judges, owners: Sequence[BenchmarkPerson], rows: FloatArray) -> Iterator[Judged]:
    setup = judges.setup
    shapes = [shape_of(setup.setting, p, row, judges.scales) for p, row in zip(owners, rows, strict=True)]
    valid = setup.risk(rows) <= setup.target
    columns = {
        "row": rows,
        "shape": shapes,
        "valid": valid.tolist(),
        "typical": judges.typical(rows).tolist(),
        "likely": judges.likely(rows).tolist(),
        "refits": judges.survives_refits(rows).tolist(),
        "noise": judges.survives_noise(rows).tolist(),
        "committee": judges.survives_committee(rows).tolist(),
        "redundant": _redundant(judges, owners, rows, shapes),
    }
    return (Judged(**{name: column[at] for name, column in columns.items()}) for at in range(len(rows)))


def _redundant(
    judges: Judges, owners: Sequence[BenchmarkPerson], rows: FloatArray, shapes: Sequence[Shape]
) -> list[int]:
    """How many changes of each row are needless; a feature goes back along with what follows it."""
    schema = judges.setup.setting.schema
    lesser, whose = [], []
    for index, (person, row, shape) in enumerate(zip(owners, rows, shapes, strict=True)):
        for name in shape.moved:
            along = [link.feature for link in schema.links_by_driver.get(name, ())]
            back = row.copy()
            for feature in (name, *along):
                columns = [schema.columns.index(column) for column in schema[feature].columns]
                back[columns] = person.row[columns]
            lesser.append(back)
            whose.append(index)
    needless = np.zeros(len(rows), dtype=np.int64)
    if lesser:
        still = judges.setup.risk(np.stack(lesser)) <= judges.setup.target
        np.add.at(needless, np.array(whose)[still], 1)
    return needless.tolist()
