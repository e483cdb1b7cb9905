"""A classifier that its owner brings: hosted as it is, and a committee made for it."""

import json
import pickle
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import pytest
import xgboost
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from app.classifiers.store import load_model
from app.classifiers.task import read_task
from research.own_model.adding import Added, Drafted, Order, add_model
from research.own_model.report import report_of
from research.own_model.table.people import people_of
from research.own_model.table.reading import read_table
from research.training.errors import TrainingError
from research.training.people import outcomes_of, rows_of
from tests.own_tables import QUICK, decide, without_age, written
from tests.unit.research.own_model.runs import names_in, silent

NAME = "given-event"


@pytest.fixture
def order(tmp_path: Path) -> Order:
    """A drafted schema whose every value is known, so that any classifier may be given."""
    table = without_age().dropna()
    order = Order(NAME, written(table, tmp_path), "event", tmp_path / "store")
    drafted = add_model(order, silent, QUICK)
    assert isinstance(drafted, Drafted)
    decide(drafted.task, "bmi")
    return order


@pytest.fixture
def rows(order: Order) -> Any:
    """The people as the schema encodes them, with their outcomes."""
    schema = read_task(order.store / NAME / "task.toml")
    people, _ = people_of(schema, read_table(order.data, "event", None, None))
    return rows_of(schema, people), outcomes_of(people), list(schema.columns)


def given(order: Order, path: Path, **more: Any) -> Added:
    done = add_model(Order(NAME, order.data, "event", order.store, classifier=path, **more), silent, QUICK)
    assert isinstance(done, Added)
    return done


def test_a_lightgbm_classifier_is_hosted_with_refits_of_its_own_kind(
    order: Order, rows: Any, tmp_path: Path
) -> None:
    values, outcome, columns = rows
    data = lightgbm.Dataset(values, outcome, feature_name=columns)
    booster = lightgbm.train({"objective": "binary", "num_leaves": 6, "verbose": -1}, data, 20)
    booster.save_model(tmp_path / "risk.txt")
    done = given(order, tmp_path / "risk.txt")
    model = load_model(done.home.parent)
    assert model.classifier.risk(values) == pytest.approx(booster.predict(values), abs=1e-6)
    assert sorted(path.suffix for path in (done.home / "committee").iterdir()) == [".forest"] * 3
    risks = model.committee.risk(values)
    assert np.ptp(risks, axis=0).max() > 0
    manifest = json.loads((done.home / "manifest.json").read_text())
    assert manifest["fit"]["given"].startswith("lightgbm ")
    assert manifest["committee"]["kind"] == "own kind"
    card = (done.home / "card.md").read_text()
    assert "of refits of its own kind and settings on bootstrap resamples" in card
    assert "Whether it learned from people who are held out here is not known" in card
    assert "Cross-validated" not in card


def test_an_xgboost_classifier_without_its_settings_gets_xgboost_models_of_its_risks(
    order: Order, rows: Any, tmp_path: Path
) -> None:
    values, outcome, columns = rows
    data = xgboost.DMatrix(values, outcome, feature_names=columns)
    booster = xgboost.train({"objective": "binary:logistic", "max_depth": 3}, data, 15)
    booster.save_model(tmp_path / "risk.json")
    done = given(order, tmp_path / "risk.json")
    model = load_model(done.home.parent)
    own = booster.predict(data)
    assert model.classifier.risk(values) == pytest.approx(own, abs=1e-6)
    kind = json.loads((done.home / "manifest.json").read_text())["committee"]["kind"]
    card = (done.home / "card.md").read_text()
    if kind == "xgboost on outputs":
        assert "its committee is of XGBoost models fitted to its risks" in card
        assert np.abs(model.committee.risk(values) - own).mean() < 0.1
    else:
        assert "of refits of its own kind" in card


def test_a_committee_learns_the_risks_given_where_the_schema_asks_for_incomplete_copies(
    order: Order, rows: Any, tmp_path: Path
) -> None:
    task = order.store / NAME / "task.toml"
    copies = '[training]\nmasked_copies = 1\n\n[[training.record]]\nname = "Half"\nloses = 0.5\n'
    may_lack = task.read_text().replace('risk = "free"', 'risk = "free"\nmissing = "unknown"')
    task.write_text(f"{may_lack}\n{copies}")
    values, outcome, columns = rows
    data = xgboost.DMatrix(values, outcome, feature_names=columns)
    booster = xgboost.train({"objective": "binary:logistic", "max_depth": 3}, data, 15)
    booster.save_model(tmp_path / "risk.json")
    done = given(order, tmp_path / "risk.json")
    own = booster.predict(data)
    committee = load_model(done.home.parent).committee.risk(values)
    assert np.corrcoef(committee.mean(axis=0), own)[0, 1] > 0.9
    assert np.abs(committee - own).mean() < 0.1
    assert "incomplete cop" not in (done.home / "card.md").read_text(), "the classifier given saw none"


