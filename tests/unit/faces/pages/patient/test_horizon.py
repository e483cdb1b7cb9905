"""The time that options are meant for, as the page says it."""

from dataclasses import replace

import pytest

from app.engine.registry import ModelRegistry, ServedModel
from tests.kinds_of_answers import IN_REACH
from tests.unit.faces.pages.patient.contexts import context
from tests.unit.faces.pages.patient.real import page_text, real_row


def meant_for(served: ServedModel, horizon: str) -> ServedModel:
    schema = served.model.schema
    facts = schema.model.model_copy(update={"horizon": horizon})
    return replace(served, model=replace(served.model, schema=schema.model_copy(update={"model": facts})))


@pytest.mark.parametrize(
    ("horizon", "told"),
    [("12 weeks", "For the next 12 weeks."), ("tomorrow", "For tomorrow.")],
)
def test_options_say_for_which_time_they_are(
    registry: ModelRegistry, served: ServedModel, horizon: str, told: str
) -> None:
    page = page_text(context(real_row(registry, IN_REACH), meant_for(served, horizon)))
    assert told in page
    assert "next tomorrow" not in page
