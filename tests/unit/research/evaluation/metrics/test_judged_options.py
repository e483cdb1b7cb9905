"""Options judged by what they claim, in both readings, on answers whose faults are known."""

import numpy as np
import pytest

from app.classifiers.model_version import ModelVersion
from app.classifiers.xgboost_committee import XGBoostCommittee
from app.domain.patient import read_patient
from app.domain.schema import FloatArray
from app.engine.density import density_of
from app.engine.plausibility import reference_population_of
from app.engine.robustness import draws_for
from research.evaluation.benchmark_setup.people import BenchmarkPerson, BenchmarkSetup, CohortSpec, load_setup
from research.evaluation.benchmark_setup.setting import SettingKind
from research.evaluation.methods.reply import Ending, MethodReply
from research.evaluation.methods.turnpoint import ProblemBuilder, WholeAnswer
from research.evaluation.metrics.evaluators import Evaluators, noise_draws
from research.evaluation.metrics.followed import all_taken, followed, rounded_row
from research.evaluation.metrics.judged_options import JudgedAnswer, OptionJudges
from research.evaluation.metrics.read_option import Reading
from research.evaluation.metrics.scales import scales_of

PEOPLE = 60
Case = tuple[BenchmarkPerson, MethodReply]


@pytest.fixture(scope="module")
def setup() -> BenchmarkSetup:
    return load_setup(CohortSpec("dysglycaemia", SettingKind.ACTIONABLE, people=PEOPLE))


@pytest.fixture(scope="module")
def judges(setup: BenchmarkSetup) -> OptionJudges:
    """With the classifier itself in place of refits, which take minutes to train."""
    population = setup.model.population
    low = population.rows[~population.outcome]
    assert setup.booster is not None
    itself = XGBoostCommittee([setup.booster])
    evaluators = Evaluators(
        setup=setup,
        refits=itself,
        shipped=itself,
        noise=noise_draws(setup.schema),
        population=reference_population_of(setup.schema, low),
        density=density_of(setup.schema, low),
        scales=scales_of(setup.schema, population.rows),
    )
    return OptionJudges(evaluators, roles=setup.schema)


@pytest.fixture(scope="module")
def answered(setup: BenchmarkSetup) -> list[Case]:
    """People with an answer by Turnpoint."""
    method = WholeAnswer(setup, "least_effort")
    cases = [(person, method(person)) for person in setup.people]
    return [(person, reply) for person, reply in cases if reply.ending is Ending.FOUND]


def judged(judges: OptionJudges, case: Case, reading: Reading = Reading.FOLLOWED) -> JudgedAnswer:
    return judges.answer(*case, reading, claims_to_hold=True)


def as_a_peer(person: BenchmarkPerson, *rows: FloatArray) -> Case:
    return person, MethodReply(Ending.FOUND, tuple(tuple(row.tolist()) for row in rows))


def test_what_turnpoint_answers_is_what_follows_from_what_it_asks(
    setup: BenchmarkSetup, answered: list[Case]
) -> None:
    builder = ProblemBuilder(setup)
    draws = draws_for(setup.schema, seed=5, effects_seed=6)
    assert len(answered) > 3
    for person, reply in answered:
        levers = builder.problem(person).levers
        for values, asked in zip(reply.rows, reply.asked, strict=True):
            row = np.array(values)
            patient = read_patient(setup.schema, person.values)
            own = followed(setup.schema, patient, {name: row[setup.schema.column_of[name]] for name in asked})
            np.testing.assert_allclose(own.rows(all_taken(own))[0], row, atol=1e-9)
            places = [
                int(np.argmin(np.abs(one.values - row[one.columns[0]]))) if one.feature.name in asked else 0
                for one in levers
            ]
            levels = np.array([places])
            assert own.effort(all_taken(own))[0] == pytest.approx(levers.effort(levels)[0])
            np.testing.assert_allclose(
                own.drawn_rows(all_taken(own), draws), levers.drawn_rows(levels, draws), atol=1e-9
            )


def test_turnpoints_options_are_permitted_behaviours_with_nothing_needless(
    judges: OptionJudges, answered: list[Case]
) -> None:
    for case in answered:
        answer = judged(judges, case)
        assert len(answer.options) == answer.given
        for option in answer.options:
            assert option.permitted
            assert not option.changes.others
            assert option.refits == 1.0


def test_what_a_peer_adds_is_needless(judges: OptionJudges, answered: list[Case]) -> None:
    schema = judges.schema
    open_to_all = [
        (person, np.array(reply.rows[0]))
        for person, reply in answered
        if "fibre" in person.ranges and "fibre" not in reply.asked[0]
    ]
    for person, row in open_to_all:
        plain = judged(judges, as_a_peer(person, row.copy()), Reading.RETURNED)
        row[schema.column_of["fibre"]] = person.ranges["fibre"][1]
        if judges.reaches(row):
            break
    else:
        raise AssertionError("more fibre takes everybody back over the target")
    padded = judges.answer(*as_a_peer(person, row), Reading.RETURNED, claims_to_hold=False)
    assert padded.options[0].needless
    assert "fibre" in padded.options[0].changes.behaviours
    assert len(padded.options[0].changes) == 1 + len(plain.options[0].changes)


def test_an_option_that_does_not_reach_the_target_counts_as_none(
    judges: OptionJudges, setup: BenchmarkSetup
) -> None:
    person = setup.people[0]
    for reading in Reading:
        answer = judged(judges, as_a_peer(person, person.row), reading)
        assert answer.given == 1
        assert answer.options == ()


def test_waist_that_moves_alone_is_neither_done_nor_permitted(
    judges: OptionJudges, setup: BenchmarkSetup, answered: list[Case]
) -> None:
    person, reply = next((p, r) for p, r in answered if "bmi" in r.asked[0] and "waist" in p.ranges)
    row = np.array(reply.rows[0])
    for name in ("bmi", "weight"):
        row[setup.schema.column_of[name]] = person.row[setup.schema.column_of[name]]
    row[setup.schema.column_of["waist"]] = person.ranges["waist"][0]
    answer = judged(judges, as_a_peer(person, row), Reading.RETURNED)
    for option in answer.options:
        assert "bmi" in option.changes.others
        assert not option.permitted


def test_two_options_that_change_the_same_repeat_each_other(
    judges: OptionJudges, answered: list[Case]
) -> None:
    person, reply = answered[0]
    row = np.array(reply.rows[0])
    assert judged(judges, as_a_peer(person, row, row), Reading.RETURNED).repeated == 2


def test_values_are_rounded_to_what_is_measured(model: ModelVersion, setup: BenchmarkSetup) -> None:
    schema, row = model.schema, setup.people[0].row.copy()
    place = schema.column_of["bmi"]
    row[place] -= 1.234
    rounded = rounded_row(schema, setup.people[0].row, row)
    assert rounded[place] == pytest.approx(round(row[place], 1))
    others = np.arange(len(row)) != place
    np.testing.assert_array_equal(rounded[others], setup.people[0].row[others])
