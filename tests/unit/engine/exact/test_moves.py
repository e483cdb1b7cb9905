"""Categories that people act on, searched beside an exhaustive look at every candidate.

Each column of a category is 1 at one level and 0 at all others, so that it turns back as the level rises:
what is proved must be as true of that as of numbers, with trees of several libraries, down and up.
"""

import math

import numpy as np
import pytest
import xgboost
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.classifiers.complement import complement_model
from app.classifiers.forest import forest_of
from app.classifiers.forest_file import ForestClassifier
from app.classifiers.link import LOGISTIC
from app.classifiers.model_version import ModelVersion
from app.domain.constraints import read_constraints
from app.domain.levers import levers_of
from app.domain.patient import read_patient
from app.domain.reversed_actions import reversed_actions
from app.domain.schema_checks import schema_faults
from app.engine.budget import Budget
from app.engine.exact.bounds import gains
from app.engine.exact.reduce import CLASSIFIER, reduced
from app.engine.exact.scenarios import all_scenarios, classifier_alone
from app.engine.exact.solver import ExactSearch
from app.engine.problem import RecourseProblem
from app.engine.registry import ServedModel, served_model
from tests.asking import Person
from tests.moving import moving_model, moving_people, moving_schema
from tests.unit.engine.exact.brute import all_candidates, best_options, will_do
from tests.unit.engine.exact.margins import margin_at
from tests.unit.engine.foreign import cohort_of
from tests.unit.engine.models import Cohort

MANY = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
TARGETS = [0.05, 0.075, 0.1, 0.2, 0.4, 0.6]
STRANGERS = moving_people(300, seed=3)
KINDS = ["xgboost", "lightgbm", "catboost", "random forest", "regression", "xgboost, isotonic"]


@pytest.fixture(scope="module")
def learned() -> ModelVersion:
    return moving_model()


@pytest.fixture(scope="module", params=KINDS)
def models(request: pytest.FixtureRequest, learned: ModelVersion) -> dict[bool, ServedModel]:
    """The model of one library, and its complement with all behaviour turned round."""
    original = Cohort(served_model(learned), STRANGERS)
    served = original.served if request.param == "xgboost" else cohort_of(request.param, original).served
    turned = complement_model(served.model)
    object.__setattr__(turned, "schema", reversed_actions(turned.schema))
    return {False: served, True: served_model(turned)}


def question(data: st.DataObject, served: ServedModel) -> RecourseProblem:
    """Somebody over a target, whatever is open to them."""
    schema, person = served.model.schema, data.draw(st.sampled_from(STRANGERS))
    constraints = read_constraints(schema, None, None, data.draw(st.integers(1, 4)))
    patient = read_patient(schema, person)
    levers = levers_of(schema, patient, constraints)
    target = data.draw(st.sampled_from(TARGETS))
    problem = RecourseProblem(schema, patient, levers, served.model.classifier, target)
    assume(len(levers) and problem.risk(problem.unchanged)[0] > target)
    return problem


def test_the_schema_has_no_fault() -> None:
    assert list(schema_faults(moving_schema())) == []


@pytest.mark.parametrize("rises", [False, True])
@pytest.mark.parametrize("share", [0.0, 0.6])
@given(data=st.data())
@MANY
def test_options_are_the_least_effort_that_exhaustion_finds(
    data: st.DataObject, share: float, rises: bool, models: dict[bool, ServedModel]
) -> None:
    served = models[rises]
    problem, evaluator = question(data, served), served.references.evaluator
    everyone = all_candidates(problem)
    enough = everyone[will_do(problem, evaluator, everyone, share)]
    forest, links = served.references.forest, served.references.links
    assert forest is not None
    search = ExactSearch(forest, lambda levers: all_scenarios(levers, evaluator), problem.levers)
    goal = np.where(
        search.scenarios.model > 0,
        links.refits.highest_margin_below(np.array(problem.target)),
        links.classifier.highest_margin_below(np.array(problem.target)),
    )
    solved = search.best(goal, share, 3, lambda levels: 0.0, Budget())
    efforts = [float(problem.levers.effort(levels[None])[0]) for levels in solved.levels]
    assert efforts == pytest.approx(best_options(problem, enough, 3))
    assert solved.complete or len(solved.levels) == 3
    for levels in solved.levels:
        assert (enough == levels).all(axis=1).any()


