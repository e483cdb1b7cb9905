"""Several options of one person, each judged by what it claims and by judges that no method has seen."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.domain.causes import Draws
from app.domain.schema import FeatureSchema, FloatArray
from app.engine.robustness import NOISE_DRAWS, draws_for
from research.evaluation.benchmark_setup.people import BenchmarkPerson
from research.evaluation.methods.reply import MethodReply
from research.evaluation.metrics.asked_changes import AskedChanges, contains_another, has_needless
from research.evaluation.metrics.evaluators import Evaluators
from research.evaluation.metrics.read_option import Reading, ReadOption

NEW_SEED, NEW_EFFECTS_SEED = 2026, 2027
"""Of noise with adherence, and of the order of quantiles; the shipped draws have 17 and 18."""
_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class JudgedOption:
    """One option that reaches the target.

    `by_rule`: the least of its shares of the shipped committee, noise draws and adherence draws, which its
    author may have seen. `refits`, `noise`, `adherence`: shares of new ones. `needless`: some of its changes
    do without the rest what it claims. `permitted`: within the person's reach, grid aside, of no more changes
    than are allowed, what is whole done whole, linked features where they follow.
    """

    changes: AskedChanges
    effort: float
    permitted: bool
    needless: bool
    by_rule: float
    refits: float
    noise: float
    adherence: float


@dataclass(frozen=True, slots=True)
class JudgedAnswer:
    """The options of a person that reach the target, in the method's order, and how many it gave."""

    person: int
    given: int
    options: tuple[JudgedOption, ...]
    repeated: int = 0
    """How many of them change all that another of them changes."""


@dataclass(frozen=True)
class OptionJudges:
    """The judges of one model version; `roles` is the schema that tells behaviours from the rest."""

    evaluators: Evaluators
    roles: FeatureSchema

    @cached_property
    def shipped_draws(self) -> Draws:
        return draws_for(self.schema)

    @cached_property
    def new_draws(self) -> Draws:
        return draws_for(self.schema, NEW_SEED, NEW_EFFECTS_SEED)

    @property
    def schema(self) -> FeatureSchema:
        return self.evaluators.setup.schema

    @property
    def target(self) -> float:
        return self.evaluators.setup.target

    def answer(
        self, person: BenchmarkPerson, reply: MethodReply, reading: Reading, claims_to_hold: bool
    ) -> JudgedAnswer:
        """Judge all options of a reply; `claims_to_hold` of a method that promises more than a low risk."""
        judged = []
        for place, values in enumerate(reply.rows):
            said = reply.asked[place] if reply.asked else None
            row = np.array(values, dtype=np.float64)
            read = ReadOption(self.schema, self.roles, person, row, said, reading)
            if self.reaches(read.row):
                judged.append(_Option(self, read).judged(claims_to_hold))
        asked = [one.changes for one in judged]
        repeated = sum(contains_another(place, asked) for place in range(len(asked)))
        return JudgedAnswer(person.source_id, len(reply.rows), tuple(judged), repeated)

    def reaches(self, row: FloatArray) -> bool:
        return bool(self.evaluators.setup.risk(row[None])[0] <= self.target)

    def held(self, drawn: FloatArray) -> tuple[float, float]:
        """Shares of an option's drawn versions, shape (draws, columns), at or below the target."""
        held = self.evaluators.setup.risk(drawn) <= self.target
        return float(held[:NOISE_DRAWS].mean()), float(held[NOISE_DRAWS:].mean())


class _Option:
    """One option in one reading, before its judges."""

    def __init__(self, judges: OptionJudges, read: ReadOption) -> None:
        self._judges, self._read = judges, read

    def judged(self, claims_to_hold: bool) -> JudgedOption:
        judges, read = self._judges, self._read
        noise, adherence = judges.held(read.drawn(read.parts, judges.new_draws))
        by_rule = self._by_rule(read.parts)
        claimed = float(np.floor(20 * by_rule + 20 * _SLACK) / 20)
        floor = min(claimed, judges.schema.model.min_robustness) if claims_to_hold else 0.0
        return JudgedOption(
            changes=read.changes,
            effort=read.effort,
            permitted=read.is_permitted,
            needless=has_needless(frozenset(read.parts), self._will_do(floor)),
            by_rule=by_rule,
            refits=float(judges.evaluators.survives_refits(read.row[None])[0]),
            noise=noise,
            adherence=adherence,
        )

    def _will_do(self, floor: float) -> Callable[[list[frozenset[str]]], bool]:
        def any_does(sets: list[frozenset[str]]) -> bool:
            rows = np.stack([self._read.row_of(parts) for parts in sets])
            low = self._judges.evaluators.setup.risk(rows) <= self._judges.target
            reaching = [parts for parts, reached in zip(sets, low, strict=True) if reached]
            return any(floor == 0.0 or self._by_rule(parts) >= floor - _SLACK for parts in reaching)

        return any_does

    def _by_rule(self, parts: Collection[str]) -> float:
        judges = self._judges
        committee = float(judges.evaluators.survives_committee(self._read.row_of(parts)[None])[0])
        return min(committee, *judges.held(self._read.drawn(parts, judges.shipped_draws)))
