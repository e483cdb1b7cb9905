"""The cautions of a card are of enough people and of what can change, and tell how many."""

from dataclasses import replace
from typing import Any

import pytest

from app.classifiers.model_version import ModelVersion
from app.domain.schema import FeatureSchema
from app.domain.wording import inline
from research.training.card_limits import limits_found
from research.training.data_set import CardWords
from research.training.nhanes.words import WORDS
from tests.unit.research.training.test_card import told_of


def band(level: str, having: int, people: int, sensitivity: float) -> dict[str, Any]:
    auc = {"value": 0.7, "low": 0.6, "high": 0.8}
    figures = {"roc_auc": auc, "sensitivity": sensitivity, "specificity": 0.9}
    return {"group": "Age", "level": level, "n": people, "prevalence": having / people, **figures}


@pytest.mark.parametrize("few", [1, 6, 19])
def test_what_is_missed_is_not_told_of_a_handful(model: ModelVersion, few: int) -> None:
    bands = [band("60-79", few, 100, 0.0), band("40-59", 40, 100, 0.25)]
    metrics = told_of(model, "metrics") | {"groups": bands}
    told = " ".join(limits_found(model.schema, WORDS, metrics))
    assert "aged 60-79 who have the outcome" not in told
    assert "25 % (10 of 40; 95 % interval 14 to 40 %) of those aged 40-59 who have the outcome" in told


def test_nobody_is_told_of_where_all_bands_are_small(model: ModelVersion) -> None:
    metrics = told_of(model, "metrics") | {"groups": [band("60-79", 6, 12, 0.0)]}
    told = " ".join(limits_found(model.schema, WORDS, metrics))
    assert "who have the outcome" not in told
    assert "do not have the outcome high" not in told


def test_a_change_is_spoken_of_where_there_can_be_one(schema: FeatureSchema) -> None:
    words = CardWords((), (), (), (), (), ())
    fixed = next(one for one in schema.features if one.action is None)
    open_to_change = next(one for one in schema.features if one.action is not None)

    def said(*unused: str) -> str:
        return " ".join(limits_found(schema, words, {"influence": dict.fromkeys(unused, 0), "groups": []}))

    assert said(fixed.name) == ""
    told = said(fixed.name, open_to_change.name)
    assert f"It makes no use of {inline(open_to_change.label)} by itself" in told
    assert inline(fixed.label) not in told


def test_a_category_that_was_not_left_out_in_turn_is_not_told_of(model: ModelVersion) -> None:
    metrics, of_eleventh = told_of(model, "metrics"), replace(WORDS, told_without="eleventh category")
    told = " ".join(limits_found(model.schema, of_eleventh, metrics))
    assert "with the fixed features alone. " in told
    assert "eleventh category" not in told
