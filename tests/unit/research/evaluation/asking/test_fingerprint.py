"""Kept results outlive comments, names and moves, and nothing that changes what comes out."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.local.embedded.llm_session import LlmEndpoint
from app.settings import ROOT
from research.evaluation.asking import fingerprint
from research.evaluation.asking.fingerprint import answers_fingerprint
from research.evaluation.augmentation import run
from research.evaluation.augmentation.augmenters import AUGMENTERS, Augmenter
from research.evaluation.augmentation.run import trials_fingerprint
from research.evaluation.judging.judges import refits_fingerprint
from research.evaluation.methods.registry import STUDY, TURNPOINT, Method
from research.evaluation.scene.people import Place, Scene, load_scene
from research.evaluation.scene.rules import Setting

PLACE = Place("heart-disease", Setting.ACTIONABLE, people=1)
ENDPOINT = LlmEndpoint("http://localhost:1", model="merged-1")
OURS = next(method for method in STUDY if method.key == "ours")
FINE_TUNED = next(method for method in STUDY if method.key == "fine-tuned")
SEARCH = next(augmenter for augmenter in AUGMENTERS if augmenter.key == "search")


def printed() -> str:
    """Fingerprints of every kind; also run in a copy of the code."""
    scene = load_scene(PLACE)
    return " ".join(
        [
            answers_fingerprint(scene, OURS),
            answers_fingerprint(scene, FINE_TUNED, ENDPOINT),
            trials_fingerprint(scene, 300, SEARCH),
            trials_fingerprint(scene, 300, None),
            refits_fingerprint(scene),
        ]
    )


@pytest.fixture(scope="module")
def scene() -> Scene:
    return load_scene(PLACE)


def test_a_comment_in_every_file_and_another_folder_change_none(tmp_path: Path) -> None:
    for room in ("app", "research"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
        for path in (tmp_path / room).rglob("*.py"):
            path.write_text(f"{path.read_text(encoding='utf-8')}\n# a comment\n", encoding="utf-8")
    (tmp_path / "model_store").symlink_to(ROOT / "model_store")
    test = tmp_path / "copied.py"
    test.write_text(f"{Path(__file__).read_text(encoding='utf-8')}\nprint(printed())\n", encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    copy = subprocess.run(
        [sys.executable, test], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert copy.stdout.strip() == printed()


def test_where_an_adapter_lies_and_what_tables_call_it_change_none(scene: Scene) -> None:
    moved = replace(OURS, name="Another name", adapter=replace(TURNPOINT, target="elsewhere:Other"))
    assert answers_fingerprint(scene, moved) == answers_fingerprint(scene, OURS)
    assert trials_fingerprint(scene, 300, replace(SEARCH, name="x")) == trials_fingerprint(scene, 300, SEARCH)


@pytest.mark.parametrize(
    "change",
    [
        lambda method: replace(method, adapter=replace(method.adapter, version=2)),
        lambda method: replace(method, adapter=replace(method.adapter, package="numpy")),
        lambda method: replace(method, options={**method.options, "count": 2}),
        lambda method: replace(method, hard_limit_s=1.0),
        lambda method: replace(method, style=FINE_TUNED.style),
    ],
    ids=["version", "package", "option", "limit", "style"],
)
def test_a_version_a_package_an_option_and_a_limit_change_it(
    scene: Scene, change: Callable[[Method], Method]
) -> None:
    assert answers_fingerprint(scene, change(OURS)) != answers_fingerprint(scene, OURS)


def test_the_model_the_setting_and_the_language_model_change_it(scene: Scene) -> None:
    others = [
        answers_fingerprint(load_scene(replace(PLACE, model="dysglycaemia")), FINE_TUNED, ENDPOINT),
        answers_fingerprint(load_scene(replace(PLACE, setting=Setting.FREE)), FINE_TUNED, ENDPOINT),
        answers_fingerprint(scene, FINE_TUNED, replace(ENDPOINT, model="merged-2")),
        answers_fingerprint(scene, FINE_TUNED, replace(ENDPOINT, temperature=0.1)),
        answers_fingerprint(scene, FINE_TUNED, ENDPOINT),
    ]
    assert len(set(others)) == len(others)


@pytest.mark.parametrize("name", ["SETUP_VERSION", "ENGINE_VERSION"])
def test_versions_of_what_all_methods_share_change_it(
    scene: Scene, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = answers_fingerprint(scene, OURS)
    monkeypatch.setattr(fingerprint, name, 99)
    assert answers_fingerprint(scene, OURS) != before


@pytest.mark.parametrize(
    "change",
    [
        lambda one: replace(one, magnitudes=(1.0,)),
        lambda one: replace(one, options={"work": 1}),
        lambda one: replace(one, setting=Setting.ACTIONABLE),
        lambda one: replace(one, method="ours"),
    ],
    ids=["magnitudes", "option", "setting", "method"],
)
def test_what_rows_are_made_with_changes_a_trial(
    scene: Scene, change: Callable[[Augmenter], Augmenter]
) -> None:
    assert trials_fingerprint(scene, 300, change(SEARCH)) != trials_fingerprint(scene, 300, SEARCH)


def test_the_number_of_people_and_the_version_change_a_trial(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = trials_fingerprint(scene, 300, SEARCH)
    assert trials_fingerprint(scene, 200, SEARCH) != before
    monkeypatch.setattr(run, "TRIAL_VERSION", 99)
    assert trials_fingerprint(scene, 300, SEARCH) != before
