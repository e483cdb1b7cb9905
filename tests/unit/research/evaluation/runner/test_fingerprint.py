"""Kept results outlive comments, names and moves, and nothing that changes what comes out."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.scope import Inclusion, Scope
from app.paths import ROOT
from research.evaluation.augmentation import run
from research.evaluation.augmentation.augmenters import AUGMENTERS, Augmenter
from research.evaluation.augmentation.run import trials_fingerprint
from research.evaluation.benchmark_setup.people import BenchmarkSetup, CohortSpec, load_setup
from research.evaluation.benchmark_setup.setting import SettingKind
from research.evaluation.methods.registry import STUDY, TURNPOINT, Method
from research.evaluation.metrics.evaluators import refits_fingerprint
from research.evaluation.runner import fingerprint
from research.evaluation.runner.fingerprint import answers_fingerprint
from research.llm_session import LlmEndpoint

PLACE = CohortSpec("heart-disease", SettingKind.ACTIONABLE, people=1)
ENDPOINT = LlmEndpoint("http://localhost:1", model="merged-1")
OURS = next(method for method in STUDY if method.key == "ours")
FINE_TUNED = next(method for method in STUDY if method.key == "fine-tuned")
SEARCH = next(augmenter for augmenter in AUGMENTERS if augmenter.key == "search")


def printed() -> str:
    """Fingerprints of every kind; also run in a copy of the code."""
    setup = load_setup(PLACE)
    return " ".join(
        [
            answers_fingerprint(setup, OURS),
            answers_fingerprint(setup, FINE_TUNED, ENDPOINT),
            trials_fingerprint(setup, 300, SEARCH),
            trials_fingerprint(setup, 300, None),
            refits_fingerprint(setup.model),
        ]
    )


@pytest.fixture(scope="module")
def setup() -> BenchmarkSetup:
    return load_setup(PLACE)


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


def test_where_an_adapter_lies_and_what_tables_call_it_change_none(setup: BenchmarkSetup) -> None:
    moved = replace(OURS, name="Another name", adapter=replace(TURNPOINT, target="elsewhere:Other"))
    assert answers_fingerprint(setup, moved) == answers_fingerprint(setup, OURS)
    assert trials_fingerprint(setup, 300, replace(SEARCH, name="x")) == trials_fingerprint(setup, 300, SEARCH)


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
    setup: BenchmarkSetup, change: Callable[[Method], Method]
) -> None:
    assert answers_fingerprint(setup, change(OURS)) != answers_fingerprint(setup, OURS)


def test_the_model_the_setting_and_the_language_model_change_it(setup: BenchmarkSetup) -> None:
    others = [
        answers_fingerprint(load_setup(replace(PLACE, model="dysglycaemia")), FINE_TUNED, ENDPOINT),
        answers_fingerprint(load_setup(replace(PLACE, setting=SettingKind.FREE)), FINE_TUNED, ENDPOINT),
        answers_fingerprint(setup, FINE_TUNED, replace(ENDPOINT, model="merged-2")),
        answers_fingerprint(setup, FINE_TUNED, replace(ENDPOINT, temperature=0.1)),
        answers_fingerprint(setup, FINE_TUNED, ENDPOINT),
    ]
    assert len(set(others)) == len(others)


def test_what_people_are_asked_for_and_what_callers_open_change_it(setup: BenchmarkSetup) -> None:
    others = [
        answers_fingerprint(setup, OURS),
        answers_fingerprint(setup, OURS, reduction=0.02),
        answers_fingerprint(setup, OURS, reduction=0.03),
        answers_fingerprint(load_setup(replace(PLACE, scope=Scope((Inclusion.TREATMENT,)))), OURS),
    ]
    assert len(set(others)) == len(others)


@pytest.mark.parametrize("name", ["SETUP_VERSION", "ENGINE_VERSION"])
def test_versions_of_what_all_methods_share_change_it(
    setup: BenchmarkSetup, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = answers_fingerprint(setup, OURS)
    monkeypatch.setattr(fingerprint, name, 99)
    assert answers_fingerprint(setup, OURS) != before


@pytest.mark.parametrize(
    "change",
    [
        lambda one: replace(one, magnitudes=(1.0,)),
        lambda one: replace(one, options={"work": 1}),
        lambda one: replace(one, setting=SettingKind.ACTIONABLE),
        lambda one: replace(one, method="ours"),
    ],
    ids=["magnitudes", "option", "setting", "method"],
)
def test_what_rows_are_made_with_changes_a_trial(
    setup: BenchmarkSetup, change: Callable[[Augmenter], Augmenter]
) -> None:
    assert trials_fingerprint(setup, 300, change(SEARCH)) != trials_fingerprint(setup, 300, SEARCH)


def test_the_number_of_people_and_the_version_change_a_trial(
    setup: BenchmarkSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = trials_fingerprint(setup, 300, SEARCH)
    assert trials_fingerprint(setup, 200, SEARCH) != before
    monkeypatch.setattr(run, "TRIAL_VERSION", 99)
    assert trials_fingerprint(setup, 300, SEARCH) != before
