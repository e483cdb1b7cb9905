"""What moves a model's estimates most: over several models, and where its classifier is away."""

from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.classifiers.base import ClassifierError
from app.classifiers.model_version import ModelVersion
from app.domain.schema import FloatArray
from app.engine.influence import influence_of, most_influential
from app.engine.registry import ModelRegistry
from tests.rare import rare_model
from tests.wide import NAMES, wide_model


class Away:
    """A classifier elsewhere that does not answer."""

    def risk(self, rows: FloatArray) -> FloatArray:
        raise ClassifierError("is away")


@pytest.mark.parametrize("name", ["dysglycaemia", "heart-disease"])
def test_each_feature_has_its_influence(registry: ModelRegistry, name: str) -> None:
    model = registry.named(name).model
    influence = influence_of(model)
    assert list(influence) == [feature.name for feature in model.schema.features]
    assert all(0 <= one <= 1 for one in influence.values())
    assert influence_of(model) is influence
    assert 0 < len(most_influential(influence)) < len(influence)


def test_what_was_made_to_matter_comes_first() -> None:
    rare, wide = influence_of(rare_model()), influence_of(wide_model())
    assert rare["weight"] > rare["team"]
    assert wide[NAMES[0]] > wide[NAMES[-1]]
    assert NAMES[0] in most_influential(wide)


@given(st.dictionaries(st.text(), st.floats(0, 1)))
def test_those_that_matter_most_have_nine_tenths_and_none_too_many(influence: dict[str, float]) -> None:
    chosen = most_influential(influence)
    total = sum(influence.values())
    have = sorted((influence[name] for name in chosen), reverse=True)
    assert sum(have) >= 0.9 * total - 1e-9
    assert sum(have[:-1]) < 0.9 * total or not have
    left = [influence[name] for name in set(influence) - chosen]
    assert max(left, default=0) <= min(have, default=1)


def test_of_a_classifier_that_is_away_nothing_is_said_and_nothing_kept(model: ModelVersion) -> None:
    away = replace(model, digest=uuid4().hex, classifier=Away())
    assert influence_of(away) == {}
    assert influence_of(replace(away, classifier=model.classifier)) != {}
