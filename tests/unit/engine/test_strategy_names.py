"""What a strategy is called: by its themes, and of smoking by what the option does."""

import pytest

from app.domain.schema import FeatureSchema, Value
from app.engine.strategies import strategy_name
from app.storage.consultation_tables import PlanRow
from app.usecases.handout.naming import own_name


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
    assert strategy_name(schema, themes, after) == name


@pytest.mark.parametrize(("after", "name"), [(0, "Stopping smoking"), (15, "Smoking less")])
def test_a_plan_under_its_strategys_name_has_no_name_of_its_own(
    schema: FeatureSchema, after: int, name: str
) -> None:
    plan = PlanRow(name=name, changes=[{"feature": "cigarettes", "from": 41, "to": after}])
    assert own_name(plan, schema) is None
    plan = PlanRow(name="By the summer", changes=plan.changes)
    assert own_name(plan, schema) == "By the summer"
