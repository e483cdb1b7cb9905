"""What published effects may do to an answer, on the shipped model: laws over real people and any levels."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.causes import Draws
from app.domain.counterfactual import Status
from app.domain.effects import Effect
from app.domain.feature import Feature, Monotonicity, Role, holds
from app.domain.schema import FeatureSchema, FloatArray, IntArray
from app.engine.problem import RecourseProblem
from app.engine.registry import ServedModel
from app.engine.robustness import ADHERENCE_DRAWS, NOISE_DRAWS
from tests.asking import Person, problem_about
from tests.unit.engine.answers import answer

ACTIVITY = ("moderate_activity", "vigorous_activity")
WORST = 0.1
"""In this share of the draws, all effects are at their unfavourable ends."""


def some_levels(data: st.DataObject, problem: RecourseProblem) -> IntArray:
    """One candidate, whatever it changes, shape (1, levers)."""
    return np.array([[data.draw(st.integers(0, lever.top)) for lever in problem.levers]], dtype=np.int64)


def levels(problem: RecourseProblem, *names: str) -> IntArray:
    """The candidate that takes these actions as far as they go, and no other, shape (1, levers)."""
    levers = [lever.feature.name for lever in problem.levers]
    assert set(names) <= set(levers)
    return np.array([[lever.top if lever.feature.name in names else 0 for lever in problem.levers]])


def row_of(problem: RecourseProblem, *names: str) -> Mapping[str, float]:
    """What becomes of every number of a person when these actions are taken."""
    row = problem.levers.rows(levels(problem, *names))[0]
    return {name: float(row[column]) for name, column in problem.schema.column_of.items()}


def in_draws(problem: RecourseProblem, draws: Draws, candidate: IntArray) -> FloatArray:
    """One candidate in all draws without their noise, shape (draws, columns)."""
    return problem.levers.drawn_rows(candidate, replace(draws, noise=np.zeros_like(draws.noise)))[0]


def draws_of(served: ServedModel) -> Draws:
    return served.references.evaluator.draws


def drivers_of(schema: FeatureSchema, name: str) -> set[str]:
    """Everything that can move a feature by links or effects, however far off."""
    near = {effect.driver for effect in schema.effects if schema.moved_by(effect) == name}
    near |= {link.driver for link in schema.links if link.feature == name}
    return near.union(*(drivers_of(schema, driver) for driver in near))


# ---- what moves ------------------------------------------------------------------------------------


@given(data=st.data())
def test_nothing_follows_without_what_drives_it(
    data: st.DataObject, served: ServedModel, held_out: list[Person]
) -> None:
    problem = problem_about(served.model, data.draw(st.sampled_from(held_out)))
    candidate, schema, factual = some_levels(data, problem), problem.schema, problem.patient.factual
    moved = {
        lever.feature.name for lever, level in zip(problem.levers, candidate[0], strict=True) if level > 0
    }
    versions = np.vstack([problem.levers.rows(candidate), in_draws(problem, draws_of(served), candidate)])
    for name, column in schema.column_of.items():
        if name not in moved and not drivers_of(schema, name) & moved:
            np.testing.assert_array_equal(versions[:, column], np.full(len(versions), factual[column]))


def test_options_change_what_people_do_and_name_all_that_follows(
    served: ServedModel, high_risk: list[Person]
) -> None:
    seen = 0
    for person in high_risk[:60]:
        problem = problem_about(served.model, person)
        for option in answer(served, problem).counterfactuals:
            changed = {change.feature for change in option.changes}
            along = {one.feature for one in [*option.linked, *option.brought_along]}
            assert {served.model.schema[name].role for name in changed} == {Role.BEHAVIOUR}
            before = problem.patient.values
            differs = {name for name, value in option.features.items() if value != before[name]}
            assert differs == changed | along
            for name in along:
                assert drivers_of(served.model.schema, name) & changed
            seen += len(option.brought_along)
    assert seen > 0


def test_a_weight_goal_holds_what_activity_does_to_weight(served: ServedModel, somebody: Person) -> None:
    problem = problem_about(served.model, somebody)
    alone, both = row_of(problem, "bmi"), row_of(problem, "bmi", "moderate_activity")
    activity = row_of(problem, "moderate_activity")
    for name in ("bmi", "weight", "waist"):
        assert activity[name] < problem.patient.factual[problem.schema.column_of[name]]
        assert both[name] == alone[name]
    assert both["sbp"] < alone["sbp"]


def test_drinking_less_lowers_hdl(served: ServedModel, somebody: Person) -> None:
    """14 g a day less, at 1.3 mg/dL for 10 g."""
    after = row_of(problem_about(served.model, somebody), "alcohol")
    assert after["alcohol"] == 28
    assert after["hdl_cholesterol"] == 43


def test_stopping_smoking_brings_weight_along(served: ServedModel, somebody: Person) -> None:
    problem = problem_about(served.model, somebody)
    after, start = row_of(problem, "cigarettes"), problem.patient.values
    assert after["weight"] == pytest.approx(float(start["weight"] or 0) + 4.7, abs=0.2)
    assert after["hdl_cholesterol"] == 47


@pytest.mark.parametrize("actions", [ACTIVITY[:1], ACTIVITY[1:], ACTIVITY])
def test_normal_pressure_is_not_lowered_by_activity(
    served: ServedModel, somebody: Person, actions: tuple[str, ...]
) -> None:
    problem = problem_about(served.model, somebody | {"sbp": 118, "dbp": 76})
    assert row_of(problem, *actions)["sbp"] == 118
    drawn = in_draws(problem, draws_of(served), levels(problem, *actions))
    assert (drawn[:, problem.schema.column_of["sbp"]] >= 118).all()


def test_high_pressure_is_lowered_by_activity(served: ServedModel, somebody: Person) -> None:
    problem = problem_about(served.model, somebody)
    assert row_of(problem, "moderate_activity")["sbp"] < 145


def test_vigorous_activity_contains_moderate(served: ServedModel, somebody: Person) -> None:
    problem = problem_about(served.model, somebody)
    alone, both = row_of(problem, "vigorous_activity"), row_of(problem, *ACTIVITY)
    assert alone["sbp"] < 145
    assert {name for name in alone if alone[name] != both[name]} == {"moderate_activity"}
    one, other = (
        in_draws(problem, draws_of(served), levels(problem, *names))
        for names in (["vigorous_activity"], ACTIVITY)
    )
    same = np.arange(one.shape[1]) != problem.schema.column_of["moderate_activity"]
    np.testing.assert_array_equal(one[:, same], other[:, same])


# ---- what is whole, and what is always said ---------------------------------------------------------


@given(data=st.data())
def test_what_is_whole_is_never_partly_done(
    data: st.DataObject, served: ServedModel, somebody: Person
) -> None:
    problem = problem_about(served.model, somebody)
    candidate = some_levels(data, problem)
    drawn = problem.levers.drawn_rows(candidate, draws_of(served))[0]
    told = problem.levers.rows(candidate)[0]
    for name in ("cigarettes", *ACTIVITY, "active_travel"):
        column = problem.schema.column_of[name]
        np.testing.assert_array_equal(drawn[:, column], np.full(len(drawn), told[column]))


def test_stopping_smoking_is_always_said_to_a_smoker(
    served: ServedModel, high_risk: list[Person], held_out: list[Person]
) -> None:
    seen: set[Status] = set()
    for person in high_risk[:40]:
        for cigarettes in (0, 20):
            problem = problem_about(served.model, person | {"cigarettes": cigarettes})
            outcome = answer(served, problem)
            assert [one.feature for one in outcome.always] == (["cigarettes"] if cigarettes else [])
            if cigarettes:
                seen.add(outcome.status)
                (said,) = outcome.always
                assert "Weight gain" in said.text
                assert "doi:" in said.source
    below = replace(problem_about(served.model, held_out[0] | {"cigarettes": 5}), target=0.99)
    seen.add(answer(served, below).status)
    assert [one.feature for one in answer(served, below).always] == ["cigarettes"]
    assert seen == {*Status} - {Status.OUTCOME_MEASURED}  # which no search tells


# ---- how much, and how sure -------------------------------------------------------------------------


def triangular(effect: Effect, share: float) -> float:
    """The size below which a share of a triangular distribution lies."""
    low, mean, high = effect.low, effect.mean, effect.high
    if low == high:
        return mean
    if share * (high - low) < mean - low:
        return low + float(np.sqrt(share * (high - low) * (mean - low)))
    return high - float(np.sqrt((1 - share) * (high - low) * (high - mean)))


def test_in_a_tenth_of_draws_all_effects_are_at_their_unfavourable_ends(
    served: ServedModel, somebody: Person
) -> None:
    problem, draws = problem_about(served.model, somebody), draws_of(served)
    effects = problem.levers.effects
    assert effects is not None
    sizes = np.abs(effects.in_draws(draws).size[1:])
    unfavourable = np.ones(len(sizes), dtype=bool)
    helps = harms = 0
    for place, cause in enumerate(effects.causes):
        effect = cause.effect
        moved = problem.schema[problem.schema.moved_by(effect)]
        unit = cause.of.per_unit / (effect.per if cause.source >= 0 else 1.0)
        if moved.risk is (Monotonicity.RISING if effect.sign > 0 else Monotonicity.FALLING):
            harms += 1
            unfavourable &= sizes[:, place] >= unit * triangular(effect, 1 - WORST) - 1e-9
        else:
            helps += 1
            unfavourable &= sizes[:, place] <= unit * triangular(effect, WORST) + 1e-9
    assert helps > 5
    assert harms > 1
    assert len(unfavourable) == NOISE_DRAWS + ADHERENCE_DRAWS
    assert round(WORST * NOISE_DRAWS) <= unfavourable[:NOISE_DRAWS].sum() <= 2 * WORST * NOISE_DRAWS
    assert round(WORST * ADHERENCE_DRAWS) <= unfavourable[NOISE_DRAWS:].sum() <= 2 * WORST * ADHERENCE_DRAWS


def most_by_effects(feature: Feature, person: Person, start: float) -> float:
    """The cap that is this person's; infinite where there is none."""
    assert feature.consequence is not None
    cap = next((cap for cap in feature.consequence.caps if holds(cap.when, person)), None)
    if cap is None:
        return np.inf
    return cap.most if cap.most is not None else (cap.most_share or 0.0) * start


