"""What an option asks for, and how options differ: on options whose changes are known."""

import pytest

from app.classifiers.model_version import ModelVersion
from app.domain.schema import FeatureSchema, FloatArray
from research.evaluation.metrics.asked_changes import (
    AskedChanges,
    asked_changes,
    contains_another,
    has_disjoint_pair,
    has_needless,
    mean_distance,
    moved_features,
)
from tests.asking import Person


@pytest.fixture
def factual(schema: FeatureSchema, high_risk: list[Person]) -> FloatArray:
    return schema.encode(next(person for person in high_risk if None not in person.values()))


def moved(schema: FeatureSchema, factual: FloatArray, *names: str) -> FloatArray:
    row = factual.copy()
    for name in names:
        row[schema.column_of[name]] += 1
    return row


def asked(*behaviours: str) -> AskedChanges:
    return AskedChanges(frozenset(behaviours))


def test_weight_and_waist_are_one_change_with_bmi(schema: FeatureSchema, factual: FloatArray) -> None:
    row = moved(schema, factual, "bmi", "weight", "waist", "fibre")
    assert moved_features(schema, factual, row) == ["bmi", "weight", "waist", "fibre"]
    assert asked_changes(schema, factual, row) == asked("bmi", "fibre")


def test_what_follows_is_no_behaviour_without_its_driver(schema: FeatureSchema, factual: FloatArray) -> None:
    row = moved(schema, factual, "waist", "weight", "fibre", "sbp")
    changes = asked_changes(schema, factual, row)
    assert changes == AskedChanges(frozenset({"fibre"}), frozenset({"bmi", "sbp"}))
    assert len(changes) == 3


def test_what_is_brought_along_does_not_count_where_an_answer_says_what_it_asks(
    schema: FeatureSchema, factual: FloatArray
) -> None:
    row = moved(schema, factual, "moderate_activity", "bmi", "weight", "waist", "sbp", "pulse")
    assert asked_changes(schema, factual, row, ["moderate_activity"]) == asked("moderate_activity")


def test_physiology_that_an_older_version_moves_is_no_behaviour(
    schema: FeatureSchema, version_1: ModelVersion, factual: FloatArray
) -> None:
    assert version_1.schema["sbp"].action is not None
    changes = asked_changes(schema, factual, factual, ["sbp", "hdl_cholesterol", "energy", "bmi"])
    assert changes.behaviours == {"energy", "bmi"}
    assert changes.others == {"sbp", "hdl_cholesterol"}


def test_distance_is_the_mean_over_pairs() -> None:
    assert mean_distance([asked("a"), asked("b")]) == 1.0
    assert mean_distance([asked("a", "b"), asked("a", "b")]) == 0.0
    assert mean_distance([asked("a"), asked("a", "b"), asked("c")]) == pytest.approx((0.5 + 1 + 1) / 3)


def test_a_disjoint_pair_is_any_two_that_share_nothing() -> None:
    one, other, both = frozenset("a"), frozenset("b"), frozenset("ab")
    assert has_disjoint_pair([both, one, other])
    assert not has_disjoint_pair([both, one])
    assert not has_disjoint_pair([one])


def test_an_option_contains_another_that_changes_no_more() -> None:
    options = [asked("a", "b"), asked("a"), asked("c")]
    assert [contains_another(place, options) for place in range(3)] == [True, False, False]
    assert contains_another(0, [asked("a"), asked("a")])


def test_a_change_is_needless_where_the_others_do_without_it() -> None:
    def will_do(sets: list[frozenset[str]]) -> bool:
        return any({"a", "b"} <= one for one in sets)

    assert has_needless(frozenset("abc"), will_do)
    assert not has_needless(frozenset("ab"), will_do)
    assert not has_needless(frozenset("a"), lambda sets: True)
