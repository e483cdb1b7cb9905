"""`turnpoint evaluate`, as far as it goes without other packages: its own method, a few people."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from research.evaluation.runner.language_models import LanguageModels
from research.evaluation.study.plan import Part, StudyError, StudyRequest, plan_of
from research.evaluation.study.run import RESULTS, study

FEW = StudyRequest(
    ["heart-disease"],
    settings=["free"],
    methods=["ours"],
    augmenters=["oversampling", "self", "search"],
    people=3,
    quick=True,
)


def few(home: Path, out: Path, part: Part = Part.METHODS, fresh: bool = False) -> str:
    plan = plan_of(replace(FEW, parts=[part], fresh=fresh))
    plan = replace(plan, trials=replace(plan.trials, people=120))
    return study(plan, home, out, LanguageModels(home), lambda *_: None)


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
    (place,) = results["methods"]
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
    speed = json.loads((home / "out" / RESULTS).read_text())["methods"][0]["tables"]
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


def test_people_whom_nobody_can_help_make_a_study_too(home: Path) -> None:
    request = replace(FEW, settings=["actionable"], parts=[Part.METHODS])
    text = study(plan_of(request), home, home / "helpless", LanguageModels(home), lambda *_: None)
    assert "0 of them have a solution" in text
    assert not (home / "helpless" / "heart-disease-actionable-features.svg").exists()


def test_scarce_labels_cost_and_rows_are_made_where_they_are_missing(home: Path) -> None:
    text = few(home, home / "rows", Part.AUGMENTATION)
    (told,) = json.loads((home / "rows" / RESULTS).read_text())["augmentation"]
    assert "2 draws" in told["about"]
    for scarcity in ("low", "high", "both"):
        table = told[scarcity]["What is regained"]
        assert list(table) == [
            "all labels",
            "none",
            "random oversampling",
            "self-training",
            "Turnpoint, least effort",
        ]
        assert table["random oversampling"]["made"]["value"] == 100
        ours, alone = table["Turnpoint, least effort"], table["self-training"]
        assert ours["unchanged"]["value"] == alone["unchanged"]["value"] == alone["made"]["value"]
        assert ours["made"]["value"] > alone["made"]["value"]
        assert table["none"]["f1"]["value"] != table["all labels"]["f1"]["value"]
    assert "points of F1 lost" in text


def test_trials_that_were_made_are_not_made_again(home: Path) -> None:
    few(home, home / "rows", Part.AUGMENTATION)
    (kept,) = (home / "augmentation").glob("oversampling-*")
    lines = kept.read_text().splitlines()
    doctored = json.loads(lines[0])
    for trial in doctored["trials"]:
        trial["seconds"] = 1000.0  # seen in the figures only if it is not made again
    kept.write_text("\n".join([json.dumps(doctored), *lines[1:-1], lines[-1][:40]]))
    few(home, home / "rows", Part.AUGMENTATION)
    (told,) = json.loads((home / "rows" / RESULTS).read_text())["augmentation"]
    shown = told[doctored["scarcity"]]["What is regained"]["random oversampling"]
    assert shown["seconds"]["value"] >= 500
    assert len(kept.read_text().splitlines()) == len(lines) + 1