@given(data=st.data())
def test_what_follows_stays_within_its_limit_its_cap_and_what_is_possible(
    data: st.DataObject, served: ServedModel, held_out: list[Person]
) -> None:
    person = data.draw(st.sampled_from(held_out))
    problem = problem_about(served.model, person)
    candidate = some_levels(data, problem)
    told, drawn = problem.levers.rows(candidate), in_draws(problem, draws_of(served), candidate)
    moved = {
        lever.feature.name for lever, level in zip(problem.levers, candidate[0], strict=True) if level > 0
    }
    for feature in problem.schema.features:
        if feature.consequence is None or feature.name in moved:
            continue
        column = problem.schema.column_of[feature.name]
        start = float(problem.patient.factual[column])
        if np.isnan(start):
            assert np.isnan(told[0, column])
            assert np.isnan(drawn[:, column]).all()
            continue
        assert feature.clinical is not None
        most, (low, high) = most_by_effects(feature, person, start), feature.consequence.limit
        for values, rounding in ((told[:, column], feature.precision / 2), (drawn[:, column], 0.0)):
            slack = rounding + 1e-6
            assert (np.abs(values - start) <= most + slack).all()
            assert (values >= min(low, start) - 1e-6).all()
            assert (values <= max(high, start) + 1e-6).all()
            assert (values >= feature.clinical[0]).all()
            assert (values <= feature.clinical[1]).all()


