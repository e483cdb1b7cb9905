"""Observed ranges in the text of a task.toml: set to those learned from, and nothing else touched."""

import tomllib

import pytest

from app.domain.schema import FeatureSchema
from research.own_model.observed import with_observed
from research.training.errors import TrainingError
from research.training.people import Participant
from tests.rare import TASK

PEOPLE = [
    Participant(
        "1", {"team": "a", "load": 3, "rest": 4.5, "walks": True, "weight": 50.5, "girth": 60.0}, True
    ),
    Participant(
        "2", {"team": "b", "load": None, "rest": 9.0, "walks": True, "weight": 120.0, "girth": 70.0}, True
    ),
    Participant(
        "3", {"team": "b", "load": 20, "rest": 9.0, "walks": True, "weight": 80.0, "girth": 150.0}, True
    ),
]
COMMENTED = TASK.replace("observed = [0, 40]", "observed = [0, 40]  # of everybody")


def read(text: str) -> FeatureSchema:
    return FeatureSchema.model_validate(tomllib.loads(text))


def test_ranges_are_those_of_the_people_and_comments_stay() -> None:
    text, changed = with_observed(COMMENTED, read(COMMENTED), PEOPLE)
    ranges = {feature.name: feature.observed for feature in read(text).features}
    assert ranges == {
        "team": None,
        "load": (3, 20),
        "rest": (4.5, 9),
        "walks": None,
        "weight": (50.5, 120),
        "girth": (60, 150),
        "laden": None,
    }
    assert changed == ["load", "rest", "weight", "girth"]
    assert "observed = [3, 20]  # of everybody" in text
    others = [line for line in COMMENTED.splitlines() if not line.startswith("observed")]
    assert [line for line in text.splitlines() if not line.startswith("observed")] == others


def test_what_is_right_already_stays_as_it_is() -> None:
    text, _ = with_observed(TASK, read(TASK), PEOPLE)
    assert with_observed(text, read(text), PEOPLE) == (text, [])


def test_a_feature_that_nobody_has_is_named() -> None:
    nobody = [Participant(p.id, p.values | {"girth": None}, p.outcome) for p in PEOPLE]
    with pytest.raises(TrainingError, match=r"Nobody who is learned from has a value of girth"):
        with_observed(TASK, read(TASK), nobody)
