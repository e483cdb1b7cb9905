"""A curve says what the classifier says, at the patient's own value and wherever a change goes."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.classifiers.base import Classifier
from app.domain.feature import Kind
from app.domain.schema import FloatArray
from app.engine.contributions import option_changes
from app.engine.problem import RecourseProblem, problem_about
from app.engine.response_curves import ResponseCurve, response_curves
from tests.unit.engine.models import Cohort
from tests.wide import HABITS, most_burdened, wide_model


@dataclass
class Counted:
    """A classifier that is counted how often it is asked."""

    classifier: Classifier
    calls: int = 0

    def risk(self, rows: FloatArray) -> FloatArray:
        self.calls += 1
        return self.classifier.risk(rows)


def question(data: st.DataObject, cohort: Cohort) -> RecourseProblem:
    person = data.draw(st.sampled_from(cohort.people))
    problem = problem_about(cohort.served.model, person, scope=cohort.scope)
    assume(len(problem.levers) > 0)
    return problem


def whole_range(problem: RecourseProblem) -> dict[str, list[float]]:
    return {
        lever.feature.name: np.linspace(*lever.feature.observed, 7).tolist()
        for lever in problem.levers
        if lever.feature.observed
    }


def at(values: FloatArray, risks: FloatArray, value: float) -> float:
    (place,) = np.flatnonzero(np.abs(values - value) < 1e-9)
    return float(risks[place])


def told(problem: RecourseProblem, curve: ResponseCurve) -> list[float]:
    """What the classifier makes of each value of the feature, and of nothing else."""
    rows = np.repeat(problem.levers.factual[None], len(curve.values), axis=0)
    rows[:, problem.schema.column_of[curve.feature.name]] = curve.values
    return problem.classifier.risk(rows).tolist()


def curve_start(problem: RecourseProblem, curve: ResponseCurve) -> float:
    return float(problem.levers.factual[problem.schema.column_of[curve.feature.name]])


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_at_the_patients_own_value_it_is_the_told_estimate(cohort: Cohort, data: st.DataObject) -> None:
    problem = question(data, cohort)
    now = float(cohort.served.model.classifier.risk(problem.patient.factual[None])[0])
    curves = response_curves(problem, whole_range(problem))
    drawn = [lever for lever in problem.levers if lever.feature.kind is not Kind.CATEGORY]
    assert set(curves) == {lever.feature.name for lever in drawn}
    for lever in drawn:
        curve, own = curves[lever.feature.name], float(lever.values[0])
        assert curve.now == now
        assert at(curve.values, curve.by_itself, own) == pytest.approx(now, abs=1e-9)
        assert at(curve.permitted, curve.as_counted, own) == pytest.approx(now, abs=1e-9)


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_at_the_value_of_a_change_it_is_what_the_change_does_alone(
    cohort: Cohort, data: st.DataObject
) -> None:
    """With what follows from it on average, as options count it."""
    problem = question(data, cohort)
    levels = np.array([data.draw(st.integers(0, lever.top)) for lever in problem.levers], dtype=np.int64)
    moved = np.flatnonzero(levels)
    levels[moved[data.draw(st.integers(1, 4)) :]] = 0
    curves = response_curves(problem, {})
    for change in option_changes(problem, levels[None])[0]:
        curve = curves.get(change.feature)
        if curve is None:
            assert problem.schema[change.feature].kind is Kind.CATEGORY
            continue
        assert change.alone is not None
        counted = at(curve.permitted, curve.as_counted, curve.feature.code(change.after))
        assert curve.now - counted == pytest.approx(change.alone, abs=2e-6)


@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_what_nothing_else_measures_moves_alone(cohort: Cohort, data: st.DataObject) -> None:
    problem = question(data, cohort)
    for curve in response_curves(problem, whole_range(problem)).values():
        if problem.schema.links_by_driver.get(curve.feature.name):
            continue
        assert curve.by_itself.tolist() == pytest.approx(told(problem, curve), abs=1e-9)


@pytest.mark.parametrize("name", ["dysglycaemia@1", "heart-disease", "synthetic-rare"])
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_where_nothing_follows_the_two_are_one(
    cohorts: dict[str, Cohort], name: str, data: st.DataObject
) -> None:
    """Links are in both."""
    problem = question(data, cohorts[name])
    assert not problem.levers.consequences.number
    for curve in response_curves(problem, {}).values():
        alone = [at(curve.values, curve.by_itself, value) for value in curve.permitted.tolist()]
        assert alone == pytest.approx(curve.as_counted.tolist(), abs=1e-9)


@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_it_covers_what_was_observed_and_nothing_impossible(cohort: Cohort, data: st.DataObject) -> None:
    problem = question(data, cohort)
    for curve in response_curves(problem, whole_range(problem)).values():
        assert (np.diff(curve.values) > 0).all()
        assert (np.diff(curve.permitted) > 0).all()
        assert ((curve.by_itself >= 0) & (curve.by_itself <= 1)).all()
        low, high = curve.feature.observed or (curve.values[0], curve.values[-1])
        assert curve.values[0] <= low
        assert curve.values[-1] >= high
        if curve.feature.clinical:
            start = curve_start(problem, curve)
            assert min(curve.feature.clinical[0], start) <= curve.values[0]
            assert curve.values[-1] <= max(curve.feature.clinical[1], start)


def test_all_curves_are_one_batch_however_many_there_are() -> None:
    problem = problem_about(wide_model(), most_burdened())
    counted = Counted(problem.classifier)
    curves = response_curves(replace(problem, classifier=counted), whole_range(problem))
    assert len(curves) == HABITS
    assert counted.calls == 1


def test_without_levers_nothing_is_asked() -> None:
    problem = problem_about(wide_model(), most_burdened())
    none = replace(problem.levers, items=())
    counted = Counted(problem.classifier)
    assert response_curves(replace(problem, levers=none, classifier=counted), {}) == {}
    assert counted.calls == 0
