"""The study of models of own tables: each at its own threshold, whatever its features are."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import lightgbm
import pandas as pd
import pytest
from typer.testing import CliRunner

from app.classifiers.task import read_task
from research.commands.main import cli
from research.evaluation.augmentation.cohort import load_cohort, why_no_trials
from research.evaluation.methods.registry import METHODS
from research.evaluation.runner.language_models import LanguageModels
from research.evaluation.study.plan import Part, Plan, StudyError, StudyRequest, plan_of
from research.evaluation.study.run import RESULTS, study
from research.own_model.adding import Added, Drafted, add_model
from research.own_model.table.people import people_of
from research.own_model.table.reading import read_table
from research.training.people import outcomes_of, rows_of
from tests.own_tables import QUICK, categories, decide, rare, wide, without_age
from tests.unit.research.own_model.runs import NAME, made, order_of, silent


def plan(store: Path, *settings: str) -> Plan:
    """Three people, one method, asked once."""
    request = StudyRequest(
        [NAME],
        stores={NAME: store},
        parts=[Part.METHODS],
        settings=settings,
        methods=["ours"],
        people=3,
        quick=True,
    )
    return replace(plan_of(request), twice=0)


def studied(folder: Path, plan: Plan) -> str:
    """The text of a study; refits are kept beside the store."""
    home = plan.models[0].store.parent / "home" / "evaluation"
    return study(plan, home, folder / "out", LanguageModels(folder), lambda *_: None)


@pytest.fixture(scope="module")
def rare_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of an outcome that two in a hundred have."""
    folder = tmp_path_factory.mktemp("rare")
    made(rare(), folder, "bmi", "walks", threshold=0.02)
    return folder / "store"


def check(folder: Path, store: Path, threshold: float, *settings: str) -> None:
    """What is found and told of any model; the last setting is the free one."""
    text = studied(folder, plan(store, *settings))
    told = json.loads((folder / "out" / RESULTS).read_text())["methods"]
    assert [place["setting"] for place in told] == list(settings)
    freely = told[-1]["tables"]
    right = freely["Is the first answer right?"]["Turnpoint"]
    assert right["valid"]["value"] == right["answered"]["value"] > 0
    assert right["in_range"]["value"] == right["on_grid"]["value"] == 100
    assert f"risk at most {threshold:g}" in freely["Real people before the same judges"]
    assert f"of risk above {threshold:g}" in text
    assert "Its schema names no noise of measurement" in text


@pytest.mark.parametrize(
    ("table", "changed", "threshold"),
    [
        (without_age, ("bmi", "walks"), 0.075),
        (categories, ("walks",), 0.3),
        (wide, ("habit_0",), 0.2),
    ],
)
def test_any_table_is_measured_at_its_own_threshold(
    tmp_path: Path, table: Callable[[], pd.DataFrame], changed: tuple[str, ...], threshold: float
) -> None:
    made(table(), tmp_path, *changed, threshold=threshold)
    check(tmp_path, tmp_path / "store", threshold, "free")


def test_a_rare_outcome_is_too(tmp_path: Path, rare_store: Path) -> None:
    check(tmp_path, rare_store, 0.02, "actionable", "free")


def test_a_classifier_of_another_library_is_measured_without_who_reads_xgboost_alone(tmp_path: Path) -> None:
    table = without_age().dropna()
    order = order_of(table, tmp_path)
    drafted = add_model(order, silent, QUICK)
    assert isinstance(drafted, Drafted)
    decide(drafted.task, "bmi", "walks", threshold=0.2)
    schema = read_task(drafted.task)
    people, _ = people_of(schema, read_table(order.data, "event", None, None))
    rows = lightgbm.Dataset(rows_of(schema, people), outcomes_of(people), feature_name=list(schema.columns))
    booster = lightgbm.train({"objective": "binary", "num_leaves": 7, "verbosity": -1}, rows, 30)
    booster.save_model(given := tmp_path / "given.txt")
    assert isinstance(add_model(replace(order, classifier=given), silent, QUICK), Added)
    some = plan(order.store, "actionable")
    treecf = next(method for method in METHODS if method.key == "treecf")
    text = studied(tmp_path, replace(some, methods=[*some.methods, treecf]))
    assert "Left out, since they read XGBoost's own models alone: treecf genetic." in text
    assert "new refits are XGBoost's, fitted to its risks" in text
    assert "cannot be fitted to few labels" in (why_no_trials(load_cohort(NAME, order.store), 300) or "")


def test_a_threshold_that_nobody_exceeds_is_refused(tmp_path: Path, rare_store: Path) -> None:
    home = shutil.copytree(rare_store / NAME / "1", tmp_path / NAME / "1")
    task, manifest = home / "task.toml", home / "manifest.json"
    task.write_text(task.read_text().replace("threshold = 0.02", "threshold = 0.99"))
    told = json.loads(manifest.read_text()) | {"schema": sha256(task.read_bytes()).hexdigest()}
    manifest.write_text(json.dumps(told))
    with pytest.raises(StudyError, match=r"own-event has nobody held out .* above its threshold of 0\.99"):
        studied(tmp_path, plan(tmp_path))


def test_labels_are_not_taken_from_too_few(tmp_path: Path, rare_store: Path) -> None:
    cohort = load_cohort(NAME, rare_store)
    assert "of 300 people some 6 would be of the rarer class" in (why_no_trials(cohort, 300) or "")
    assert "and a draw takes 9000" in (why_no_trials(cohort, 9000) or "")
    rows = replace(plan(rare_store), parts=[Part.AUGMENTATION])
    assert "would be of the rarer class" in studied(tmp_path, rows)


def test_the_command_takes_a_model_of_the_store_that_is_set(
    tmp_path: Path, rare_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODEL_STORE", str(rare_store))
    few = ["--part", "methods", "--setting", "free", "--methods", "ours", "--people", "2", "--quick"]
    few += ["--out", str(tmp_path / "out")]
    result = CliRunner().invoke(cli, ["evaluate", NAME, *few, "--home", str(rare_store.parent / "home")])
    assert result.exit_code == 0, result.output
    assert "### own-event, free" in result.output
    assert "risk at most 0.02" in result.output
