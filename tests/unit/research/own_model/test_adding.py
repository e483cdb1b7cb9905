"""From a table to a version to host: ordinary tables and odd ones."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xgboost
from sklearn.datasets import load_breast_cancer

from app.classifiers.calibration import read_calibration
from app.classifiers.link import Link, LinkKind
from app.classifiers.model_version import ModelVersion
from app.classifiers.store import load_model
from research.own_model import building, fitting
from research.own_model.adding import Added, Drafted, Order, add_model
from research.own_model.recalibration import Recalibration
from research.own_model.report import report_of
from research.training.errors import TrainingError
from research.training.split import is_held_out
from tests.own_tables import QUICK, categories, ordinary, rare, wide, without_age, written
from tests.unit.research.own_model.runs import NAME, made, names_in, order_of, silent


@pytest.fixture(scope="module")
def added(tmp_path_factory: pytest.TempPathFactory) -> Added:
    folder = tmp_path_factory.mktemp("ordinary")
    return made(ordinary(), folder, "bmi", "walks", id_column="patient", site_column="clinic")


@pytest.fixture(scope="module")
def model(added: Added) -> ModelVersion:
    return load_model(added.home.parent)


def test_the_first_run_writes_a_draft_and_nothing_else(tmp_path: Path) -> None:
    order = order_of(ordinary(), tmp_path)
    drafted = add_model(order, silent, QUICK)
    assert isinstance(drafted, Drafted)
    assert names_in(tmp_path / "store") == [NAME]
    assert names_in(tmp_path / "store" / NAME) == ["task.toml"]
    text = report_of(drafted, order)
    assert f"Then make the model: turnpoint add-model {NAME} --data" in text
    assert "900 rows of 900 people, 225 (25.0 %) with the outcome" in text


def test_the_command_that_is_told_is_the_order_again_whatever_its_words_hold(tmp_path: Path) -> None:
    """Pasted into a shell, a column's name runs nothing and stays one word."""
    folder = tmp_path / "my $HOME people's"
    folder.mkdir()
    names = {
        "bmi": "bmi",
        "event": 'the "event" `id` $(id); it\'s',
        "patient": "patient no",
        "clinic": "$clinic",
    }
    table, classifier = ordinary().rename(columns=names), folder / "risk of it.pkl"
    asked = {"outcome": names["event"], "id_column": names["patient"], "site_column": names["clinic"]}
    order = order_of(table, folder, classifier=classifier, trusts_pickle=True, **asked)
    drafted = add_model(order, silent, QUICK)
    command = report_of(drafted, order).partition("Then make the model: ")[2].splitlines()[0]
    told = subprocess.run(["sh", "-c", f'for word in {command}; do echo "$word"; done'], capture_output=True)
    assert told.stdout.decode().splitlines() == [
        *("turnpoint", "add-model", NAME, "--data", str(order.data), "--outcome", names["event"]),
        *("--id", names["patient"], "--site", names["clinic"], "--classifier", str(classifier)),
        *("--trust-pickle", "--store", str(order.store)),
    ]


def test_the_second_run_makes_a_version_that_is_hosted(added: Added, model: ModelVersion) -> None:
    assert (model.name, model.version) == (NAME, "1")
    assert names_in(added.home.parent) == ["1", "task.toml"]
    assert (added.home.parent / "task.toml").read_bytes() == (added.home / "task.toml").read_bytes()
    assert model.committee.size == QUICK.members
    assert model.card is not None
    assert model.card.performance.held_out is not None
    assert len(model.population.rows) == len(added.cohort.training)
    assert model.held_out is not None
    assert np.isfinite(model.classifier.risk(model.held_out.rows)).all()


def test_people_are_split_by_their_ids_and_the_version_holds_none_of_them(
    added: Added, model: ModelVersion
) -> None:
    held_out = [own_id for own_id in added.table.ids if is_held_out(own_id)]
    assert [person.id for person in added.cohort.held_out] == held_out
    assert not {person.id for person in added.cohort.training} & set(held_out)
    manifest = json.loads((added.home / "manifest.json").read_text())
    assert manifest["data"]["held_out"] == 'int(sha256("turnpoint:" + patient)[:8], 16) % 100 < 25'
    assert manifest["data"]["rows"] == 900
    kept = [pd.read_parquet(added.home / name) for name in ("population.parquet", "held_out.parquet")]
    assert all(set(table.columns) == {*model.schema.by_name, "outcome", "site"} for table in kept)
    for path in added.home.rglob("*"):
        if path.is_file():
            assert b"P-00" not in path.read_bytes(), path
            assert b"people.csv" not in path.read_bytes(), path


def test_rows_of_one_person_are_on_one_side(tmp_path: Path) -> None:
    visits = pd.concat([ordinary(400), ordinary(400, seed=9)])
    done = made(visits, tmp_path, "bmi", id_column="patient")
    assert len(done.table.ids) == 800
    assert not {person.id for person in done.cohort.training} & {p.id for p in done.cohort.held_out}
    assert "The rows are of 400 people; a person's stay together." in (done.home / "card.md").read_text()