@pytest.mark.parametrize("rises", [False, True])
@given(data=st.data())
@MANY
def test_the_lowest_risk_and_the_front_are_those_of_all_candidates(
    data: st.DataObject, rises: bool, models: dict[bool, ServedModel]
) -> None:
    served = models[rises]
    problem = question(data, served)
    forest, link = served.references.forest, served.references.links.classifier
    assert forest is not None
    search = ExactSearch(forest, classifier_alone, problem.levers)
    everyone = np.concatenate([problem.unchanged, all_candidates(problem)])
    risk, effort = problem.risk(everyone), problem.levers.effort(everyone)
    _, lowest, bound = search.lowest(Budget(), problem.levers.max_changes)
    assert math.isinf(bound)
    assert float(link.risk(np.array(lowest))) == pytest.approx(risk.min(), abs=1e-6)
    front = search.front(Budget())
    assert math.isinf(front.bound)
    for cost, reached in zip(front.effort, link.risk(front.margin), strict=True):
        assert reached == pytest.approx(risk[effort <= cost + 1e-9].min(), abs=1e-6)


@given(data=st.data())
@MANY
def test_no_move_takes_off_more_than_its_bound(data: st.DataObject, models: dict[bool, ServedModel]) -> None:
    """In every scenario, from wherever the other levers stand; and what is left of the trees is the trees."""
    served = models[False]
    problem, evaluator = question(data, served), served.references.evaluator
    forest, levers = served.references.forest, problem.levers
    assert forest is not None
    scenarios = all_scenarios(levers, evaluator)
    trees = reduced(forest, scenarios)
    bound = gains(trees, scenarios.top)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    classifier = served.references.links.classifier
    for _ in range(3):
        levels = rng.integers(0, scenarios.top + 1)
        at = [margin_at(trees, scenario, levels) for scenario in range(scenarios.number)]
        np.testing.assert_allclose(classifier.risk(np.array(at[:1])), problem.risk(levels[None]), atol=1e-6)
        for lever in np.flatnonzero(levels):
            before = levels.copy()
            before[lever] = 0
            for scenario in range(scenarios.number):
                fall = margin_at(trees, scenario, before) - at[scenario]
                assert fall <= bound[lever, levels[lever], scenario] + 1e-6


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_more_may_be_left_of_a_tree_than_it_had(depth: int, learned: ModelVersion) -> None:
    """A stump about a category in the middle of a lever has three parts: below it, at it, above it."""
    population = learned.population
    settings = {"objective": "binary:logistic", "max_depth": depth, "nthread": 1}
    data = xgboost.DMatrix(population.rows, population.outcome)
    forest = forest_of([xgboost.train(settings, data, 40)])
    classifier = ForestClassifier(forest, LOGISTIC)
    schema = learned.schema
    for person in STRANGERS[:40]:
        patient = read_patient(schema, person)
        levers = levers_of(schema, patient, read_constraints(schema, None, None, 4))
        trees = reduced(forest, classifier_alone(levers))
        problem = RecourseProblem(schema, patient, levers, classifier, 0.2)
        everyone = all_candidates(problem)
        margins = [margin_at(trees, CLASSIFIER, levels) for levels in everyone]
        np.testing.assert_allclose(1 / (1 + np.exp(-np.array(margins))), problem.risk(everyone), atol=1e-6)


@given(data=st.data())
@MANY
def test_a_candidate_makes_permitted_moves_alone(
    data: st.DataObject, models: dict[bool, ServedModel]
) -> None:
    problem = question(data, models[False])
    before = problem.patient.values
    for row in problem.levers.rows(all_candidates(problem)):
        after = problem.schema.decode(row, problem.patient.factual, before)
        for name in ("smoking", "food"):
            action = problem.schema[name].action
            assert action is not None
            permitted = {move.after for move in action.moves_from(before[name])}
            assert after[name] in permitted | {before[name]}
            columns = list(problem.schema.columns_of(name))
            assert before[name] is None or row[columns].sum() == 1
        stops = before["smoking"] == "daily" and after["smoking"] != "daily"
        assert after["indoors"] is (False if stops and before["indoors"] is not None else before["indoors"])


@pytest.mark.parametrize("value", ["never", "former", None])
def test_whoever_has_no_move_has_no_lever(value: str | None) -> None:
    schema, person = moving_schema(), STRANGERS[0] | {"smoking": value}
    levers = levers_of(schema, read_patient(schema, person), read_constraints(schema, None, None, None))
    assert "smoking" not in [lever.feature.name for lever in levers]


def test_levels_go_by_effort_whatever_the_order_of_the_schema() -> None:
    schema = moving_schema()
    person: Person = STRANGERS[0] | {"smoking": "daily", "food": "fast"}
    levers = levers_of(schema, read_patient(schema, person), read_constraints(schema, None, None, None))
    by_name = {lever.feature.name: lever for lever in levers}
    smoking, food = by_name["smoking"], by_name["food"]
    told = [smoking.feature.in_kind(value) for value in smoking.values]
    assert told == ["daily", "some days", "former"]
    assert smoking.effort.tolist() == pytest.approx([0, 0.6, 1.2])
    assert [food.feature.in_kind(value) for value in food.values] == ["fast", "poor", "mixed", "good"]
    assert [smoking.level_at(value) for value in ("former", "never", True, 2.0, None)] == [2] + 4 * [None]
