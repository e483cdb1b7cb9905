"""A method's answers judged by whom they help, by the refits and draws the engine uses and by new ones."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.schema import FloatArray
from app.engine.robustness import RobustnessEvaluator, draws_for, evaluator_for
from research.evaluation.benchmark_setup.people import BenchmarkPerson, BenchmarkSetup
from research.evaluation.methods.reply import MethodReply
from research.evaluation.metrics.coverage import Coverage, FallJudge, Held, Rules, best_of
from research.evaluation.metrics.evaluators import Evaluators
from research.evaluation.metrics.judged_options import NEW_EFFECTS_SEED, NEW_SEED
from research.evaluation.metrics.read_option import Reading, ReadOption


@dataclass(frozen=True, slots=True)
class CoveredOption:
    """One option, whatever it does: `seen` and `new` are the judges' words before its moves are looked at."""

    permitted: bool
    effort: float
    reduction: float
    half: tuple[float, ...]
    """Shares of new refits, noise draws and adherence draws in which half of the fall remains, or more."""
    seen: Coverage
    new: Coverage


@dataclass(frozen=True, slots=True)
class CoveredPerson:
    """All options of one person, in the method's order."""

    person: int
    options: tuple[CoveredOption, ...]

    @property
    def permitted(self) -> list[CoveredOption]:
        return [option for option in self.options if option.permitted]

    @property
    def seen(self) -> Coverage:
        """By the refits and draws that the engine uses; of permitted options alone."""
        return best_of([option.seen for option in self.permitted])

    @property
    def new(self) -> Coverage:
        """By refits and draws that no method has seen; of permitted options alone."""
        return best_of([option.new for option in self.permitted])

    @property
    def seen_of_any(self) -> Coverage:
        """With the options that nobody is permitted."""
        return best_of([option.seen for option in self.options])

    @property
    def new_of_any(self) -> Coverage:
        return best_of([option.new for option in self.options])

    @property
    def useful(self) -> list[CoveredOption]:
        """Permitted options that reach the target or improve robustly, by the new judges."""
        return [option for option in self.permitted if option.new is not Coverage.NEITHER]

    @property
    def furthest(self) -> CoveredOption | None:
        """The useful option of the largest fall."""
        return max(self.useful, key=lambda option: option.reduction, default=None)

    @property
    def easiest(self) -> CoveredOption | None:
        """The useful option of the least effort."""
        return min(self.useful, key=lambda option: option.effort, default=None)


@dataclass(frozen=True)
class CoverageJudges:
    """Both judges of one model version under one setup's rules."""

    setup: BenchmarkSetup
    seen: FallJudge
    new: FallJudge

    def person(
        self, person: BenchmarkPerson, replies: Sequence[MethodReply], reading: Reading
    ) -> CoveredPerson:
        """Judge all options of one or more replies about a person."""
        options = [
            self._option(person, np.array(values, dtype=np.float64), _said(reply, place), reading)
            for reply in replies
            for place, values in enumerate(reply.rows)
        ]
        return CoveredPerson(person.source_id, tuple(options))

    def _option(
        self, person: BenchmarkPerson, row: FloatArray, said: Sequence[str] | None, reading: Reading
    ) -> CoveredOption:
        schema = self.setup.schema
        read = ReadOption(schema, schema, person, row, said, reading)
        seen, new = (_held(judge, person, read) for judge in (self.seen, self.new))
        return CoveredOption(
            permitted=read.is_permitted,
            effort=read.effort,
            reduction=float(new.reduction[0]),
            half=tuple(new.half[0].tolist()),
            seen=seen.coverage[0],
            new=new.coverage[0],
        )


def coverage_judges(setup: BenchmarkSetup, evaluators: Evaluators) -> CoverageJudges:
    """The judges of a setup; `evaluators` have new refits of the same model, whatever its scope."""
    schema, classifier = setup.schema, setup.model.classifier
    rules = Rules(setup.target, schema.model.min_robustness)
    new = RobustnessEvaluator(evaluators.refits, draws_for(schema, NEW_SEED, NEW_EFFECTS_SEED))
    return CoverageJudges(
        setup,
        seen=FallJudge(classifier, evaluator_for(schema, setup.model.committee), rules),
        new=FallJudge(classifier, new, rules),
    )


def _held(judge: FallJudge, person: BenchmarkPerson, read: ReadOption) -> Held:
    drawn = read.drawn(read.parts, judge.evaluator.draws)
    return judge.held(judge.starts(person.row), read.row[None], drawn[None])


def _said(reply: MethodReply, place: int) -> Sequence[str] | None:
    return reply.asked[place] if reply.asked else None
