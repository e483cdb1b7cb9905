"""What methods are told about people, in both settings and where values are unknown."""

import numpy as np
import pytest

from app.domain.counterfactual import Generator
from app.domain.patient import read_patient
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem
from app.engine.references import reference_data_of
from app.engine.search import search
from research.evaluation.judging.scales import scales_of
from research.evaluation.judging.shape import shape_of
from research.evaluation.scene.compact import Compact
from research.evaluation.scene.people import Person, Place, Scene, load_scene
from research.evaluation.scene.rules import Setting
from research.unconstrained.actions import freedom_of

PEOPLE = 60


@pytest.fixture(scope="module", params=["dysglycaemia", "heart-disease"])
def free(request: pytest.FixtureRequest) -> Scene:
    return load_scene(Place(request.param, Setting.FREE, people=PEOPLE))


@pytest.fixture(scope="module")
def heart_scene() -> Scene:
    return load_scene(Place("heart-disease", Setting.ACTIONABLE, people=PEOPLE))


def with_unknown(scene: Scene) -> Person:
    return next(person for person in scene.people if person.unknown.any())


def test_people_asked_about_are_held_out_and_at_high_risk(free: Scene) -> None:
    rows = np.stack([person.row for person in free.people])
    assert len(rows) == PEOPLE
    assert (free.risk(rows) > free.target).all()


def test_what_is_unknown_stays_unknown_to_the_classifier_and_in_answers(heart_scene: Scene) -> None:
    person = with_unknown(heart_scene)
    told = heart_scene.filled(person.row)[None]
    assert not np.isnan(told).any()
    assert heart_scene.both_classes(person, told)[0, 1] == heart_scene.risk(person.row[None])[0]
    np.testing.assert_array_equal(heart_scene.answer(person, told[0]), person.row)


def test_what_is_unknown_is_not_free(heart_scene: Scene) -> None:
    for scene in (heart_scene, load_scene(Place("heart-disease", Setting.FREE, people=PEOPLE))):
        for person in scene.people:
            assert not person.unknown[scene.free_columns(person)].any()


def test_freely_everything_known_may_change(free: Scene) -> None:
    for person in free.people:
        assert set(free.free_columns(person)) == set(np.flatnonzero(~person.unknown))


def test_compact_rows_come_back(free: Scene) -> None:
    compact = Compact(free.schema)
    rows = free.training.rows[:50]
    assert compact.of(rows).shape == (50, len(free.schema.features))
    np.testing.assert_array_equal(compact.rows(compact.of(rows)), rows)


def test_free_answers_of_the_search_are_strictly_right_and_cost_what_levers_say(free: Scene) -> None:
    references, freedom = reference_data_of(free.model), freedom_of(free.schema, free.sd)
    scales, answered = scales_of(free.schema, free.model.population.rows), 0
    for person in free.people[:4]:
        patient = read_patient(free.schema, person.values)
        levers = freedom.levers(patient, free.model.classifier)
        question = RecourseProblem(
            schema=free.schema,
            patient=patient,
            levers=levers,
            classifier=free.model.classifier,
            target=free.target,
        )
        for levels in search(
            question, references, Preferences(count=2, min_robustness=0.0, generator=Generator.SEARCH)
        ).levels:
            answered += 1
            row = levers.rows(levels[None])[0]
            shape = shape_of(free.rules, person, row, scales)
            assert free.risk(row[None])[0] <= free.target
            assert shape.fixed_kept
            assert shape.in_range
            assert shape.on_grid
            assert shape.relations_kept
            assert shape.effort == pytest.approx(levers.effort(levels[None])[0])
    assert answered >= 4
