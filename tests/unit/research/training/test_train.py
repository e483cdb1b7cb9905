"""A run of training: what may be written, and when."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from app.domain.schema import FeatureSchema
from research.training import evaluation, source, train
from research.training.cohort import Cohort
from research.training.errors import TrainingError
from research.training.finishing import carry_adapter
from research.training.people import Participant, Tally
from research.training.ranges import check_observed
from tests.asking import Person as Values


def silent(message: str, fraction: float | None) -> None:
    """Nobody is told."""


@pytest.fixture
def store(tmp_path: Path, schema: FeatureSchema) -> Path:
    """A store whose model has an old version with one file, and would have it trained again."""
    shipped = Path(__file__).parents[4] / "model_store" / "dysglycaemia" / "1" / "task.toml"
    version = tmp_path / "dysglycaemia" / "1"
    version.mkdir(parents=True)
    shutil.copy(shipped, tmp_path / "dysglycaemia")
    (version / "card.md").write_text("the old version")
    return tmp_path


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_finished_version_takes_the_old_ones_place(monkeypatch: pytest.MonkeyPatch, store: Path) -> None:
    def build(home: Path, *_: Any) -> None:
        (home / "card.md").write_text("the new version")

    monkeypatch.setattr(train, "_read_cohort", lambda *_: None)
    monkeypatch.setattr(train, "_build", build)

    home = train.train("dysglycaemia", store, store / "cache", silent)

    assert home == store / "dysglycaemia" / "1"
    assert (home / "card.md").read_text() == "the new version"
    assert names_in(store / "dysglycaemia") == ["1", "task.toml"]


def test_another_version_leaves_the_old_one_alone(monkeypatch: pytest.MonkeyPatch, store: Path) -> None:
    task = store / "dysglycaemia" / "task.toml"
    task.write_text(task.read_text().replace('name = "dysglycaemia"', 'name = "dysglycaemia"\nversion = "2"'))
    monkeypatch.setattr(train, "_read_cohort", lambda *_: None)
    monkeypatch.setattr(train, "_build", lambda *_: None)

    home = train.train("dysglycaemia", store, store / "cache", silent)

    assert names_in(store / "dysglycaemia") == ["1", "2", "task.toml"]
    assert names_in(store / "dysglycaemia" / "1") == ["card.md"]
    assert (home / "task.toml").read_bytes() == task.read_bytes()


def test_a_failed_run_leaves_the_old_version_whole(monkeypatch: pytest.MonkeyPatch, store: Path) -> None:
    def build(home: Path, *_: Any) -> None:
        (home / "card.md").write_text("half a version")
        raise TrainingError("The disk is full.")

    monkeypatch.setattr(train, "_read_cohort", lambda *_: None)
    monkeypatch.setattr(train, "_build", build)

    with pytest.raises(TrainingError, match="full"):
        train.train("dysglycaemia", store, store / "cache", silent)

    assert (store / "dysglycaemia" / "1" / "card.md").read_text() == "the old version"
    assert names_in(store / "dysglycaemia") == ["1", "task.toml"]


def test_data_that_cannot_be_fetched_changes_nothing(monkeypatch: pytest.MonkeyPatch, store: Path) -> None:
    def fail(*_: object) -> bytes:
        raise TrainingError("No network.")

    monkeypatch.setattr(source, "fetch_table", fail)

    with pytest.raises(TrainingError, match="No network"):
        train.train("dysglycaemia", store, store / "cache", silent)

    assert names_in(store / "dysglycaemia" / "1") == ["card.md"]


def test_a_classifier_that_is_not_good_enough_is_not_written(
    monkeypatch: pytest.MonkeyPatch, store: Path, held_out: list[Values]
) -> None:
    people = [
        Participant(str(number), values, outcome=number % 2 == 0)
        for number, values in enumerate(held_out[:100])
    ]
    monkeypatch.setattr(train, "_read_cohort", lambda *_: Cohort(people, people, Tally()))
    monkeypatch.setattr(train, "COMMITTEE_SIZE", 1)
    monkeypatch.setattr(evaluation, "evaluate", lambda *_: {"held_out": {"roc_auc": {"value": 0.79}}})

    with pytest.raises(
        TrainingError, match=r"people is 0\.790; \[gate\] in task\.toml asks for a min_roc_auc of 0\.80"
    ):
        train.train("dysglycaemia", store, store / "cache", silent)

    assert names_in(store / "dysglycaemia" / "1") == ["card.md"]


def test_an_unknown_model_is_named(store: Path) -> None:
    with pytest.raises(TrainingError, match=r"no-such-model.*task.toml is missing"):
        train.train("no-such-model", store, store / "cache", silent)


def test_an_unknown_loader_is_named(store: Path) -> None:
    task = store / "dysglycaemia" / "task.toml"
    task.write_text(task.read_text().replace('loader = "nhanes"', 'loader = "framingham"'))
    with pytest.raises(TrainingError, match=r"no loader named framingham; this version knows nhanes and uci"):
        train.train("dysglycaemia", store, store / "cache", silent)


def test_observed_ranges_must_be_those_of_the_training_people(
    schema: FeatureSchema, held_out: list[Values]
) -> None:
    people = [Participant("1", values=values | {"bmi": 30.0}, outcome=False) for values in held_out]

    with pytest.raises(TrainingError, match=r"bmi should be \[30, 30\]"):
        check_observed(schema, people)


@pytest.mark.parametrize("same", [True, False])
def test_an_adapter_goes_along_with_its_classifier_alone(tmp_path: Path, same: bool) -> None:
    old, new = tmp_path / "1", tmp_path / "1.partial"
    (old / "adapter").mkdir(parents=True)
    (old / "adapter" / "manifest.json").write_text("{}")
    new.mkdir()
    (old / "classifier.ubj").write_bytes(b"trees")
    (new / "classifier.ubj").write_bytes(b"trees" if same else b"other trees")
    carry_adapter(old, new)
    assert (new / "adapter" / "manifest.json").exists() is same
