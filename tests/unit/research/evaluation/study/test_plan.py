"""What the command line asks for becomes a plan, or a sentence that says what there is."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from app.classifiers.store import ModelFolderError
from app.paths import MODEL_STORE
from research.evaluation.benchmark_setup.setting import SettingKind
from research.evaluation.study.plan import ModelPlace, Part, StudyError, StudyRequest, plan_of
from tests.moving import TASK

FEW = StudyRequest(["heart-disease"], settings=["free"], methods=["ours"], augmenters=["self"], people=3)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (replace(FEW, methods=["lime"]), "lime: no such method"),
        (replace(FEW, settings=["frei"]), "frei: no such setting"),
        (replace(FEW, augmenters=["magic"]), "magic: no such augmenter"),
        (replace(FEW, parts=["all"]), "all: no such part"),
    ],
)
def test_what_is_unknown_is_named(asked: StudyRequest, why: str) -> None:
    with pytest.raises(StudyError, match=why):
        plan_of(asked)


def test_models_are_those_of_the_store_that_is_set_or_of_the_one_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(MODEL_STORE / "heart-disease" / "2", tmp_path / "own" / "2")
    monkeypatch.setenv("MODEL_STORE", str(tmp_path))
    elsewhere = tmp_path / "elsewhere"
    plan = plan_of(replace(FEW, models=["own", "public"], stores={"public": elsewhere}))
    assert plan.models == [ModelPlace("own", tmp_path), ModelPlace("public", elsewhere)]
    with pytest.raises(ModelFolderError, match="heart-disease holds no trained version"):
        plan_of(FEW)


def test_a_model_of_moves_is_refused_with_its_categories(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(MODEL_STORE / "heart-disease" / "2", home := tmp_path / "heart-disease" / "2")
    (home / "task.toml").write_text(TASK, encoding="utf-8")
    monkeypatch.setenv("MODEL_STORE", str(tmp_path))
    with pytest.raises(StudyError, match=r"categories that people act on \(smoking, food\)"):
        plan_of(FEW)


def test_a_missing_package_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("research.evaluation.study.plan.find_spec", lambda _: None)
    with pytest.raises(StudyError, match=r"dice-ml: not installed here.*make evaluate"):
        plan_of(replace(FEW, methods=["dice-random"]))
    with pytest.raises(StudyError, match=r"imbalanced-learn: not installed here"):
        plan_of(replace(FEW, augmenters=["smote"]))
    assert plan_of(replace(FEW, augmenters=["smote"], parts=["methods"])).parts == [Part.METHODS]


def test_a_quick_study_leaves_the_slow_methods_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("research.evaluation.study.plan.find_spec", lambda _: True)
    plan = plan_of(StudyRequest(["dysglycaemia"], quick=True))
    assert {method.key for method in plan.methods} >= {"ours", "dice-random", "nice-sparsity", "treecf"}
    assert not any(method.slow for method in plan.methods)
    assert not any(augmenter.slow for augmenter in plan.trials.augmenters)
    assert plan.settings == list(SettingKind)
    assert plan.parts == list(Part)
