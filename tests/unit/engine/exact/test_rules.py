"""What a schema says of yes or no's and of slopes, searched beside an exhaustive look at every candidate.

A synthetic model: somebody who comes down to no cigarettes is a smoker no more, a diet and a fast cannot both
be taken up, and girth follows weight by one slope for everybody. Everything is invented.
"""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.classifiers.complement import ComplementTrees
from app.classifiers.training_procedure import Sample, fit
from app.classifiers.xgboost_local import XGBoostClassifier
from app.domain.complement import complement_of
from app.domain.constraints import read_constraints
from app.domain.levers import levers_of
from app.domain.patient import read_patient
from app.domain.reversed_actions import reversed_actions
from app.domain.schema import FeatureSchema
from app.domain.schema_checks import schema_faults
from app.domain.wording import summary
from app.engine.budget import Budget
from app.engine.describe import changes_of
from app.engine.exact.scenarios import classifier_alone
from app.engine.exact.solver import ExactSearch
from app.engine.problem import RecourseProblem
from tests.asking import Person
from tests.unit.engine.exact.brute import all_candidates, best_options

MANY = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
TARGETS = [0.05, 0.075, 0.1, 0.2, 0.4, 0.6]


def _number(name: str, high: int, step: int, most: int | None = None) -> dict[str, object]:
    action = {"direction": "decrease", "verb": "less", "step": step, "limit": [0, high], "effort": 0.3}
    action |= {"reaches_limit": True} | ({"max_change": most} if most else {})
    ranges = {"clinical": [0, high], "observed": [0, high], "risk": "rising", "missing": "unknown"}
    return {"name": name, "label": name, "kind": "integer", **ranges, "action": action}


def _switch(name: str, effort: float) -> dict[str, object]:
    action = {"direction": "increase", "verb": name, "effort": effort}
    return {"name": name, "label": name, "kind": "boolean", "action": action}


SCHEMA = FeatureSchema.model_validate(
    {
        "model": {
            "name": "rules",
            "title": "Rules",
            "outcome": "an invented event",
            "description": "",
            "threshold": 0.2,
            "min_robustness": 0.5,
            "max_changes": 4,
            "horizon": "a year",
            "effort_per_change": 0.2,
        },
        "data": {"name": "d", "publisher": "p", "licence": "l", "loader": "none"},
        "feature": [
            _number("cigarettes", 30, 4),
            {"name": "smoker", "label": "Smoker", "kind": "boolean", "missing": "unknown"},
            {"name": "former", "label": "Former smoker", "kind": "boolean"},
            _number("weight", 150, 5, 25),
            {
                "name": "girth",
                "label": "Girth",
                "kind": "number",
                "clinical": [0, 300],
                "observed": [0, 200],
                "risk": "rising",
            },
            _switch("diet", 0.5),
            _switch("fast", 0.4),
        ],
        "link": [
            {"kind": "rule", "feature": "smoker", "driver": "cigarettes", "yes_when": [1, 30]},
            {"kind": "rule", "feature": "former", "driver": "cigarettes", "yes_when": [0, 0]},
            {"kind": "linear", "feature": "girth", "driver": "weight", "slope": 0.8},
        ],
        "relation": [{"name": "not both", "terms": {"diet": 1, "fast": 1}, "bound": 1}],
    }
)


def people(count: int, seed: int) -> list[Person]:
    rng = np.random.default_rng(seed)
    cigarettes = rng.integers(0, 31, count) * (rng.random(count) < 0.5)
    weight = rng.integers(45, 150, count)
    diet = rng.random(count) < 0.3
    columns = {
        "cigarettes": cigarettes.tolist(),
        "smoker": (cigarettes > 0).tolist(),
        "former": ((cigarettes == 0) & (rng.random(count) < 0.3)).tolist(),
        "weight": weight.tolist(),
        "girth": np.round(0.8 * weight + rng.normal(20, 8, count)).tolist(),
        "diet": diet.tolist(),
        "fast": (~diet & (rng.random(count) < 0.3)).tolist(),
    }
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _score(person: Person) -> float:
    score = (
        float(person["cigarettes"] or 0) / 15 + 1.2 * bool(person["smoker"]) - 0.6 * bool(person["former"])
    )
    score += float(person["weight"] or 0) / 40 + float(person["girth"] or 0) / 40
    return score - 0.8 * bool(person["diet"]) - 0.9 * bool(person["fast"])


@pytest.fixture(scope="module")
def classifier() -> XGBoostClassifier:
    learned_from = people(2500, seed=1)
    score = np.array([_score(person) for person in learned_from])
    score += np.random.default_rng(2).gumbel(0, 0.7, len(score))
    rows = np.stack([SCHEMA.encode(person) for person in learned_from])
    return XGBoostClassifier(fit(SCHEMA, Sample(rows, score >= np.quantile(score, 0.7))))


