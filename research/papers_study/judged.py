"""A method's first answer about each row, by measures that no method was told of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.schema import FloatArray
from research.evaluation.benchmark_setup.people import BenchmarkPerson, BenchmarkSetup
from research.evaluation.metrics.scales import Scales, scales_of
from research.evaluation.metrics.structure import Structure, structure_of
from research.evaluation.runner.result_store import TimedReply
from research.papers_study.fold_versions import Fold
from research.papers_study.nearness import Nearness, nearness_of


@dataclass(frozen=True, slots=True)
class Answer:
    """One returned row: what it changes, whether it is of the wanted class, and whether it is near."""

    row: FloatArray
    structure: Structure
    valid: bool
    near: bool

    @property
    def doable(self) -> bool:
        """Valid, in range and near, and every move is one that the schema permits."""
        s = self.structure
        right = self.valid and self.near and s.fixed_kept and s.in_range and s.on_grid and s.relations_kept
        return right and s.links_kept and s.moves_permitted


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """One row asked about, whose it is, and the method's first answer; none where it has none."""

    person: int
    factual: FloatArray
    answer: Answer | None
    seconds: float


@dataclass(frozen=True)
class Judge:
    """What the answers of one fold in one direction are judged by."""

    fold: Fold
    setup: BenchmarkSetup
    scales: Scales
    nearness: Nearness

    def judged(self, answers: Mapping[int, TimedReply]) -> Iterator[JudgedRow]:
        """Everybody who was asked about, in the setup's order."""
        for person in self.setup.people:
            reply = answers[person.source_id]
            rows = reply.reply.rows
            answer = self._answer(person, np.array(rows[0], dtype=np.float64)) if rows else None
            yield JudgedRow(self.fold.held_out[person.source_id], person.row, answer, reply.wall_s)

    def _answer(self, person: BenchmarkPerson, row: FloatArray) -> Answer:
        structure = structure_of(self.setup.setting, person, row, self.scales)
        valid = bool(self.setup.risk(row[None])[0] <= self.setup.target_of(person))
        return Answer(row, structure, valid, near=bool(self.nearness.near(row[None])[0]))


def judge_of(fold: Fold, setup: BenchmarkSetup) -> Judge:
    """The judge of a fold: distances and scales are those of its training people."""
    population = setup.model.population
    wanted = ~population.outcome
    whose = np.array(fold.training)[wanted].tolist()
    near = nearness_of(setup.schema, population.rows[wanted], whose)
    return Judge(fold, setup, scales_of(setup.schema, population.rows), near)


def changed(rows: Sequence[JudgedRow], feature: str) -> list[bool]:
    """Whether each valid answer changes a feature."""
    return [feature in one.answer.structure.moved for one in rows if one.answer and one.answer.valid]
