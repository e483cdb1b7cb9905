"""How a version's classifier is fitted again, of shipped models and of models of own tables."""

import json
import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xgboost

from app.classifiers.calibration import CALIBRATION, write_calibration
from app.classifiers.link import Link, LinkKind
from app.classifiers.store import load_model, load_version
from app.classifiers.training_procedure import FIXED
from app.paths import MODEL_STORE
from research.evaluation.benchmark_setup.learner import learner_of
from research.evaluation.benchmark_setup.people import CohortSpec, load_setup
from research.evaluation.benchmark_setup.setting import SettingKind
from research.evaluation.metrics.evaluators import evaluators_of
from tests.own_tables import ordinary
from tests.unit.research.own_model.runs import NAME, made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a model of an own table, whose people have two rows each."""
    folder = tmp_path_factory.mktemp("own")
    table = ordinary(500)
    twice = table.assign(walks=7 - table.walks)
    made(pd.concat([table, twice]), folder, "bmi", "walks", threshold=0.3, id_column="patient")
    return folder / "store"


def trees_of(booster: xgboost.Booster) -> tuple[int, int]:
    """How many, and the depth that they may have."""
    config = json.loads(booster.save_config())["learner"]["gradient_booster"]
    return booster.num_boosted_rounds(), int(config["tree_train_param"]["max_depth"])


@pytest.mark.parametrize("name", ["dysglycaemia", "heart-disease@1"])
def test_shipped_models_are_fitted_again_as_they_were(name: str) -> None:
    learner = learner_of(load_version(MODEL_STORE, name))
    assert learner.growth == FIXED
    assert not list(learner.remarks())


def test_an_own_model_is_fitted_again_by_its_own_settings(folder: Path) -> None:
    model = load_model(folder / NAME)
    told = json.loads((model.folder / "manifest.json").read_text())["fit"]
    first, second = (learner_of(model).refit(seed) for seed in (1001, 1002))
    assert trees_of(first) == (told["trees"], told["parameters"]["max_depth"])
    rows = model.population.rows.astype(np.float32)
    assert not np.array_equal(first.inplace_predict(rows), second.inplace_predict(rows))


def test_what_the_folder_does_not_hold_is_said(folder: Path) -> None:
    model = load_model(folder / NAME)
    (repeated,) = learner_of(model).remarks()
    assert "several rows" in repeated
    some = replace(model.population, rows=model.population.rows[:50], outcome=model.population.outcome[:50])
    of_some = learner_of(replace(model, population=some))
    assert any("the 50 rows that the version holds" in one for one in of_some.remarks())


def test_the_models_own_map_makes_risks_of_refits_and_targets_of_peers(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / NAME, tmp_path / NAME)
    home = tmp_path / NAME / "1"
    write_calibration(home, link := Link(LinkKind.PLATT, slope=0.6, intercept=-0.4))
    manifest = json.loads((home / "manifest.json").read_text())
    manifest["files"][CALIBRATION] = sha256((home / CALIBRATION).read_bytes()).hexdigest()
    (home / "manifest.json").write_text(json.dumps(manifest))
    setup = load_setup(CohortSpec(NAME, SettingKind.ACTIONABLE, people=5, store=tmp_path))
    rows = setup.model.population.rows
    assert setup.booster is not None
    bare = setup.booster.inplace_predict(rows.astype(np.float32)).astype(float)
    assert learner_of(setup.model).link == link
    np.testing.assert_allclose(setup.risk(rows), link.risk(np.log(bare / (1 - bare))), atol=1e-5)
    for target in (0.1, 0.3, 0.5):
        raw = setup.raw_target(target)
        clear = np.abs(bare - raw) > 1e-5
        np.testing.assert_array_equal((setup.risk(rows) <= target)[clear], (bare <= raw)[clear])
    evaluators = evaluators_of(setup, tmp_path / "cache", lambda _: None)
    # Refits know what the classifier knows: through another map, their risks would not be near its own.
    apart = np.abs(evaluators.refits.risk(rows).mean(axis=0) - setup.risk(rows)).mean()
    assert apart < 0.05
