"""Every answer evaluated by measures that no method was told of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.schema import FloatArray
from research.evaluation.benchmark_setup.people import BenchmarkPerson
from research.evaluation.metrics.evaluators import Evaluators
from research.evaluation.metrics.structure import Structure, structure_of
from research.evaluation.runner.result_store import TimedReply

ROBUST_SHARE = 0.85
"""An answer holds when at least this share of the new refits and of the new draws of noise keep it."""


@dataclass(frozen=True, slots=True)
class EvaluatedAnswer:
    """One returned row: its structure, whether it reaches the target, and how well it holds."""

    row: FloatArray
    structure: Structure
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
    def feasible_grid_aside(self) -> bool:
        """Feasible, were values off the measurement grid allowed."""
        s = self.structure
        return self.valid and self.typical and s.fixed_kept and s.in_range and s.relations_kept

    @property
    def feasible(self) -> bool:
        """Valid, fixed kept, in range, on the grid, relations kept, near real people: `strict` in results."""
        return self.feasible_grid_aside and self.structure.on_grid

    @property
    def actionable(self) -> bool:
        """Feasible, linked features follow, and the schema permits every move; `doable` in results."""
        return self.feasible and self.structure.links_kept and self.structure.moves_permitted

    @property
    def holds(self) -> bool:
        return self.valid and min(self.refits, self.noise) >= ROBUST_SHARE


@dataclass(frozen=True, slots=True)
class EvaluatedPerson:
    """One person, what a method answered, and each returned row evaluated, best first."""

    person: BenchmarkPerson
    answer: TimedReply
    evaluated: tuple[EvaluatedAnswer, ...]

    @property
    def best(self) -> EvaluatedAnswer | None:
        return self.evaluated[0] if self.evaluated else None

    @property
    def solves(self) -> bool:
        """Whether an answer shows that this person has a solution within the rules' limits."""
        return any(one.actionable for one in self.evaluated)


def evaluate_answers(
    evaluators: Evaluators, people: Sequence[BenchmarkPerson], answers: Mapping[int, TimedReply]
) -> list[EvaluatedPerson]:
    """Evaluate all answers of one method, in the people's order; people not asked yet are left out."""
    pairs = [(person, answers[person.source_id]) for person in people if person.source_id in answers]
    owners = [person for person, answer in pairs for _ in answer.reply.rows]
    rows = np.array([row for _, answer in pairs for row in answer.reply.rows], dtype=np.float64)
    evaluated = _evaluate_rows(evaluators, owners, rows) if len(rows) else iter(())
    return [
        EvaluatedPerson(p, answer=answer, evaluated=tuple(next(evaluated) for _ in answer.reply.rows))
        for p, answer in pairs
    ]


def _evaluate_rows(
    evaluators: Evaluators, owners: Sequence[BenchmarkPerson], rows: FloatArray
) -> Iterator[EvaluatedAnswer]:
    setup = evaluators.setup
    structures = [
        structure_of(setup.setting, p, row, evaluators.scales) for p, row in zip(owners, rows, strict=True)
    ]
    valid = setup.risk(rows) <= setup.target
    columns = {
        "row": rows,
        "structure": structures,
        "valid": valid.tolist(),
        "typical": evaluators.typical(rows).tolist(),
        "likely": evaluators.likely(rows).tolist(),
        "refits": evaluators.survives_refits(rows).tolist(),
        "noise": evaluators.survives_noise(rows).tolist(),
        "committee": evaluators.survives_committee(rows).tolist(),
        "redundant": _redundant(evaluators, owners, rows, structures),
    }
    return (
        EvaluatedAnswer(**{name: column[at] for name, column in columns.items()}) for at in range(len(rows))
    )


def _redundant(
    evaluators: Evaluators,
    owners: Sequence[BenchmarkPerson],
    rows: FloatArray,
    structures: Sequence[Structure],
) -> list[int]:
    """How many changes of each row are needless; a feature goes back along with what follows it."""
    schema = evaluators.setup.setting.schema
    lesser, whose = [], []
    for index, (person, row, structure) in enumerate(zip(owners, rows, structures, strict=True)):
        for name in structure.moved:
            along = [link.feature for link in schema.links_by_driver.get(name, ())]
            back = row.copy()
            for feature in (name, *along):
                columns = [schema.columns.index(column) for column in schema[feature].columns]
                back[columns] = person.row[columns]
            lesser.append(back)
            whose.append(index)
    needless = np.zeros(len(rows), dtype=np.int64)
    if lesser:
        still = evaluators.setup.risk(np.stack(lesser)) <= evaluators.setup.target
        np.add.at(needless, np.array(whose)[still], 1)
    return needless.tolist()
