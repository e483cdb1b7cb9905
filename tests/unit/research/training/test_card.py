"""A card says what its owner says of the model, and warns of a weak one, whoever made it."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.classifiers.card import Card, Figures, Performance, RocAuc, read_card
from app.classifiers.folder import ModelFolderError
from app.classifiers.model_version import ModelVersion
from app.classifiers.weakness import weaknesses
from app.domain.schema import CardFacts, FeatureSchema, Gate
from app.engine.registry import ModelRegistry
from app.faces.pages.patient.page import PAGES
from app.faces.pages.patient.views.model_evidence import trust_in
from app.usecases.record.reference_distributions import ReferenceDistributions
from research.training.card import make_card
from research.training.card_markdown import markdown
from research.training.errors import TrainingError
from research.training.finishing import pass_gate
from research.training.nhanes.words import WORDS
from tests.asking import Person

Json = dict[str, Any]


def told_of(model: ModelVersion, name: str) -> Json:
    document: Json = json.loads((model.folder / f"{name}.json").read_text(encoding="utf-8"))
    return document


def card_of(model: ModelVersion, schema: FeatureSchema, metrics: Json | None = None) -> Json:
    counts = told_of(model, "manifest")["counts"]
    return make_card(schema, WORDS, "1", metrics or told_of(model, "metrics"), counts)


def figures(value: float, low: float, high: float) -> Figures:
    return Figures(n=200, roc_auc=RocAuc(value=value, low=low, high=high), sensitivity=0.5, specificity=0.5)


def test_the_card_of_somebody_elses_model_is_theirs(model: ModelVersion) -> None:
    facts = CardFacts(made_by="The stroke unit", contact="stroke@example.org", licence="CC BY-NC 4.0")
    card = card_of(model, model.schema.model_copy(update={"card": facts}))
    assert (card["made_by"], card["contact"], card["licence"]) == tuple(facts.model_dump().values())[:3]
    text = markdown(card)
    assert (
        "Made by: The stroke unit. Contact: stroke@example.org. Licence of the model: CC BY-NC 4.0." in text
    )
    assert "Turnpoint maintainers" not in text
    assert "turnpoint train" not in text


def test_what_an_owner_does_not_say_nobody_says(model: ModelVersion) -> None:
    card = card_of(model, model.schema.model_copy(update={"card": CardFacts()}))
    assert card["made_by"] is card["contact"] is card["licence"] is None
    assert card["reproduce"] == []
    text = markdown(card)
    assert "Made by: its maker does not say." in text
    assert "Turnpoint maintainers" not in text
    assert "turnpoint train" not in text


@pytest.mark.parametrize("name", ["dysglycaemia", "heart-disease"])
def test_the_shipped_models_are_the_maintainers_and_go_without_a_warning(
    registry: ModelRegistry, name: str
) -> None:
    model = registry.named(name).model
    document = told_of(model, "card")
    assert document["made_by"] == "The Turnpoint maintainers"
    assert document["warnings"] == []
    assert f"`turnpoint train {name}`" in document["reproduce"][0]
    assert "## Warning" not in (model.folder / "card.md").read_text(encoding="utf-8")
    assert model.card is not None
    assert weaknesses(model.card.performance.held_out) == ()


@pytest.mark.parametrize(
    ("auc", "said"),
    [
        (
            (0.64, 0.58, 0.69),
            "This model is weak: ROC-AUC on 200 held-out people is 0.64 (95 % interval 0.58 to 0.69)",
        ),
        ((0.76, 0.66, 0.86), "This model may be weak: ROC-AUC on 200 held-out people is 0.76"),
        (
            (0.61, 0.49, 0.73),
            "This model is not shown to do better than guessing: ROC-AUC on 200 held-out people",
        ),
    ],
)
def test_a_weak_model_is_warned_of_on_its_card_and_on_the_page(
    model: ModelVersion, helpable: Person, auc: tuple[float, float, float], said: str
) -> None:
    metrics = told_of(model, "metrics")
    metrics["held_out"]["n"] = 200
    metrics["held_out"]["roc_auc"] = dict(zip(("value", "low", "high"), auc, strict=True))
    card = card_of(model, model.schema, metrics)
    assert card["warnings"][0].startswith(said)
    assert markdown(card).index(card["warnings"][0]) < markdown(card).index("## Intended use")
    background = ReferenceDistributions({}, 100, Card.model_validate(card))
    trust = trust_in(model, background, helpable)
    answer = SimpleNamespace(model=SimpleNamespace(name=model.name))
    page = bytes(PAGES.page("_trust.html", trust=trust, answer=answer, incomplete="").body).decode()
    assert page.index(card["warnings"][0]) < page.index("What an option is not")


def test_people_too_few_to_tell_are_warned_of() -> None:
    nobody = Figures(n=3, roc_auc=None, sensitivity=None, specificity=None)
    (warning,) = weaknesses(nobody)
    assert "not known: of the 3 held-out people too few have it" in warning


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3).map(sorted))
def test_a_model_goes_without_a_warning_if_its_whole_interval_is_acceptable(ends: list[float]) -> None:
    low, value, high = ends
    assert (weaknesses(figures(value, low, high)) == ()) == (low >= 0.7)


@pytest.mark.parametrize(
    ("least", "auc", "said"),
    [
        (None, {"value": 0.51}, None),
        (None, None, None),
        (0.8, {"value": 0.8}, None),
        (0.8, {"value": 0.79}, "is 0.790; [gate] in task.toml asks for a min_roc_auc of 0.80."),
        (0.6, None, "cannot be told; [gate] in task.toml asks for a min_roc_auc of 0.60."),
    ],
)
def test_a_classifier_is_refused_only_where_its_owner_says_so(
    schema: FeatureSchema, least: float | None, auc: Json | None, said: str | None
) -> None:
    gated = schema.model_copy(update={"gate": Gate(min_roc_auc=least)})
    metrics = {"held_out": {"roc_auc": auc}}
    if said is None:
        pass_gate(gated, metrics)
        return
    with pytest.raises(TrainingError) as caught:
        pass_gate(gated, metrics)
    assert str(caught.value) == f"ROC-AUC on held-out people {said}"


def test_a_data_set_without_ages_has_a_card_too(model: ModelVersion) -> None:
    metrics = told_of(model, "metrics")
    metrics["groups"] = [group for group in metrics["groups"] if group["group"] != "Age"]
    counts = told_of(model, "manifest")["counts"] | {"dropped": {}}
    text = markdown(make_card(model.schema, WORDS, "1", metrics, counts))
    assert "age bands" not in text
    assert "- Left out: nobody." in text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[]", "is not a model card: must be a table of keys and values"),
        ("{", "is not a model card: is not JSON"),
        ('{"performance": {"held_out": {}}}', "is not a model card: performance.held_out.n: is missing"),
        ('{"limits": "none"}', "is not a model card: limits: must be a list"),
    ],
)
def test_a_card_that_is_none_is_found_when_it_is_read(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "card.json").write_text(content)
    (tmp_path / "card.md").write_text("# A card")
    with pytest.raises(ModelFolderError) as caught:
        read_card(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path / 'card.json'} {said}")


def test_a_card_may_be_missing_or_say_little(tmp_path: Path, model: ModelVersion, helpable: Person) -> None:
    assert read_card(tmp_path) is None
    (tmp_path / "card.json").write_text("{}")
    with pytest.raises(ModelFolderError, match=r"card\.md is missing"):
        read_card(tmp_path)
    (tmp_path / "card.md").write_text("# A card")
    card = read_card(tmp_path)
    assert card == Card(performance=Performance())
    assert trust_in(replace(model, card=card), ReferenceDistributions({}, 100, card), helpable).warnings == ()


def test_what_an_unknown_category_costs_is_told(model: ModelVersion) -> None:
    levels = [
        {"group": "Ethnicity", "level": "A", "n": 9, "prevalence": 0.5, "mean_risk": 0.4},
        {"group": "Ethnicity", "level": "B", "n": 9, "prevalence": 0.4, "mean_risk": 0.41},
        {"group": "Ethnicity", "level": "C", "n": 9, "prevalence": 0.3, "mean_risk": 0.45},
    ]
    card = card_of(model, model.schema, told_of(model, "metrics") | {"category_unknown": levels})
    (said,) = [limit for limit in card["limits"] if limit.startswith("Told nothing of ethnicity")]
    assert "who are A it then expects 40 % to have the outcome, where 50 % do" in said
    assert said.endswith("of those who are C, 45 %, where 30 % do.")
