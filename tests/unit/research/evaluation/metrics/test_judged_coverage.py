"""Answers judged by whom they help: the engine's own claims, and peers' rows that nobody may follow."""

from dataclasses import replace

import numpy as np
import pytest

from app.domain.schema import FloatArray
from app.domain.scope import Inclusion, Programme, Scope
from app.engine.robustness import RobustnessEvaluator, draws_for, evaluator_for
from research.evaluation.benchmark_setup.people import BenchmarkPerson, BenchmarkSetup, CohortSpec, load_setup
from research.evaluation.benchmark_setup.setting import SettingKind
from research.evaluation.methods.reply import Ending, MethodReply
from research.evaluation.methods.turnpoint import ProblemBuilder, WholeAnswer
from research.evaluation.metrics.ceiling import ceiling_of
from research.evaluation.metrics.coverage import Coverage, FallJudge, Rules
from research.evaluation.metrics.every_way import candidate_count, every_candidate
from research.evaluation.metrics.judged_coverage import CoverageJudges, CoveredPerson
from research.evaluation.metrics.read_option import Reading

PEOPLE = 25
SCOPES = [Scope(), Scope((Inclusion.TREATMENT,), Programme.INTENSIVE)]
Case = tuple[BenchmarkPerson, MethodReply]


class Contrary:
    """A committee that sees risk rise wherever the classifier sees it fall."""

    size = 4

    def __init__(self, setup: BenchmarkSetup) -> None:
        self._setup = setup

    def risk(self, rows: FloatArray) -> FloatArray:
        return np.repeat(1.0 - self._setup.risk(rows)[None], self.size, axis=0)


@pytest.fixture(scope="module", params=SCOPES, ids=["usual", "widest"])
def setup(request: pytest.FixtureRequest) -> BenchmarkSetup:
    spec = CohortSpec("dysglycaemia", SettingKind.ACTIONABLE, people=PEOPLE, scope=request.param)
    return load_setup(spec)


@pytest.fixture(scope="module")
def judges(setup: BenchmarkSetup) -> CoverageJudges:
    """The shipped committee is seen; the new one contradicts the classifier."""
    schema, rules = setup.schema, Rules(setup.target, setup.schema.model.min_robustness)
    contrary = RobustnessEvaluator(Contrary(setup), draws_for(schema))
    return CoverageJudges(
        setup,
        seen=FallJudge(setup.model.classifier, evaluator_for(schema, setup.model.committee), rules),
        new=FallJudge(setup.model.classifier, contrary, rules),
    )


@pytest.fixture(scope="module")
def answered(setup: BenchmarkSetup) -> list[Case]:
    method = WholeAnswer(setup, "strategies", improvements=True)
    return [(person, method(person)) for person in setup.people]


def covered(judges: CoverageJudges, case: Case, reading: Reading = Reading.FOLLOWED) -> CoveredPerson:
    person, reply = case
    return judges.person(person, [reply], reading)


def test_what_the_engine_claims_the_judge_of_the_same_refits_and_draws_finds(
    judges: CoverageJudges, answered: list[Case]
) -> None:
    words = set()
    for case in answered:
        one = covered(judges, case)
        assert len(one.permitted) == len(one.options) == len(case[1].rows)
        if case[1].robust:
            assert one.seen is Coverage.REACHES
        elif case[1].rows:
            assert one.seen is not Coverage.REACHES
        words.add(one.seen)
    assert words == {Coverage.REACHES, Coverage.IMPROVES, Coverage.NEITHER} or not any(
        case[1].ending is Ending.NONE for case in answered
    )


def test_nobody_is_helped_before_a_committee_that_contradicts(
    judges: CoverageJudges, answered: list[Case]
) -> None:
    people = [covered(judges, case) for case in answered]
    assert any(one.seen is not Coverage.NEITHER for one in people)
    for one in people:
        assert one.new is Coverage.NEITHER
        assert one.furthest is None
        assert one.easiest is None


def test_no_method_gives_more_than_is_permitted_and_turnpoint_gives_it_all(
    judges: CoverageJudges, answered: list[Case]
) -> None:
    builder = ProblemBuilder(judges.setup)
    for case in answered[:12]:
        problem = builder.problem(case[0])
        most = ceiling_of(problem, judges.seen)
        assert covered(judges, case).seen is most.coverage
        assert most.falls >= (most.coverage is Coverage.IMPROVES)
        assert most.candidates <= candidate_count(problem)
        opposed = ceiling_of(problem, judges.new)
        assert opposed.coverage is Coverage.NEITHER
        assert (opposed.falls, opposed.largest) == (most.falls, most.largest)


def test_the_ceiling_is_what_a_look_at_all_at_once_finds(judges: CoverageJudges) -> None:
    builder, judge = ProblemBuilder(judges.setup), judges.seen
    for person in judges.setup.people[:4]:
        problem = builder.problem(person)
        everyone = every_candidate(problem)
        drawn = problem.levers.drawn_rows(everyone, judge.evaluator.draws)
        held = judge.held(judge.starts(person.row), problem.levers.rows(everyone), drawn)
        expected = min(held.coverage, key=list(Coverage).index)
        assert ceiling_of(problem, judge).coverage is expected


def test_rows_that_nobody_may_follow_are_no_help_however_far_the_risk_falls(
    judges: CoverageJudges, setup: BenchmarkSetup
) -> None:
    """A body mass index beyond the largest change, weight and waist with it."""
    for person in setup.people:
        if "bmi" not in person.ranges or not {"weight", "waist"} <= set(person.ranges):
            continue
        row = person.row.copy()
        column = setup.schema.column_of["bmi"]
        row[column] = person.row[column] - 2 * (person.row[column] - person.ranges["bmi"][0])
        reply = MethodReply(Ending.FOUND, (tuple(row.tolist()),))
        one = covered(judges, (person, reply))
        assert one.permitted == []
        assert one.seen is Coverage.NEITHER
        if one.seen_of_any is not Coverage.NEITHER:
            return
    raise AssertionError("losing twice as much weight helps nobody")


def test_several_replies_count_together_and_nothing_asked_is_nothing_given(
    judges: CoverageJudges, answered: list[Case]
) -> None:
    person, reply = next(case for case in answered if case[1].rows)
    none = MethodReply(Ending.NONE)
    unchanged = replace(reply, rows=(tuple(person.row.tolist()),), asked=())
    together = judges.person(person, [none, unchanged, reply], Reading.FOLLOWED)
    assert len(together.options) == 1 + len(reply.rows)
    assert together.seen is covered(judges, (person, reply)).seen
    for reading in Reading:
        [nothing] = covered(judges, (person, unchanged), reading).options
        assert nothing.reduction == pytest.approx(0.0, abs=1e-9)
        assert nothing.seen is Coverage.NEITHER
