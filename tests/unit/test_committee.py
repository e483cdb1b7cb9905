"""The joined committee says what its members say one by one."""

import numpy as np
import pytest
import xgboost

from app.classifiers.base import ClassifierError
from app.classifiers.hosted import HostedModel
from app.classifiers.xgboost_committee import XGBoostCommittee
from app.classifiers.xgboost_local import XGBoostClassifier


def test_joined_members_agree_with_each_alone(model: HostedModel) -> None:
    rows = model.population.rows[:300]
    paths = sorted((model.folder / "committee").glob("*.ubj"))
    alone = np.stack([XGBoostClassifier.load(path, model.schema.columns).risk(rows) for path in paths])
    np.testing.assert_allclose(model.committee.risk(rows), alone, atol=2e-6)
    assert model.committee.size == len(paths) == 20


def test_members_of_different_size_are_refused(model: HostedModel) -> None:
    whole = xgboost.Booster()
    whole.load_model(str(next((model.folder / "committee").glob("*.ubj"))))
    with pytest.raises(ClassifierError, match="different numbers of trees"):
        XGBoostCommittee([whole, whole[:10]])


def test_an_empty_committee_is_refused(model: HostedModel) -> None:
    with pytest.raises(ClassifierError, match="no members"):
        XGBoostCommittee.load([], model.schema.columns)
