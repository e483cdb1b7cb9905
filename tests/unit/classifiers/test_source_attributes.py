"""Source attributes: all 31 by name, none empty, with the card's own figures and nothing made up."""

import json
import re
from dataclasses import replace

import pytest

from app.classifiers.model_version import ModelVersion
from app.classifiers.source_attributes.listed import source_attributes, source_attributes_markdown
from app.domain.schema import CardFacts
from app.domain.source_attributes import TITLES, SourceAttribute
from app.engine.registry import ModelRegistry
from tests.rare import rare_model
from tests.wide import wide_model

HOSTED = ["dysglycaemia@1", "dysglycaemia@2", "heart-disease@1", "heart-disease@2"]
NAMES = [*HOSTED, "synthetic-rare", "synthetic-wide"]


def model_of(registry: ModelRegistry, name: str) -> ModelVersion:
    synthetic = {model.name: model for model in (rare_model(), wide_model())}
    return synthetic.get(name) or registry.named(name).model


@pytest.mark.parametrize("name", NAMES)
def test_each_of_the_31_is_said_of_every_model(registry: ModelRegistry, name: str) -> None:
    told = source_attributes(model_of(registry, name))
    assert list(told) == [str(one) for one in SourceAttribute]
    assert len(told) == 31
    for key, text in told.items():
        assert text.strip(), key
        assert "None" not in text, key
        reason = text.removeprefix("Not available:").strip() if text.startswith("Not available") else text
        assert len(reason) > 10, key


def test_every_attribute_has_a_title_under_one_heading() -> None:
    assert [one for titles in TITLES.values() for one in titles] == list(SourceAttribute)


@pytest.mark.parametrize("name", HOSTED)
def test_figures_are_those_of_the_card(registry: ModelRegistry, name: str) -> None:
    model = registry.named(name).model
    card = json.loads((model.folder / "card.json").read_text())
    told = source_attributes(model)
    held_out = card["performance"]["held_out"]
    assert f"On {held_out['n']} held-out people" in told["validity"]
    for figure in (held_out["roc_auc"]["value"], held_out["roc_auc"]["low"]):
        assert f"{figure:.3f}" in told["validity"]
    for group in card["performance"]["groups"]:
        assert f"{group['level']}: ROC-AUC" in told["fairness"]
    for why, count in card["data"]["counts"]["dropped"].items():
        assert f"{why}, {count}" in told["inclusion_and_exclusion"]
    for sentence in (*card["limits"], *card["warnings"]):
        assert sentence in told["known_risks"]
    for sentence in card["not_for"]:
        assert sentence in told["out_of_scope_use"]


@pytest.mark.parametrize("name", HOSTED)
def test_whom_it_represents_adds_up_to_everybody(registry: ModelRegistry, name: str) -> None:
    told = source_attributes(registry.named(name).model)["training_representativeness"]
    groups = {one.group for one in registry.named(name).model.card.performance.groups}  # type: ignore[union-attr]
    shares = [int(share) for share in re.findall(r"([0-9]+) %", told)]
    assert abs(sum(shares) - 100 * len(groups)) <= len(shares)


def test_inputs_that_are_asked_about_are_named(registry: ModelRegistry) -> None:
    told = source_attributes(registry.named("dysglycaemia").model)["sensitive_inputs"]
    used, _, others = told.partition("No inputs of their own:")
    for what in ("date of birth, as age", "sex", "ethnicity"):
        assert what in used
        assert what not in others.split(", ")
    assert "sexual orientation" in others
    heart = source_attributes(registry.named("heart-disease").model)["sensitive_inputs"]
    assert "ethnicity" in heart.partition("No inputs of their own:")[2]


def test_a_model_tested_at_sites_left_out_says_so_and_claims_no_more(registry: ModelRegistry) -> None:
    told = source_attributes(registry.named("heart-disease").model)
    assert told["external_validity"].startswith("Not available")
    assert "Switzerland" in told["external_validity"]
    assert "Switzerland" not in source_attributes(registry.named("dysglycaemia").model)["external_validity"]


def test_nobody_says_whom_a_given_classifier_learned_from(registry: ModelRegistry) -> None:
    model = registry.named("dysglycaemia").model
    given = " ".join(source_attributes(replace(model, is_given=True)).values())
    assert "People like those whom it learned from." in " ".join(source_attributes(model).values())
    assert "whom it learned from" not in given
    assert "People like those of the table that it was added with." in given


def test_what_the_owner_states_goes_before_what_is_worked_out() -> None:
    model = rare_model()
    facts = CardFacts.model_validate({"source_attributes": {"funding_source": "A grant of our own."}})
    schema = model.schema.model_copy(update={"card": facts})
    stated = ModelVersion(
        schema, model.version, model.digest, model.folder, model.classifier, model.committee, model.population
    )
    assert source_attributes(stated)["funding_source"] == "A grant of our own."
    with pytest.raises(ValueError, match="source_attributes"):
        CardFacts.model_validate({"source_attributes": {"funding": "A grant."}})


@pytest.mark.parametrize("name", NAMES)
def test_the_section_tells_all_of_them(registry: ModelRegistry, name: str) -> None:
    model = model_of(registry, name)
    section = source_attributes_markdown(source_attributes(model))
    for text in source_attributes(model).values():
        assert text in section
