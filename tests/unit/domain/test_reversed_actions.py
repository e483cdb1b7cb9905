"""Behaviour the other way round: nothing of what is known of an action is said of its opposite."""

import tomllib
from dataclasses import replace

import numpy as np
import pytest

from app.classifiers.model_version import ModelVersion
from app.domain.reversed_actions import reversed_actions
from app.domain.schema import FeatureSchema
from tests.asking import Person, problem_about
from tests.moving import TASK


@pytest.fixture(scope="module")
def turned(model: ModelVersion) -> ModelVersion:
    return replace(model, schema=reversed_actions(model.schema))


@pytest.fixture(scope="module")
def smoker(helpable: Person) -> Person:
    return helpable | {"age": 50, "sbp": 150, "dbp": 85, "bmi": 30.0, "weight": None, "cigarettes": 20}


def test_no_benefit_of_an_action_is_ascribed_to_its_opposite(turned: ModelVersion, smoker: Person) -> None:
    """Who gains weight, or smokes more, has no lower blood pressure and no better HDL for it."""
    levers = problem_about(turned, smoker).levers
    assert {"bmi", "cigarettes", "saturated_fat"} <= {lever.feature.name for lever in levers}
    furthest = levers.rows(np.array([[lever.top for lever in levers]]))[0]
    row = turned.schema.decode(furthest, levers.factual, smoker)
    for name in ("sbp", "dbp", "pulse", "total_cholesterol", "hdl_cholesterol"):
        assert row[name] == smoker[name]


def test_what_is_whole_is_taken_back_in_steps(turned: ModelVersion, smoker: Person) -> None:
    levers = {lever.feature.name: lever for lever in problem_about(turned, smoker).levers}
    assert levers["cigarettes"].values.tolist() == [20, *range(25, 96, 5)]


def test_a_limit_of_some_people_is_none_of_the_opposite(turned: ModelVersion, smoker: Person) -> None:
    """It is where losing weight must stop for them, not where gaining it must."""
    asian = smoker | {"ethnicity": "non_hispanic_asian"}
    bmi = [
        next(
            lever.values.tolist()
            for lever in problem_about(turned, one).levers
            if lever.feature.name == "bmi"
        )
        for one in (smoker, asian)
    ]
    assert bmi[0] == bmi[1]
    assert bmi[0][:2] == [30.0, 30.5]


def test_moves_of_a_category_go_back_for_whom_they_are_open_alone() -> None:
    schema = FeatureSchema.model_validate(tomllib.loads(TASK))
    content = schema.model_dump(by_alias=True)
    food = next(one for one in content["feature"] if one["name"] == "food")
    food["action"]["when"] = {"smoking": ["never", "former"]}
    before = FeatureSchema.model_validate(content)["food"].action
    after = reversed_actions(FeatureSchema.model_validate(content))["food"].action
    assert before is not None
    assert after is not None
    assert {(one.after, one.before) for one in after.moves} == {
        (one.before, one.after) for one in before.moves
    }
    assert after.when == before.when != {}
