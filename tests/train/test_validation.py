"""What decides when to stop is looked at on people from whom nothing is learned, in either round."""

import pytest

from app.engine.registry import ModelRegistry
from research.finetuning.preparation import read_task
from research.finetuning.questions import is_kept_back
from research.finetuning.run import validation_people
from tests.conftest import STORE


@pytest.mark.parametrize(("reference", "enough"), [("dysglycaemia@1", 30), ("dysglycaemia", 15)])
def test_there_are_people_to_look_at_who_are_kept_back_and_at_high_risk(
    registry: ModelRegistry, reference: str, enough: int
) -> None:
    """Fewer have an answer where behaviours alone may change."""
    model = registry.named(reference).model
    _, recipe = read_task(model.name, STORE)
    people = validation_people(model, recipe)
    assert len(people) >= enough
    assert all(is_kept_back(person.source_id, recipe.data.validation_share) for person in people)
    assert all(person.risk > model.schema.model.threshold for person in people)
    assert validation_people(model, recipe.onward()) == people