# ---- without any ------------------------------------------------------------------------------------


@given(data=st.data())
def test_without_effects_links_alone_move_what_is_not_moved_itself(
    data: st.DataObject, served: ServedModel, held_out: list[Person]
) -> None:
    plain = FeatureSchema.model_construct(**dict(served.model.schema) | {"effects": ()})
    person = data.draw(st.sampled_from(held_out))
    problem = problem_about(replace(served.model, schema=plain), person)
    candidate = some_levels(data, problem)
    row, expected = problem.levers.rows(candidate)[0], problem.patient.factual.copy()
    for lever, level in zip(problem.levers, candidate[0], strict=True):
        expected[plain.column_of[lever.feature.name]] = lever.values[level]
    start = problem.patient.factual
    bmi, weight, waist = (plain.column_of[name] for name in ("bmi", "weight", "waist"))
    np.testing.assert_array_equal(np.delete(row, [weight, waist]), np.delete(expected, [weight, waist]))
    assert row[weight] == pytest.approx(start[weight] * row[bmi] / start[bmi], abs=0.101)
    if not np.isnan(start[waist]):
        slope = {"female": 2.05, "male": 2.43}[str(person["sex"])]
        assert row[waist] == pytest.approx(start[waist] + slope * (row[bmi] - start[bmi]), abs=0.051)
    if row[bmi] == start[bmi]:
        np.testing.assert_array_equal(row[[weight, waist]], start[[weight, waist]])
