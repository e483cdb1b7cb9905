"""A model's card with its source attributes, in JSON and in Markdown, also where its maker wrote none."""

import json
from dataclasses import replace

import pytest

from app.engine.registry import ModelRegistry, served_model
from app.faces.api.model_card import card_of
from app.faces.api.models import detail_of
from app.faces.pages.model_card import card_page
from tests.rare import rare_model
from tests.unit.domain.test_sensor_cautions import with_device

MOST_ATTRIBUTES = 31


@pytest.mark.parametrize("name", ["dysglycaemia", "dysglycaemia@1", "heart-disease"])
def test_a_card_keeps_all_that_it_has_and_gains_the_attributes(registry: ModelRegistry, name: str) -> None:
    served = registry.named(name)
    markdown, card = card_of(served)
    written = json.loads((served.model.folder / "card.json").read_text())
    assert {key: card[key] for key in written} == written
    assert len(card["source_attributes"]) == MOST_ATTRIBUTES
    assert markdown.startswith((served.model.folder / "card.md").read_text().rstrip())
    assert card["source_attributes"]["validity"] in markdown
    assert "Source attributes" in bytes(card_page("Title", markdown).body).decode()


def test_a_model_without_a_card_says_what_is_known() -> None:
    markdown, card = card_of(served_model(rare_model()))
    assert card["model"] == "synthetic-rare"
    assert len(card["source_attributes"]) == MOST_ATTRIBUTES
    assert "Its maker gives no card." in markdown


@pytest.mark.parametrize("name", ["dysglycaemia", "rare"])
def test_cautions_of_a_glucose_monitor_are_on_card_and_detail(registry: ModelRegistry, name: str) -> None:
    model = rare_model() if name == "rare" else registry.named(name).model
    some = model.schema.actionable[0].name
    served = served_model(replace(model, schema=with_device(model.schema, some)))
    markdown, card = card_of(served)
    assert len(card["sensor_cautions"]) == 2
    assert "## Glucose sensor" in markdown
    assert all(markdown.count(said) == 1 for said in card["sensor_cautions"])
    detail = detail_of(served, ModelRegistry({served.model.name: served.model}, served.model.name))
    assert detail.sensor_cautions == card["sensor_cautions"]
