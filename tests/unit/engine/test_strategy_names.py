"""What a strategy is called: by its themes, and of smoking by what the option does."""

import tomllib

import pytest

from app.domain.schema import FeatureSchema, Value
from app.engine.strategies import strategy_name
from app.storage.consultation_tables import PlanRow
from app.usecases.handout.naming import own_name
from tests.moving import TASK


@pytest.mark.parametrize(
    ("after", "name"),
    [
        ({"cigarettes": 0}, "Stopping smoking"),
        ({"cigarettes": 0.0}, "Stopping smoking"),
        ({"cigarettes": False}, "Stopping smoking"),
        ({"cigarettes": 15}, "Smoking less"),
        ({"bmi": 25.0, "cigarettes": 15}, "Weight and smoking less"),
        ({"bmi": 25.0, "cigarettes": 0}, "Weight and stopping smoking"),
        ({"bmi": 25.0}, "Weight"),
    ],
)
def test_only_an_option_that_ends_at_none_stops_smoking(
    schema: FeatureSchema, after: dict[str, Value], name: str
) -> None:
    themes = tuple(dict.fromkeys(schema.theme_of(feature) for feature in after))
    before: dict[str, Value] = {"cigarettes": 41, "bmi": 31.0}
    assert strategy_name(schema, themes, before, after) == name


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        ("daily", "former", "Stopping smoking"),
        ("daily", "some days", "Smoking on fewer days"),
        ("some days", "former", "Giving up the last ones"),
    ],
)
def test_of_two_moves_to_one_value_the_one_that_is_made_names_it(before: str, after: str, name: str) -> None:
    content = tomllib.loads(TASK)
    smoking = next(one for one in content["feature"] if one["name"] == "smoking")
    smoking["action"]["moves"][2]["verb"] = "giving up the last ones"
    moving = FeatureSchema.model_validate(content)
    assert strategy_name(moving, ("smoking",), {"smoking": before}, {"smoking": after}) == name


@pytest.mark.parametrize(("after", "name"), [(0, "Stopping smoking"), (15, "Smoking less")])
def test_a_plan_under_its_strategys_name_has_no_name_of_its_own(
    schema: FeatureSchema, after: int, name: str
) -> None:
    plan = PlanRow(name=name, changes=[{"feature": "cigarettes", "from": 41, "to": after}])
    assert own_name(plan, schema) is None
    plan = PlanRow(name="By the summer", changes=plan.changes)
    assert own_name(plan, schema) == "By the summer"
