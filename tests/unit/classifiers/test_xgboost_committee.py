"""The committee, walked in one go, says what XGBoost says of its members one by one."""

import numpy as np
import pytest

from app.classifiers.base import ClassifierError
from app.classifiers.model_version import ModelVersion
from app.classifiers.xgboost_committee import XGBoostCommittee
from app.classifiers.xgboost_local import XGBoostClassifier


def test_members_agree_with_xgboost_on_each_alone(model: ModelVersion) -> None:
    rows = model.population.rows[:300]
    paths = sorted((model.folder / "committee").glob("*.ubj"))
    alone = np.stack([XGBoostClassifier.load(path, model.schema.columns).risk(rows) for path in paths])
    np.testing.assert_allclose(model.committee.risk(rows), alone, atol=2e-6)
    assert model.committee.size == len(paths) == 40


def test_an_empty_committee_is_refused(model: ModelVersion) -> None:
    with pytest.raises(ClassifierError, match="no members"):
        XGBoostCommittee.load([], model.schema.columns)