def test_sites_are_told_of_each_by_itself(added: Added) -> None:
    groups = {group["level"] for group in added.metrics["groups"] if group["group"] == "Site"}
    assert groups == {"North", "South", "West"}
    assert {site["site"] for site in added.metrics["sites_left_out"]} == groups


def test_figures_of_sites_left_out_are_of_all_people_of_a_large_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "MOST_TRIED_ON", 300)
    done = made(ordinary(), tmp_path, "bmi", site_column="clinic")
    assert done.metrics["cross_validation"]["n"] == 300
    assert sum(site["n"] for site in done.metrics["sites_left_out"]) == 900
    assert all(site["learned_from"] + site["n"] == 900 for site in done.metrics["sites_left_out"])


def test_of_many_sites_the_largest_are_told_and_of_a_small_group_no_chance_figures(tmp_path: Path) -> None:
    table = ordinary(1200)
    table["clinic"] = [f"Clinic {number % 24:02d}" for number in range(1200)]
    table.loc[:299, "clinic"] = "Large"
    done = made(table, tmp_path, "bmi", site_column="clinic")
    card = (done.home / "card.md").read_text()
    sites = [group for group in done.metrics["groups"] if group["group"] == "Site"]
    assert len(sites) == 20
    assert "People of 25 sites" in card
    assert "Figures are told for the 20 with most people alone." in card
    assert "fewer than 10 people who have the outcome" in card
    told = [site["level"] for site in sites if site["roc_auc"] is not None]
    assert told == ["Large"]
    small = next(site for site in sites if site["level"] != "Large")
    assert all(small[name] is None for name in ("sensitivity", "specificity", "ppv", "npv", "f1", "accuracy"))
    assert 0 <= small["prevalence"] <= 1
    for site in done.metrics["sites_left_out"]:
        with_it = round(site["n"] * site["prevalence"])
        assert min(with_it, site["n"] - with_it) >= 10
    assert load_model(done.home.parent).card is not None


def test_the_report_tells_what_an_owner_asks_first(added: Added, tmp_path: Path) -> None:
    too_few = {"held_out": dict(added.metrics["held_out"]) | {"roc_auc": None}}
    untold = report_of(replace(added, metrics={**added.metrics, **too_few}), order_of(ordinary(), tmp_path))
    assert "held-out people cannot be told with an interval: they are too few people." in untold
    text = report_of(added, order_of(ordinary(), tmp_path))
    held_out = added.metrics["held_out"]
    assert f"ROC-AUC on {held_out['n']} held-out people: {held_out['roc_auc']['value']:.3f} (95 %" in text
    assert "calibration" in text.lower()
    assert f"Above the threshold of {added.schema.model.threshold:g} is high:" in text
    assert f"MODEL_STORE={added.home.parent.parent} DEFAULT_MODEL={NAME} turnpoint run" in text
    assert "nothing will be suggested" not in text


def test_a_run_over_again_gives_the_same_bytes(added: Added, tmp_path: Path) -> None:
    again = made(ordinary(), tmp_path, "bmi", "walks", id_column="patient", site_column="clinic")
    ours = {
        path.relative_to(added.home): path.read_bytes() for path in added.home.rglob("*") if path.is_file()
    }
    theirs = {
        path.relative_to(again.home): path.read_bytes() for path in again.home.rglob("*") if path.is_file()
    }
    assert ours == theirs


@pytest.mark.parametrize(
    ("table", "changed", "threshold"),
    [
        (without_age, ("bmi",), 0.1),
        (rare, ("bmi",), 0.02),
        (categories, ("walks",), 0.3),
        (wide, ("habit_0",), 0.5),
    ],
)
def test_odd_tables_are_ordinary(
    tmp_path: Path, table: Any, changed: tuple[str, ...], threshold: float
) -> None:
    done = made(table(), tmp_path, *changed, threshold=threshold)
    model = load_model(done.home.parent)
    assert model.schema.model.threshold == threshold
    assert done.metrics["held_out"]["roc_auc"]["value"] > 0.6
    assert done.metrics["held_out"]["sensitivity"] > 0
    assert "## Limits and cautions" in (done.home / "card.md").read_text()


def test_a_public_table_is_too(tmp_path: Path) -> None:
    data = load_breast_cancer(as_frame=True)
    table = data.frame.assign(event=1 - data.frame.target).drop(columns="target")
    done = made(table, tmp_path)
    assert done.metrics["held_out"]["roc_auc"]["value"] > 0.95
    assert "No feature can change, so nothing will be suggested" in report_of(done, order_of(table, tmp_path))


