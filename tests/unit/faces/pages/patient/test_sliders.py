"""No claim of the page is contradicted by a slider: what is proved to be the lowest is the lowest they reach.

Over 200 held-out people, each with conditions of their own, every setting of up to three levers is looked at,
as the what-if's form would read it.
"""

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from app.classifiers.partitions import Side, people_of
from app.domain.constraints import read_constraints
from app.domain.counterfactual import Generator
from app.domain.levers import Levers
from app.domain.schema import FeatureSchema, IntArray
from app.engine.front import FrontSearch
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem, problem_about
from app.engine.registry import ServedModel
from app.engine.search import WORK, search
from app.faces.pages.patient.views.what_if_setting import PLACE, locks_of, question_of, setting_of
from tests.asking import Person
from tests.unit.engine.answers import answer
from tests.unit.faces.pages.patient.contexts import context, recorded

PEOPLE, CHUNK, MOST_MOVED = 200, 25, 3
OUT_OF_REACH = 0.0005
SAME = 1e-6


@dataclass(frozen=True)
class Case:
    """A person under conditions: the question of the answer, and the form of the page."""

    problem: RecourseProblem
    form: RecourseProblem
    kept: frozenset[str]
    lowest: float
    proved: bool


def conditions(schema: FeatureSchema, person: Person, rng: np.random.Generator) -> dict[str, Any]:
    """At most so many changes; for some people a theme that is kept, or a range for what only follows."""
    kept: list[str] = []
    ranges: dict[str, list[float | None]] = {}
    if rng.random() < 0.4:
        kept = [str(rng.choice(["activity", "food", "weight", "sleep"]))]
    if rng.random() < 0.4:
        name = str(rng.choice(["sbp", "pulse", "weight"]))
        value = person[name]
        if isinstance(value, int | float):
            ranges[name] = [round(0.99 * value, 1), None]
    return {
        "features_to_vary": None,
        "features_to_keep": kept,
        "permitted_range": ranges,
        "max_changes": int(rng.integers(1, MOST_MOVED + 1)),
    }


def case_of(served: ServedModel, person: Person, rng: np.random.Generator) -> Case:
    schema = served.model.schema
    asked = conditions(schema, person, rng)
    ranges = {name: (low, high) for name, (low, high) in asked["permitted_range"].items()}
    constraints = read_constraints(schema, None, ranges, asked["max_changes"], asked["features_to_keep"])
    problem = problem_about(served.model, person, constraints, OUT_OF_REACH)
    fronts = FrontSearch(problem, served.references)
    found = search(problem, served.references, Preferences(4, 0.9, Generator.SEARCH), WORK, fronts)
    assert found.lowest is not None
    page = context(recorded(served, person, constraints=asked), served)
    form = question_of(page)
    assert form is not None
    return Case(problem, form, locks_of(page), found.lowest.risk, found.lowest.proved)


def settings(levers: Levers) -> IntArray:
    """Every way to put up to three levers, and all as they are: shape (n, levers)."""
    ways = [np.zeros((1, len(levers)), dtype=np.int64)]
    for count in range(1, MOST_MOVED + 1):
        for moved in itertools.combinations(range(len(levers)), count):
            tops = [range(1, levers.items[place].top + 1) for place in moved]
            levels = np.array(list(itertools.product(*tops)), dtype=np.int64)
            rows = np.zeros((len(levels), len(levers)), dtype=np.int64)
            rows[:, list(moved)] = levels
            ways.append(rows)
    return np.concatenate(ways)


def fields_of(levers: Levers, levels: IntArray) -> dict[str, str]:
    """What the form sends where its sliders stand so."""
    fields = {}
    for lever, level in zip(levers, levels.tolist(), strict=True):
        place = int(np.flatnonzero(np.argsort(lever.values) == level)[0])
        fields[PLACE + lever.feature.name] = str(place)
    return fields


@pytest.mark.parametrize("chunk", range(PEOPLE // CHUNK))
def test_the_lowest_that_sliders_reach_is_the_proved_lowest(served: ServedModel, chunk: int) -> None:
    people = [one.features for one in people_of(served.model, Side.HELD_OUT)]
    rng = np.random.default_rng(chunk)
    order = np.random.default_rng(0).permutation(len(people))[chunk * CHUNK : (chunk + 1) * CHUNK]
    cases = [case_of(served, people[place], rng) for place in order]
    every = [settings(case.form.levers) for case in cases]
    rows = [case.form.levers.rows(levels) for case, levels in zip(cases, every, strict=True)]
    risks = np.split(
        served.model.classifier.risk(np.concatenate(rows)), np.cumsum([len(own) for own in rows])[:-1]
    )
    proved = 0
    for case, levels, own, risk in zip(cases, every, rows, risks, strict=True):
        assert case.proved
        proved += 1
        reached = []
        for place in np.flatnonzero(risk <= case.lowest + SAME):
            setting = setting_of(case.form, fields_of(case.form.levers, levels[place]), case.kept)
            assert np.array_equal(served.model.schema.encode(setting.features), own[place], equal_nan=True)
            if risk[place] < case.lowest - SAME:
                assert setting.beyond(), "a slider goes lower than what is proved, unsaid"
            elif not setting.beyond():
                reached.append(place)
        assert reached, "no setting within the conditions reaches what is proved to be reached"
    assert proved == CHUNK


def test_the_proved_lowest_is_what_an_answer_tells(served: ServedModel) -> None:
    people = [one.features for one in people_of(served.model, Side.HELD_OUT)][:6]
    for person in people:
        case = case_of(served, person, np.random.default_rng(1))
        found = answer(served, case.problem, min_robustness=0.9).infeasible
        assert found is not None
        assert found.proved == case.proved
        assert found.lowest_reachable_risk == pytest.approx(case.lowest, abs=SAME)
