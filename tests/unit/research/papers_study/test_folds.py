"""The papers' study on invented people: nobody on both sides, both ways, one command."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from app.classifiers.partitions import Person
from app.classifiers.store import load_version
from research.commands.main import cli
from research.evaluation.augmentation.cohort import Scarcity
from research.evaluation.augmentation.trial import SCARCE
from research.evaluation.methods.registry import METHODS
from research.evaluation.methods.settings_table import options_of, settings_table
from research.evaluation.runner.language_models import LanguageModels
from research.evaluation.study.plan import StudyError
from research.own_model.choice import grid
from research.own_model.fitting import Size
from research.papers_study.asking import Asked, Question, Way, ask
from research.papers_study.figures import QUALITY, method_tables
from research.papers_study.fold_versions import Fold, FoldPlan, fold_versions
from research.papers_study.intervals import mean_of_people
from research.papers_study.nearness import nearness_of
from research.papers_study.people_table import PeopleTable, read_people_table
from research.papers_study.plan import FoldRequest, fold_study
from research.papers_study.rows_asked import drawn_in_turns
from research.papers_study.run import RESULTS, study_folds
from research.papers_study.scarcity import ScarcePlan, makers, scarce_trials, why_not_scarce
from research.sensor_models.recipes import RECIPES
from research.training.errors import TrainingError
from tests.sensors.invented_tables import lifesnaps_days, written
from tests.unit.research.own_model.runs import silent

SMALL = FoldPlan(2, size=Size(grid()[:1], members=2, exemplars=2))
OURS = [method for method in METHODS if method.key == "ours-least"]
RECIPE = RECIPES["lifesnaps-stress"]


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(lifesnaps_days(), tmp_path_factory.mktemp("days") / "lifesnaps_daily.csv")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def table(origin: Path, home: Path) -> PeopleTable:
    return read_people_table(RECIPE, origin, home / "models", silent)


@pytest.fixture(scope="module")
def folds(table: PeopleTable, home: Path) -> list[Fold]:
    return fold_versions(table, SMALL, home / "folds", silent)


@pytest.fixture(scope="module")
def asked(folds: list[Fold], home: Path) -> dict[Way, Asked]:
    question = Question(OURS, rows=4)
    return {way: ask(folds, way, question, home, LanguageModels(home), lambda *_: None) for way in Way}


def test_each_person_is_held_out_once_and_never_learned_from_there(
    folds: list[Fold], table: PeopleTable
) -> None:
    assert all(not set(fold.held_out) & set(fold.training) for fold in folds)
    held_out = [person for fold in folds for person in set(fold.held_out)]
    assert sorted(held_out) == list(range(table.persons))
    for fold in folds:
        assert len(fold.held_out) + len(fold.training) == len(table.people)
        version = load_version(fold.store, fold.model)
        assert len(pq.read_table(version.folder / "held_out.parquet")) == len(fold.held_out)
        assert len(version.population.outcome) == len(fold.training)


def test_folds_that_are_there_are_kept(table: PeopleTable, folds: list[Fold], home: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (home / "folds").rglob("*") if path.is_file()}
    assert fold_versions(table, SMALL, home / "folds", silent) == folds
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_people_take_turns() -> None:
    whose = [0] * 20 + [1] * 3 + [2] * 1
    rows = [Person(place, {}, 0.5, whose=one) for place, one in enumerate(whose) if place != 5]
    some = drawn_in_turns(rows, 6, seed=3)
    assert len(set(some)) == 6
    assert 5 not in some
    assert Counter(whose[place] for place in some) == {0: 3, 1: 2, 2: 1}
    assert drawn_in_turns([], 6, seed=3) == ()


def test_answers_of_both_ways_are_of_the_wanted_class_and_change_what_may(
    asked: dict[Way, Asked], folds: list[Fold]
) -> None:
    for way, those in asked.items():
        valid = 0
        for fold, judge, rows in zip(folds, those.judges, those.rows["ours-least"], strict=True):
            model = load_version(fold.store, fold.model)
            threshold = model.schema.model.threshold
            for one in rows:
                assert one.person in set(fold.held_out)
                before = float(model.classifier.risk(one.factual[None])[0])
                assert (before > threshold) is (way is Way.LOWER)
                if one.answer is not None:
                    after = float(model.classifier.risk(one.answer.row[None])[0])
                    assert (after > threshold) is (way is Way.RAISE)
                    assert one.answer.valid
                    moving = {feature.name for feature in judge.setup.schema.actionable}
                    assert one.answer.structure.moved <= moving
                    steps = model.schema.column_of["steps"]
                    walked = one.answer.row[steps] - one.factual[steps]
                    assert walked >= 0 if way is Way.LOWER else walked <= 0
                    valid += 1
        assert valid > 0


def test_tables_count_whom_they_say(asked: dict[Way, Asked]) -> None:
    those = asked[Way.LOWER]
    (spec, quality), (_, changes) = method_tables(those, OURS, those.judges[0].setup.schema)
    assert spec is QUALITY
    told, rows = quality["Turnpoint, least effort"], those.of("ours-least")
    answers = [one.answer for one in rows if one.answer is not None]
    assert told["asked"] is not None
    assert told["asked"].value == len(rows) == 8
    assert told["valid"] is not None
    assert told["valid"].value == pytest.approx(100 * len(answers) / len(rows))
    each = changes["Turnpoint, least effort"]
    names = [feature.name for feature in those.judges[0].setup.schema.actionable]
    total = sum(figure.value for name in names if (figure := each[name]) is not None)
    assert each["average"] is not None
    assert total == pytest.approx(100 * each["average"].value)


def test_rows_are_made_of_training_people_and_judged_on_the_others(folds: list[Fold], home: Path) -> None:
    plan = ScarcePlan(makers(("oversampling", "weights", "search-doable")), draws=1, labelled=150)
    assert why_not_scarce(folds, plan) is None
    trials = scarce_trials(folds[:1], plan, home, LanguageModels(home), lambda *_: None)
    by_key = {(one.trial.augmenter, one.trial.scarcity, one.trial.magnitude): one.trial for one in trials}
    assert len(by_key) == len(trials) == 3 * (2 + 3 * 3)
    for scarcity in Scarcity:
        assert by_key["search-doable", scarcity, 1.0].made > 0
        assert by_key["weights", scarcity, 1.0].made == 0
        assert by_key["weights", scarcity, 1.0].scores != by_key[SCARCE, scarcity, 0.0].scores
    assert scarce_trials(folds[:1], plan, home, LanguageModels(home), lambda *_: None) == trials
    assert "and a draw takes 9000" in (why_not_scarce(folds, replace(plan, labelled=9000)) or "")


def test_own_days_are_no_neighbours_of_their_person(folds: list[Fold]) -> None:
    model = load_version(folds[0].store, folds[0].model)
    rows = model.population.rows
    twice = np.concatenate([rows, rows])
    alone = nearness_of(model.schema, rows, list(range(len(rows))))
    copied = nearness_of(model.schema, twice, [*range(len(rows)), *range(len(rows))])
    assert alone.limit > 0
    # Each has a copy of their own, which does not count; of the others all have two.
    assert 0 < copied.limit <= alone.limit
    assert copied.limit > np.percentile(copied.population.self_distances, 95)


def test_rows_of_one_person_are_no_further_evidence() -> None:
    few = mean_of_people([0, 1, 1, 0, 1, 1], [0, 1, 2, 3, 4, 5])
    many = mean_of_people([0, 1, 1, 0, 1, 1] * 50, [0, 1, 2, 3, 4, 5] * 50)
    assert few is not None
    assert few == many
    counts = mean_of_people([1.0] * 40, [0, 1] * 20)  # not flags: all answers change one feature
    assert counts is not None
    assert (counts.low, counts.high) == (1, 1)
    alike = mean_of_people([True] * 40, [0, 1] * 20)
    assert alike is not None
    assert alike.low is not None
    assert alike.low < 0.5
    assert mean_of_people([float("nan")], [0]) is None


def test_settings_are_those_that_are_asked_with() -> None:
    [method] = OURS
    assert options_of(method)["min_robustness"] == 0.0
    text = settings_table(OURS)
    assert "`min_robustness=0.0`" in text
    assert "`count=1`" in text


def test_one_command_writes_figures_and_no_rows(
    origin: Path, home: Path, tmp_path: Path, asked: dict[Way, Asked]
) -> None:
    request = FoldRequest(parts=["methods"], methods=["ours-least"], rows=4)  # whose answers are kept
    plan = fold_study(RECIPE, origin, home / "models", request, SMALL)
    text = study_folds(plan, home, tmp_path / "out", LanguageModels(home), lambda *_: None)
    assert "2 folds by person (seed 0)" in text
    assert "### low risk to high" in text
    assert "% of the variance of standardised training rows" in text
    drawn = {path.name for path in (tmp_path / "out").glob("*.svg")}
    assert drawn == {"lifesnaps-stress-features.svg", "lifesnaps-stress-latent.svg"}
    told = json.loads((tmp_path / "out" / RESULTS).read_text())
    assert told["lower"][QUALITY.title]["Turnpoint, least effort"]["asked"]["value"] == 8
    assert "invented-0" not in text + json.dumps(told)


def test_what_cannot_be_asked_is_named(origin: Path, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="magic: no such augmenter"):
        fold_study(RECIPE, origin, tmp_path, FoldRequest(augmenters=["magic"]), SMALL)
    with pytest.raises(StudyError, match="lime: no such method"):
        fold_study(RECIPE, origin, tmp_path, FoldRequest(methods=["lime"]), SMALL)
    with pytest.raises(StudyError, match="fine-tuned: an adapter was taught on people whom folds hold out"):
        fold_study(RECIPE, origin, tmp_path, FoldRequest(methods=["ours-least", "fine-tuned"]), SMALL)
    few = written(lifesnaps_days(people=6), tmp_path / "lifesnaps_daily.csv")
    table = read_people_table(RECIPE, few, tmp_path / "models", silent)
    with pytest.raises(TrainingError, match="at least 10 of each are needed"):
        fold_versions(table, SMALL, tmp_path / "folds", silent)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["--from", "days.csv", "--setting", "free"],
            "--setting cannot be heeded with --from: leave out",
        ),
        (["--from", "days.csv", "--proposers", "few_shot"], "--proposers cannot be heeded with --from"),
        (
            ["--across", "--people", "4", "--part", "methods"],
            "--part and --people cannot be heeded with --across",
        ),
    ],
)
def test_options_that_would_say_nothing_are_refused(
    arguments: list[str], sentence: str, tmp_path: Path
) -> None:
    ended = CliRunner().invoke(cli, ["evaluate", RECIPE.name, *arguments, "--home", str(tmp_path)])
    assert ended.exit_code == 1
    assert sentence in " ".join(ended.output.split())
    assert list(tmp_path.iterdir()) == []
