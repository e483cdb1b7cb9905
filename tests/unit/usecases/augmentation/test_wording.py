"""A job never says that a language model proposed where none was asked."""

import pytest

from app.domain.counterfactual import Generator
from app.domain.degraded import Degraded
from app.usecases.augmentation.label import Label
from app.usecases.augmentation.wording import proposed_by


@pytest.mark.parametrize("generator", [Generator.AUTO, Generator.SEARCH])
def test_rows_of_the_high_class_and_of_other_models_come_from_the_search(generator: Generator) -> None:
    assert proposed_by(generator, Label.HIGH, []) == "search"
    assert proposed_by(generator, Label.LOW, [Degraded.LLM_NOT_TAUGHT]) == "search"


@pytest.mark.parametrize("generator", Generator)
def test_who_was_asked_is_named(generator: Generator) -> None:
    words = proposed_by(generator, Label.LOW, [Degraded.LLM_TIMEOUT])
    assert ("language model" in words) == (generator is not Generator.SEARCH)
    assert ("search" in words) == (generator is not Generator.LLM)
