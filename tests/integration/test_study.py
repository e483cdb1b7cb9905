"""`turnpoint evaluate`, as far as it goes without other packages: its own method, a few people."""

import json
from pathlib import Path

import pytest

from app.evaluation.asking.language import Language
from app.evaluation.scene.rules import Setting
from app.evaluation.study.run import RESULTS, Plan, StudyError, plan_of, study

FEW = {"people": 3, "quick": True, "fresh": False}


def few(home: Path, out: Path, fresh: bool = False) -> str:
    plan = plan_of(["heart-disease"], ["free"], ["ours"], 3, quick=True, fresh=fresh)
    return study(plan, home, out, Language(home), lambda *_: None)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("study")


@pytest.fixture(scope="module")
def first(home: Path) -> str:
    return few(home, home / "out")


def test_a_quick_study_has_every_table_and_says_what_it_rests_on(home: Path, first: str) -> None:
    for title in ("Is the first answer right?", "Does it hold?", "The same person twice", "Real people"):
        assert title in first
    assert "Several answers" not in first  # nobody was asked for several
    results = json.loads((home / "out" / RESULTS).read_text())
    (place,) = results["places"]
    figures = place["tables"]["Is the first answer right?"]["Turnpoint"]
    assert figures["strict"]["value"] == 100
    assert figures["strict"]["low"] < 100 <= figures["strict"]["high"]
    assert "Seeds" in place["about"]


def test_a_study_that_was_stopped_goes_on(home: Path, first: str) -> None:
    (kept,) = (path for path in (home / "answers").iterdir() if "again" not in path.name)
    lines = kept.read_text().splitlines()
    doctored = json.loads(lines[0]) | {"cpu_s": 1000.0}  # seen in the figures only if it is not asked again
    kept.write_text("\n".join([json.dumps(doctored), lines[1], lines[2][:40]]))
    few(home, home / "out")
    speed = json.loads((home / "out" / RESULTS).read_text())["places"][0]["tables"]
    assert speed["How long does it take?"]["Turnpoint"]["cpu_ms_p95"]["value"] > 1000
    assert len(kept.read_text().splitlines()) == 4


def test_results_of_another_version_are_refused_until_told_otherwise(home: Path, first: str) -> None:
    out = home / "other"
    few(home, out)
    results = json.loads((out / RESULTS).read_text())
    results["stamp"]["models"]["heart-disease"] = "0" * 64
    (out / RESULTS).write_text(json.dumps(results))
    with pytest.raises(StudyError, match="another version"):
        few(home, out)
    assert "Turnpoint" in few(home, out, fresh=True)


def test_unknown_methods_and_settings_are_named() -> None:
    with pytest.raises(StudyError, match="lime: no such method"):
        plan_of(["dysglycaemia"], [], ["lime"], **FEW)  # type: ignore[arg-type]
    with pytest.raises(StudyError, match="frei: no such setting"):
        plan_of(["dysglycaemia"], ["frei"], ["ours"], **FEW)  # type: ignore[arg-type]


def test_a_missing_package_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.evaluation.study.run.find_spec", lambda _: None)
    with pytest.raises(StudyError, match=r"dice-ml: not installed here.*make evaluate"):
        plan_of(["dysglycaemia"], [], ["dice-random"], **FEW)  # type: ignore[arg-type]


def test_a_quick_study_leaves_the_slow_methods_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.evaluation.study.run.find_spec", lambda _: True)
    plan = plan_of(["dysglycaemia"], [], [], None, quick=True, fresh=False)
    assert isinstance(plan, Plan)
    assert {method.key for method in plan.methods} >= {"ours", "dice-random", "nice-sparsity", "treecf"}
    assert not any(method.slow for method in plan.methods)
    assert list(plan.settings) == list(Setting)
