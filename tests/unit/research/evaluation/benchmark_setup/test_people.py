"""What methods are told about people, in both settings and where values are unknown."""

from dataclasses import replace

import numpy as np
import pytest

from app.domain.counterfactual import Generator
from app.domain.patient import read_patient
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem
from app.engine.references import reference_data_of
from app.engine.search import search
from research.evaluation.benchmark_setup.compact import Compact
from research.evaluation.benchmark_setup.people import (
    BenchmarkPerson,
    BenchmarkSetup,
    CohortSpec,
    load_setup,
)
from research.evaluation.benchmark_setup.setting import SettingKind
from research.evaluation.metrics.scales import scales_of
from research.evaluation.metrics.structure import structure_of
from research.unconstrained.actions import unconstrained_actions

PEOPLE = 60


@pytest.fixture(scope="module", params=["dysglycaemia", "heart-disease"])
def free(request: pytest.FixtureRequest) -> BenchmarkSetup:
    return load_setup(CohortSpec(request.param, SettingKind.FREE, people=PEOPLE))


@pytest.fixture(scope="module")
def heart_setup() -> BenchmarkSetup:
    return load_setup(CohortSpec("heart-disease", SettingKind.ACTIONABLE, people=PEOPLE))


def with_unknown(setup: BenchmarkSetup) -> BenchmarkPerson:
    return next(person for person in setup.people if person.unknown.any())


def test_people_asked_about_are_held_out_and_at_high_risk(free: BenchmarkSetup) -> None:
    rows = np.stack([person.row for person in free.people])
    assert len(rows) == PEOPLE
    assert (free.risk(rows) > free.target).all()


def test_what_is_unknown_stays_unknown_to_the_classifier_and_in_answers(heart_setup: BenchmarkSetup) -> None:
    person = with_unknown(heart_setup)
    filled = heart_setup.filled(person.row)[None]
    assert not np.isnan(filled).any()
    assert heart_setup.both_classes(person, filled)[0, 1] == heart_setup.risk(person.row[None])[0]
    np.testing.assert_array_equal(heart_setup.answer(person, filled[0]), person.row)


def test_whoever_is_asked_for_a_fall_has_one_half_at_that_risk() -> None:
    spec = CohortSpec("dysglycaemia", SettingKind.ACTIONABLE, people=PEOPLE)
    plain, nearer = load_setup(spec), load_setup(replace(spec, reduction=0.02))
    rows = plain.training.rows[:200]
    for before, person in zip(plain.people, nearer.people, strict=True):
        now = float(plain.risk(person.row[None])[0])
        assert plain.target_of(before) == plain.target
        assert nearer.target_of(person) == pytest.approx(now - 0.02, abs=1e-6)
        risk, asked = plain.both_classes(before, rows)[:, 1], nearer.both_classes(person, rows)
        np.testing.assert_array_equal(risk <= nearer.target_of(person), asked[:, 1] <= 0.5)
        np.testing.assert_allclose(asked.sum(axis=1), 1.0)
        order = np.argsort(risk, kind="stable")
        assert (np.diff(asked[order, 1]) >= 0).all()


@pytest.mark.parametrize("target", [0.05, 0.075, 0.2, 0.5, 0.6])
def test_peers_see_one_half_where_the_target_lies(heart_setup: BenchmarkSetup, target: float) -> None:
    person = replace(heart_setup.people[0], target=target)
    known = replace(person, row=np.nan_to_num(person.row))
    rows = np.concatenate([heart_setup.training.rows, known.row[None]])
    asked, risk = heart_setup.both_classes(known, rows), heart_setup.risk(rows)
    np.testing.assert_array_equal(risk <= target, asked[:, 1] <= 0.5)
    assert (risk <= target).any()
    assert (risk > target).any()


def test_peers_who_ask_about_nobody_mean_the_models_own_threshold(heart_setup: BenchmarkSetup) -> None:
    model = heart_setup.schema.model.model_copy(update={"threshold": 0.2})
    schema = heart_setup.schema.model_copy(update={"model": model})
    setup = replace(heart_setup, model=replace(heart_setup.model, schema=schema))
    asked, risk = setup.both_classes(None, setup.training.rows), setup.risk(setup.training.rows)
    np.testing.assert_array_equal(risk <= 0.2, asked[:, 1] <= 0.5)


def test_what_is_unknown_is_not_free(heart_setup: BenchmarkSetup) -> None:
    for setup in (heart_setup, load_setup(CohortSpec("heart-disease", SettingKind.FREE, people=PEOPLE))):
        for person in setup.people:
            assert not person.unknown[setup.free_columns(person)].any()


def test_freely_everything_known_may_change(free: BenchmarkSetup) -> None:
    for person in free.people:
        assert set(free.free_columns(person)) == set(np.flatnonzero(~person.unknown))


def test_compact_rows_come_back(free: BenchmarkSetup) -> None:
    compact = Compact(free.schema)
    rows = free.training.rows[:50]
    assert compact.of(rows).shape == (50, len(free.schema.features))
    np.testing.assert_array_equal(compact.rows(compact.of(rows)), rows)


def test_free_answers_of_the_search_are_strictly_right_and_cost_what_levers_say(free: BenchmarkSetup) -> None:
    references, actions = reference_data_of(free.model), unconstrained_actions(free.schema, free.sd)
    scales, answered = scales_of(free.schema, free.model.population.rows), 0
    for person in free.people[:4]:
        patient = read_patient(free.schema, person.values)
        levers = actions.levers(patient, free.model.classifier)
        problem = RecourseProblem(
            schema=free.schema,
            patient=patient,
            levers=levers,
            classifier=free.model.classifier,
            target=free.target,
        )
        for levels in search(
            problem, references, Preferences(count=2, min_robustness=0.0, generator=Generator.SEARCH)
        ).levels:
            answered += 1
            row = levers.rows(levels[None])[0]
            shape = structure_of(free.setting, person, row, scales)
            assert free.risk(row[None])[0] <= free.target
            assert shape.fixed_kept
            assert shape.in_range
            assert shape.on_grid
            assert shape.relations_kept
            assert shape.effort == pytest.approx(levers.effort(levels[None])[0])
    assert answered >= 4