def test_a_feature_that_gives_the_outcome_away_is_warned_of_on_the_card_too(tmp_path: Path) -> None:
    table = ordinary()
    table["score"] = table.event * 10 + np.random.default_rng(0).integers(0, 8, len(table))
    done = made(table, tmp_path, "bmi")
    said = [
        line for line in report_of(done, order_of(table, tmp_path)).splitlines() if "outcome away" in line
    ]
    assert len(said) == 1
    assert "score" in said[0]
    assert "score may give the outcome away: its value alone" in (done.home / "card.md").read_text().replace(
        "Score", "score"
    )


def test_risk_goes_only_the_way_the_owner_says(tmp_path: Path) -> None:
    order = order_of(ordinary(), tmp_path)
    drafted = add_model(order, silent, QUICK)
    assert isinstance(drafted, Drafted)
    rising = drafted.task.read_text().replace('risk = "free"', 'risk = "rising"')
    drafted.task.write_text(rising)
    done = add_model(order, silent, QUICK)
    assert isinstance(done, Added)
    model = load_model(done.home.parent)
    row = model.population.rows[:50]
    for name, column in model.schema.column_of.items():
        swept = np.repeat(row, 40, axis=0)
        low, high = model.schema[name].observed or (0, 1)
        swept[:, column] = np.tile(np.linspace(low, high, 40), len(row))
        assert (np.diff(model.classifier.risk(swept).reshape(len(row), 40), axis=1) >= -1e-6).all(), name
    assert "The model is not allowed to respond in another direction" in (done.home / "card.md").read_text()


@pytest.mark.parametrize(
    ("link", "word"),
    [
        (Link(LinkKind.PLATT, slope=0.6, intercept=-0.3), "a logistic map"),
        (Link(LinkKind.ISOTONIC, margins=(-3.0, -1.0, 2.0), risks=(0.02, 0.3, 0.8)), "an isotonic map"),
    ],
)
def test_a_map_that_is_kept_is_part_of_what_is_hosted_and_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, link: Link, word: str
) -> None:
    monkeypatch.setattr(fitting, "recalibration_of", lambda *_: Recalibration(link, {}))
    done = made(without_age(), tmp_path, "bmi")
    model = load_model(done.home.parent)
    assert read_calibration(done.home) == link
    assert "calibration.json" in json.loads((done.home / "manifest.json").read_text())["files"]
    assert model.held_out is not None
    booster = xgboost.Booster(model_file=done.home / "classifier.ubj")
    risk = link.risk(fitting.margin_of(booster, model.held_out.rows))
    assert model.classifier.risk(model.held_out.rows) == pytest.approx(risk, abs=1e-5)
    assert done.metrics["held_out"]["mean_risk"] == pytest.approx(risk.mean(), abs=1e-4)
    assert word in (done.home / "card.md").read_text()


def test_a_version_is_replaced_only_if_asked(added: Added, tmp_path: Path) -> None:
    order = Order(NAME, written(ordinary(), tmp_path), "event", added.home.parent.parent)
    before = (added.home / "manifest.json").read_bytes()
    with pytest.raises(TrainingError, match=r"1 is there already: raise `version` in task\.toml"):
        add_model(order, silent, QUICK)
    assert (added.home / "manifest.json").read_bytes() == before


def test_a_schema_from_elsewhere_is_taken_unless_it_would_take_the_place_of_unused_work(
    tmp_path: Path,
) -> None:
    order = order_of(ordinary(), tmp_path)
    drafted = add_model(order, silent, QUICK)
    assert isinstance(drafted, Drafted)
    own = tmp_path / "mine.toml"
    own.write_text(drafted.task.read_text() + "# mine\n")
    with pytest.raises(TrainingError, match=r"differs from .*mine\.toml, and no version was made with it"):
        add_model(order_of(ordinary(), tmp_path, schema=own), silent, QUICK)
    drafted.task.unlink()
    done = add_model(order_of(ordinary(), tmp_path, schema=own), silent, QUICK)
    assert isinstance(done, Added)
    assert done.home.parent.joinpath("task.toml").read_text().endswith("# mine\n")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "Own Event"}, "name"),
        ({"outcome": "death"}, "death"),
        ({"id_column": "pid"}, "pid"),
        ({"schema": Path("nowhere.toml")}, "There is no file nowhere.toml"),
        ({"data": Path("nowhere.csv")}, "There is no file nowhere.csv"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    given = {"name": NAME, "data": written(ordinary(), tmp_path), "outcome": "event", **change}
    with pytest.raises(TrainingError) as refused:
        add_model(Order(store=tmp_path / "store", **given), silent, QUICK)
    assert said in str(refused.value)
    assert not (tmp_path / "store").exists() or names_in(tmp_path / "store") == []


def test_a_table_in_which_nothing_tells_is_refused(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    table = pd.DataFrame({"a": rng.normal(size=80), "event": rng.random(80) < 0.5})
    with pytest.raises(TrainingError, match=r"(found nothing in this table|needed)"):
        made(table.round(1), tmp_path)
    assert names_in(tmp_path / "store" / NAME) == ["task.toml"]