def question(
    data: st.DataObject, classifier: XGBoostClassifier, rises: bool
) -> tuple[RecourseProblem, ExactSearch]:
    """Somebody's way down, or up by the same features the other way round."""
    person = data.draw(st.sampled_from(STRANGERS))
    most, target = data.draw(st.integers(1, 4)), data.draw(st.sampled_from(TARGETS))
    problem, search = asked_of(person, most, target, classifier, rises)
    assume(len(problem.levers) and problem.risk(problem.unchanged)[0] > problem.target)
    return problem, search


def asked_of(
    person: Person, most: int, target: float, classifier: XGBoostClassifier, rises: bool = False
) -> tuple[RecourseProblem, ExactSearch]:
    schema = complement_of(reversed_actions(SCHEMA)) if rises else SCHEMA
    asked = ComplementTrees(classifier, classifier) if rises else classifier
    patient = read_patient(schema, person)
    constraints = read_constraints(schema, None, None, most)
    levers = levers_of(schema, patient, constraints)
    problem = RecourseProblem(schema, patient, levers, asked, target)
    return problem, ExactSearch(asked.forest, classifier_alone, levers)


STRANGERS = people(300, seed=3)


def test_the_schema_has_no_fault() -> None:
    assert list(schema_faults(SCHEMA)) == []


@pytest.mark.parametrize("rises", [False, True])
@given(data=st.data())
@MANY
def test_options_are_the_least_effort_that_exhaustion_finds(
    data: st.DataObject, rises: bool, classifier: XGBoostClassifier
) -> None:
    problem, search = question(data, classifier, rises)
    everyone = all_candidates(problem)
    enough = everyone[problem.reached(problem.risk(everyone))]
    margin = math.log(problem.target / (1 - problem.target))
    solved = search.best(margin, 0.0, 3, lambda levels: 0.0, Budget())
    efforts = [float(problem.levers.effort(levels[None])[0]) for levels in solved.levels]
    assert efforts == pytest.approx(best_options(problem, enough, 3))


def test_of_two_ways_of_one_effort_the_one_that_moves_less_is_the_option(
    classifier: XGBoostClassifier,
) -> None:
    """Less weight alone takes as much as a little less with a fast."""
    person: Person = {"cigarettes": 9, "smoker": True, "former": False, "weight": 107, "girth": 104.0}
    problem, search = asked_of({**person, "diet": False, "fast": False}, 2, 0.2, classifier)
    both = np.array([[0, 5, 0, 0], [0, 3, 0, 1]])
    assert problem.reached(problem.risk(both)).all()
    assert problem.levers.effort(both) == pytest.approx(1.7)
    solved = search.best(math.log(0.2 / 0.8), 0.0, 3, lambda levels: 0.0, Budget())
    assert [levels.tolist() for levels in solved.levels] == [[3, 0, 0, 0], [0, 5, 0, 0]]


@pytest.mark.parametrize("rises", [False, True])
@given(data=st.data())
@MANY
def test_whatever_is_permitted_keeps_the_rules(
    data: st.DataObject, rises: bool, classifier: XGBoostClassifier
) -> None:
    problem, _ = question(data, classifier, rises)
    before = problem.patient.values
    for row in problem.levers.rows(all_candidates(problem)):
        after = problem.schema.decode(row, problem.patient.factual, before)
        assert not (after["diet"] and after["fast"])
        if after["cigarettes"] != before["cigarettes"]:
            assert after["smoker"] is (float(after["cigarettes"] or 0) > 0)
        else:
            assert (after["smoker"], after["former"]) == (before["smoker"], before["former"])
        if after["cigarettes"] == 0 and before["cigarettes"] != 0:
            assert after["former"] is True
        moved = float(after["weight"] or 0) - float(before["weight"] or 0)
        assert float(after["girth"] or 0) == pytest.approx(float(before["girth"] or 0) + 0.8 * moved, abs=0.5)


@pytest.mark.parametrize(("to", "turned"), [(8, {}), (0, {"smoker": False, "former": True})])
def test_what_turns_is_told_and_what_stays_is_not(
    to: int, turned: dict[str, bool], classifier: XGBoostClassifier
) -> None:
    person = STRANGERS[0] | {"cigarettes": 12, "smoker": True, "former": False, "weight": None}
    patient = read_patient(SCHEMA, person)
    levers = levers_of(SCHEMA, patient, read_constraints(SCHEMA, ["cigarettes"], None, None))
    problem = RecourseProblem(SCHEMA, patient, levers, classifier, 0.2)
    [lever] = levers
    level = lever.values.tolist().index(to)
    changes, linked = changes_of(problem, np.array([level]))
    assert {one.feature: one.after for one in linked} == turned
    assert all(one.delta is None for one in linked)
    aside = " (smoker: no, former smoker: yes)" if turned else ""
    assert summary(SCHEMA, changes, linked) == f"Consider less, from 12 to {to}{aside}."