def test_a_pickle_is_loaded_only_where_its_owner_trusts_it(order: Order, rows: Any, tmp_path: Path) -> None:

    values, outcome, columns = rows
    forest = RandomForestClassifier(n_estimators=10, max_depth=4, random_state=0)
    forest.fit(pd.DataFrame(values, columns=columns), outcome)
    path = tmp_path / "forest.pkl"
    path.write_bytes(pickle.dumps(forest))
    with pytest.raises(TrainingError):
        given(order, path)
    assert names_in(order.store / NAME) == ["task.toml"]
    done = given(order, path, trusts_pickle=True)
    model = load_model(done.home.parent)
    told = forest.predict_proba(pd.DataFrame(values, columns=columns))[:, 1]
    assert model.classifier.risk(values) == pytest.approx(told, abs=1e-6)


def _surer_of_large_values(rows: pd.DataFrame) -> Any:
    """What its owner put in the place of an estimator's own risks: they differ where values are people's."""
    risk = np.where(rows.to_numpy().max(axis=1) > 10, 0.9, 0.5)
    return np.column_stack([1 - risk, risk])


def test_a_classifier_that_differs_on_people_of_the_table_alone_is_refused(
    order: Order, rows: Any, tmp_path: Path
) -> None:
    """Slopes have no thresholds to look beside, so that only people show that its risks are not its own."""
    values, outcome, columns = rows
    slopes = LogisticRegression(max_iter=1000).fit(pd.DataFrame(values, columns=columns), outcome)
    slopes.coef_, slopes.intercept_ = np.zeros_like(slopes.coef_), np.zeros(1)
    slopes.predict_proba = _surer_of_large_values
    path = tmp_path / "slopes.pkl"
    path.write_bytes(pickle.dumps(slopes))
    with pytest.raises(TrainingError, match=r"other risks than scikit-learn does, by up to 0\.4"):
        given(order, path, trusts_pickle=True)
    assert names_in(order.store / NAME) == ["task.toml"]


def test_a_classifier_of_the_outcome_the_other_way_round_is_said_to_be_that(
    order: Order, rows: Any, tmp_path: Path
) -> None:
    values, outcome, columns = rows
    data = lightgbm.Dataset(values, ~outcome, feature_name=columns)
    lightgbm.train({"objective": "binary", "verbose": -1}, data, 20).save_model(tmp_path / "risk.txt")
    with pytest.raises(TrainingError, match="is it of the outcome the other way round"):
        given(order, tmp_path / "risk.txt")


def test_columns_in_another_order_are_refused_and_nothing_is_written(
    order: Order, rows: Any, tmp_path: Path
) -> None:
    values, outcome, columns = rows
    data = lightgbm.Dataset(values[:, ::-1].copy(), outcome, feature_name=columns[::-1])
    lightgbm.train({"objective": "binary", "verbose": -1}, data, 5).save_model(tmp_path / "risk.txt")
    with pytest.raises(TrainingError, match=r"risk\.txt takes"):
        given(order, tmp_path / "risk.txt")
    assert names_in(order.store / NAME) == ["task.toml"]


def test_nobody_says_that_a_direction_was_imposed_on_a_given_classifier(
    order: Order, rows: Any, tmp_path: Path
) -> None:
    """Its trees may fall where the owner expects a rise: the card counts how often, and the page is told."""
    task = order.store / NAME / "task.toml"
    task.write_text(task.read_text().replace('risk = "free"', 'risk = "falling"'))
    values, outcome, columns = rows
    data = lightgbm.Dataset(values, outcome, feature_name=columns)
    lightgbm.train({"objective": "binary", "verbose": -1}, data, 20).save_model(tmp_path / "risk.txt")
    done = given(order, tmp_path / "risk.txt")
    card = (done.home / "card.md").read_text()
    assert "not allowed to respond" not in card
    assert "No direction was imposed on the classifier" in card
    against, asked = re.findall(r"bmi \(falling expected, step 1\), (\d+) of (\d+)", card, re.IGNORECASE)[0]
    assert int(asked) / 4 < int(against) <= int(asked)
    assert "falling expected, not imposed" in card
    assert "in which the model may respond" not in card
    assert load_model(done.home.parent).is_given
    assert "On held-out people, some of whom the classifier may have learned from" in card
    assert "in the choice of settings" not in card
    assert "no part in fitting the committee; whether the classifier learned from them is not known" in card
    assert re.search(r"people: \d+ for fitting the committee, \d+ held out", card)
    made = replace(done, metrics=done.metrics | {"calibration": done.metrics["calibration"] | {"slope": 2.0}})
    told = report_of(made, order)
    assert "rows are for fitting the committee and" in told
    assert "learned from" not in told.split("ROC-AUC")[0]
    assert "Whether the classifier learned from people who are held out here is not known" in told
    assert "too timid on held-out people, some of whom the classifier may have learned from" in told
