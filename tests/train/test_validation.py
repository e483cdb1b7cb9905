"""What decides when to stop is looked at on people from whom nothing is learned, in either round."""

from app.classifiers.model_version import ModelVersion
from research.finetuning.preparation import read_task
from research.finetuning.questions import is_kept_back
from research.finetuning.run import validation_people
from tests.conftest import STORE


def test_there_are_people_to_look_at_who_are_kept_back_and_at_high_risk(model: ModelVersion) -> None:
    _, recipe = read_task(model.name, STORE)
    people = validation_people(model, recipe)
    assert len(people) >= 30
    assert all(is_kept_back(person.source_id, recipe.data.validation_share) for person in people)
    assert all(person.risk > model.schema.model.threshold for person in people)
    assert validation_people(model, recipe.onward()) == people
