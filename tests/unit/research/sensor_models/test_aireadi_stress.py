"""`aireadi-stress` on an invented release: from the files to a version; nobody real is in it."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from app.ingest.sensors.run import Order, run
from app.ingest.sensors.sources.aireadi import AiReadi
from research.evaluation.methods.registry import METHODS
from research.evaluation.runner.language_models import LanguageModels
from research.own_model.choice import grid
from research.own_model.fitting import Size
from research.papers_study.asking import Question, Way, ask
from research.papers_study.figures import method_tables
from research.papers_study.fold_versions import FoldPlan, fold_versions
from research.papers_study.people_table import read_people_table
from research.sensor_models.recipes import RECIPES, make
from research.sensor_models.stress_days import garmin_days
from research.training.errors import TrainingError
from tests.own_tables import QUICK
from tests.sensors.invented_stress import days_of, people_of, write_stressed_release
from tests.unit.research.own_model.runs import silent
from tests.unit.research.sensor_models.suggestions import options_hold
from turnpoint.commands.program import command_line

PEOPLE = people_of(48, days=4)
NAMES = ("aireadi-stress", "aireadi-stress-heart")


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_stressed_release(tmp_path_factory.mktemp("release"), PEOPLE)


@pytest.fixture(scope="module")
def measured(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `turnpoint sensors features` makes of the release."""
    out = tmp_path_factory.mktemp("measured") / "people.parquet"
    run(Order(AiReadi(release), out), lambda words, fraction: None)
    return out


def test_days_are_those_of_the_files_and_stressed_above_the_band_of_rest(
    release: Path, measured: Path, tmp_path: Path
) -> None:
    table = garmin_days(release, tmp_path)
    pd.testing.assert_frame_equal(table, garmin_days(measured, tmp_path))
    assert "stress_day" not in table
    whole = [day for person in PEOPLE for day in days_of(person)]
    assert len(table) == len(whole)
    assert (table.stressed == "yes").sum() == sum(round(day.stress) > 25 for day in whole)
    assert table.steps.tolist() == [600 * day.walked for day in whole]
    for told, day in zip(table.itertuples(), whole, strict=True):
        assert told.sleep_minutes == pytest.approx(60 * day.slept, abs=2)
        assert told.sleep_onset_hour == pytest.approx(7 - day.slept, abs=0.05)
    assert table.age.tolist() == [person.age for person in PEOPLE for _ in range(person.days)]
    assert table.bmi.tolist() == [person.bmi for person in PEOPLE for _ in range(person.days)]


@pytest.mark.parametrize("name", NAMES)
def test_a_version_is_made_and_its_options_hold(measured: Path, tmp_path: Path, name: str) -> None:
    done, _ = make(RECIPES[name], measured, tmp_path, silent, size=QUICK)
    metrics = json.loads((done.home / "metrics.json").read_text())
    assert metrics["held_out"]["roc_auc"]["value"] > 0.7
    assert metrics["interval"].startswith("95 %, of 1000 bootstrap samples of people")
    assert options_hold(done.home.parent, people=8) > 0
    limits = json.loads((done.home / "card.json").read_text())["limits"]
    assert any("finds the device's formula again" in said for said in limits) == name.endswith("heart")
    assert any("Its licence binds the model" in said for said in limits)


def test_from_the_folder_to_suggestions_in_three_commands(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("research.own_model.adding.whole_size", lambda: QUICK)
    people, store = str(tmp_path / "people.parquet"), str(tmp_path / "store")

    def sensors(*arguments: str) -> str:
        ended = CliRunner().invoke(command_line(), ["sensors", *arguments])
        assert ended.exit_code == 0, ended.output
        return ended.output

    sensors("features", "--from", str(release), "--source", "aireadi", "--out", people)
    sensors("model", "aireadi-stress", "--from", people, "--store", store)
    person = PEOPLE[0].person_id
    said = sensors("suggest", "aireadi-stress", "--from", people, "--store", store, "--person", person)
    assert said.startswith(f"{person}, ")
    assert "Not known" not in said
    assert "%" in said.splitlines()[1]


def test_the_papers_study_runs_on_this_format(measured: Path, tmp_path: Path) -> None:
    table = read_people_table(RECIPES[NAMES[0]], measured, tmp_path, silent)
    assert (len(table.people), table.persons) == (192, 48)
    plan = FoldPlan(2, size=Size(grid()[:1], members=2, exemplars=2))
    folds = fold_versions(table, plan, tmp_path / "folds", silent)
    [ours] = [method for method in METHODS if method.key == "ours-least"]
    question = Question([ours], rows=2)
    asked = ask(folds[:1], Way.LOWER, question, tmp_path, LanguageModels(tmp_path), lambda *_: None)
    tables = method_tables(asked, [ours], asked.judges[0].setup.schema)
    assert [len(rows) for _, rows in tables] == [1, 1]
    assert {one.person for one in asked.of(ours.key)} <= set(folds[0].held_out)


def test_the_two_differ_in_the_heart_rate_alone() -> None:
    without, with_it = (RECIPES[name].schema.read_text() for name in NAMES)
    hearts = re.compile(r"\[\[feature\]\]\nname = \"heart_rate_[a-z]+\"\n(?:.+\n)+\n?")
    assert len(hearts.findall(with_it)) == 3
    assert not hearts.findall(without)

    def features(text: str) -> str:
        return hearts.sub("", text[text.index("# ---- fixed") :])

    assert features(with_it) == features(without)


def test_tables_that_are_others_are_told(measured: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="There is no file"):
        garmin_days(tmp_path / "people.parquet", tmp_path)
    path = tmp_path / "people.parquet"
    pd.read_parquet(measured).drop(columns="bmi").to_parquet(path)
    days = pd.read_parquet(measured.with_name("people.days.parquet"))
    days.to_parquet(tmp_path / "people.days.parquet")
    with pytest.raises(TrainingError, match="is no table of `turnpoint sensors features` with"):
        garmin_days(path, tmp_path)
    with pytest.raises(TrainingError, match="has neither wearable_activity_monitor"):
        garmin_days(tmp_path, tmp_path)
