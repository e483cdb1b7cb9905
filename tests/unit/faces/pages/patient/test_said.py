"""A change in the verb of its action: what is said of its size is what stands beside it."""

import tomllib

import pytest

from app.domain.counterfactual import Change
from app.domain.schema import FeatureSchema
from app.faces.pages.patient.views.said import said_change
from tests.rare import TASK
from tests.unit.faces.answers import change

SCHEMA = FeatureSchema.model_validate(tomllib.loads(TASK))


@pytest.mark.parametrize(
    ("after", "text", "span"),
    [
        (94.5, "Bringing weight down, by 5.5 kg", "100.0 → 94.5 kg"),
        (97.0, "Bringing weight down, by 3 kg", "100.0 → 97.0 kg"),
        (99.5, "Bringing weight down, by 0.5 kg", "100.0 → 99.5 kg"),
    ],
)
def test_without_words_of_the_models_own_a_size_is_told_exactly(after: float, text: str, span: str) -> None:
    said = said_change(SCHEMA, None, Change.model_validate(change("weight", 100.0, after, "kg")))
    assert said.text == text
    assert (said.span or "").replace("\N{NO-BREAK SPACE}", " ") == span
