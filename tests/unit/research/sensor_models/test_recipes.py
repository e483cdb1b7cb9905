"""From an owner's file to a version that is hosted, by one command; all people here are invented."""

import json
import shutil
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from app.classifiers.card import Card
from app.classifiers.partitions import Person, Side, people_of
from app.classifiers.store import load_model
from app.classifiers.task import read_task
from app.cli.suggestion_words import lines_of
from app.domain.horizon import review_after
from app.engine.references import reference_data_of
from app.engine.registry import served_model
from app.faces.in_process.engine import load
from app.ingest.sensors.asking import Question, Wanted, questions_of
from app.ingest.sensors.features.table import BY_NAME
from app.ingest.sensors.writing import Outputs
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer
from research.evaluation.proposals.cases import cases_of
from research.finetuning.pairs import read_examples
from research.finetuning.preparation import chosen_examples, make_examples
from research.finetuning.questions import kept_back, training_people
from research.finetuning.recipe import read_recipe
from research.sensor_models.recipes import RECIPES, make, recipe_named
from research.sensor_models.stress_days import FITBIT_FEATURES, GARMIN_FEATURES, HEART_FEATURES
from research.training.errors import TrainingError
from research.training.split import is_held_out
from tests.own_tables import QUICK
from tests.sensors.invented_tables import lifesnaps_days, nhanes_adults, written
from tests.unit.research.own_model.runs import silent
from tests.unit.research.sensor_models.suggestions import options_hold
from turnpoint.commands.program import command_line


@pytest.fixture(scope="module")
def stress(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stress")
    origin = written(lifesnaps_days(), folder / "lifesnaps_daily.csv")
    done, _ = make(RECIPES["lifesnaps-stress"], origin, folder / "store", silent, size=QUICK)
    return done.home


@pytest.fixture(scope="module")
def health(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("health")
    origin = written(nhanes_adults(), folder / "adults.csv")
    done, _ = make(RECIPES["activity-health"], origin, folder / "store", silent, size=QUICK)
    return done.home


def test_options_hold_of_days_and_of_people(stress: Path, health: Path) -> None:
    assert options_hold(stress.parent, people=12) > 0
    assert options_hold(health.parent, people=12) > 0


def test_no_person_has_days_on_both_sides(stress: Path) -> None:
    days = lifesnaps_days()
    scored = days[days.stress_score > 0]
    held_out = scored.id.map(is_held_out)
    metrics = json.loads((stress / "metrics.json").read_text())
    assert metrics["held_out"]["n"] == held_out.sum() > 0
    assert metrics["held_out"]["people"] == scored[held_out].id.nunique()
    assert metrics["cross_validation"]["n"] == (~held_out).sum()
    assert metrics["interval"].startswith("95 %, of 1000 bootstrap samples of people")
    assert len(pd.read_parquet(stress / "held_out.parquet")) == held_out.sum()


def test_a_language_model_is_taught_about_no_day_of_people_kept_back_or_held_out(
    stress: Path, tmp_path: Path
) -> None:
    """Whose day it is goes by steps and heart rate in the invented table, which no two days share."""
    model, days = load_model(stress.parent), lifesnaps_days()
    assert not days.duplicated(["steps", "resting_hr"]).any()
    whose = dict(zip(zip(days.steps, days.resting_hr, strict=True), days.id, strict=True))

    def owner(person: Person) -> str:
        return whose[person.features["steps"], person.features["heart_rate_resting"]]

    asked = training_people(model)
    owners: dict[int, set[str]] = {}
    for person in asked:
        owners.setdefault(person.whose, set()).add(owner(person))
    assert all(len(one) == 1 for one in owners.values())
    assert len({name for one in owners.values() for name in one}) == len(owners) < len(asked)

    recipe = read_recipe(RECIPES["lifesnaps-stress"].file("finetune.toml"))
    path = tmp_path / "lessons.jsonl"
    make_examples("lifesnaps-stress", stress.parent.parent, path, lambda *_: None, lambda _: None)
    chosen = chosen_examples(model, read_examples(path, model), recipe)
    learned = {name for example in chosen for name in owners[example.person]}
    kept = kept_back(asked, recipe.data.validation_share)
    looked_at = {name for number in kept for name in owners[number]}
    assert learned
    assert looked_at
    assert not learned & looked_at
    assert not any(is_held_out(name) for name in learned | looked_at)


def test_few_questions_about_held_out_days_are_about_many_people(stress: Path) -> None:
    model = load_model(stress.parent)
    line = model.schema.model.threshold
    rows = [row for row in people_of(model, Side.HELD_OUT) if row.risk > line]
    people = {row.whose for row in rows}
    assert 1 < len(people) < len(rows)
    first = list(islice(cases_of(model, reference_data_of(model)), len(people)))
    assert len({case.whose for case in first}) >= len(people) - 1  # somebody may have nothing to change


def test_what_is_stressed_is_a_score_below_73(stress: Path) -> None:
    days = lifesnaps_days()
    scored = days[(days.stress_score > 0) & days.id.map(is_held_out)]
    people = pd.read_parquet(stress / "held_out.parquet")
    assert sorted(people.outcome) == sorted(scored.stress_score < 73)
    assert sorted(people.steps) == sorted(scored.steps)


def test_the_card_says_that_it_is_a_pilot_and_what_behaviour_alone_tells(stress: Path) -> None:
    card = (stress / "card.md").read_text()
    assert card.startswith("# Device-estimated stress (a pilot of 37 people)")
    assert "A pilot: 37 people have a stress score" in card
    assert "partly a matter of definition" in card
    assert "By what can change alone it is 0." in card
    assert "of which a person may have several" in card
    limits = json.loads((stress / "card.json").read_text())["limits"]
    assert "held-out people is" not in card
    assert limits[0].startswith("A pilot:")  # the page tells limits, the first first


def test_figures_of_a_survey_are_weighted_as_well(health: Path) -> None:
    adults = nhanes_adults()
    held_out = adults[adults.SEQN.astype(str).map(is_held_out)]
    ill = held_out.general_health_condition.isin(["Fair", "Poor"])
    weight = held_out.full_sample_2_year_mec_exam_weight
    told = json.loads((health / "metrics.json").read_text())["weighted"]
    assert told["prevalence"] == pytest.approx((weight * ill).sum() / weight.sum(), abs=1e-4)
    assert "Weighted by the survey's weights:" in (health / "card.md").read_text()
    assert "survey_weight" not in load_model(health.parent).schema


def test_answers_that_are_none_are_unknown(health: Path) -> None:
    people = pd.read_parquet(health / "held_out.parquet")
    held_out = nhanes_adults()
    held_out = held_out[held_out.SEQN.astype(str).map(is_held_out)]
    assert people.sitting_minutes.isna().sum() == (held_out.minutes_sedentary_activity == 9999).sum() > 0


def test_what_is_said_beside_estimates_comes_along_and_stays_its_owners(stress: Path, tmp_path: Path) -> None:
    said = load_model(stress.parent).consultation
    assert said is not None
    assert said.estimate.says == "Estimated chance that the watch scores such a day as stressed"
    assert not said.measured.overrules
    store = tmp_path / "store"
    shutil.copytree(stress.parent, store / "lifesnaps-stress")
    own = store / "lifesnaps-stress" / "consultation.toml"
    own.write_text(own.read_text().replace("Estimated chance", "Our estimate"))
    origin = written(lifesnaps_days(), tmp_path / "lifesnaps_daily.csv")
    make(RECIPES["lifesnaps-stress"], origin, store, silent, replace=True, size=QUICK)
    assert "Our estimate that the watch" in own.read_text()
    assert (store / "lifesnaps-stress" / "1" / "manifest.json").read_bytes() == (
        stress / "manifest.json"
    ).read_bytes()


@pytest.mark.parametrize(
    ("name", "features"),
    [
        ("lifesnaps-stress", FITBIT_FEATURES),
        ("aireadi-stress", GARMIN_FEATURES),
        ("aireadi-stress-heart", (*GARMIN_FEATURES, *HEART_FEATURES)),
    ],
)
def test_features_of_days_are_those_that_are_measured(name: str, features: tuple[str, ...]) -> None:
    schema = read_task(RECIPES[name].schema)
    for one in features:
        feature, definition = schema[one], BY_NAME[one]
        assert feature.unit == definition.unit
        assert feature.clinical is not None
        assert definition.low <= feature.clinical[0] < feature.clinical[1] <= definition.high


@pytest.mark.parametrize(
    ("name", "days"), [("lifesnaps-stress", 1), ("aireadi-stress", 1), ("activity-health", 84)]
)
def test_a_plan_is_looked_at_when_the_horizon_is_over(name: str, days: int) -> None:
    schema, today = read_task(RECIPES[name].schema), pd.Timestamp("2026-11-29").date()
    assert (review_after(schema.model.horizon, today) - today).days == days


def test_a_version_is_made_by_one_command_and_not_replaced_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("research.own_model.adding.whole_size", lambda: QUICK)
    origin = written(nhanes_adults(400), tmp_path / "adults.csv")
    arguments = [
        "sensors",
        "model",
        "activity-health",
        "--from",
        str(origin),
        "--home",
        str(tmp_path / "home"),
    ]
    ended = CliRunner().invoke(command_line(), arguments)
    assert ended.exit_code == 0, ended.output
    assert (tmp_path / "home" / "models" / "activity-health" / "1" / "manifest.json").exists()
    assert "DEFAULT_MODEL=activity-health turnpoint run" in ended.output
    again = CliRunner().invoke(command_line(), arguments)
    assert again.exit_code == 1
    assert "is there already" in again.output


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `turnpoint sensors features` makes of some of the invented people."""
    folder = tmp_path_factory.mktemp("people")
    days = lifesnaps_days(12)
    origin = written(days, folder / "lifesnaps_daily.csv")
    out = folder / "people.parquet"
    sensors("features", "--from", str(origin), "--source", "lifesnaps", "--out", str(out))
    return out


def sensors(*arguments: str) -> str:
    ended = CliRunner().invoke(command_line(), ["sensors", *arguments])
    assert ended.exit_code == 0, ended.output
    return ended.output


def suggest(stress: Path, people: Path, *arguments: str) -> str:
    store = str(stress.parent.parent)
    return sensors("suggest", "lifesnaps-stress", "--from", str(people), "--store", store, *arguments)


def test_suggestions_of_days_for_everybody_and_in_words_for_one(
    stress: Path, people: Path, tmp_path: Path
) -> None:
    out = tmp_path / "all.parquet"
    said = suggest(stress, people, "--out", str(out))
    assert "12 of 12 people were asked about" in said
    told = pd.read_parquet(out)
    assert told.person_id.tolist() == pd.read_parquet(people).person_id.tolist()
    assert told.why_not.isna().all()
    found = told[[len(one) > 0 for one in told.options]]
    assert len(found) > 0
    assert all(option["risk"] <= 0.3 for options in found.options for option in options)
    whole = json.loads(found.answer.iloc[0])
    assert whole["patient_id"] == found.person_id.iloc[0]
    dates = [one["date"] for one in whole["question"]["days"]]
    assert (len(dates), max(dates)) == (7, str(date.fromisoformat(found.day.iloc[0]) - timedelta(days=1)))
    [line, *_] = found.options.iloc[0][0]["on_days"]
    assert " of the 7 days told" in line

    lines = suggest(stress, people, "--person", found.person_id.iloc[0]).splitlines()
    assert lines[0].startswith(f"{found.person_id.iloc[0]}, {found.day.iloc[0]}: Device-estimated stress")
    assert lines[1].startswith("Estimated chance that the watch scores such a day as stressed:")
    assert "Options that bring it to 30 % or below, for tomorrow, least effort first:" in lines
    assert f"   {line}" in lines
    assert not any("weak" in one for one in lines)
    assert any(one.startswith("Caution: A pilot: 37 people") for one in lines)
    assert not list(tmp_path.glob(".*"))


def test_a_weak_model_is_said_to_be_weak_before_its_options(stress: Path, people: Path) -> None:
    engine = load("lifesnaps-stress", stress.parent.parent)
    [asked] = questions_of(people, engine.served.model.schema, Wanted("invented-001"))
    assert isinstance(asked, Question)
    body = {"patient_id": "asked", "features": asked.features, "days": asked.days, "generator": "search"}
    status, reply = engine.exchange("POST", "/counterfactuals", json.dumps(body).encode())
    assert status == 200
    answer, card = CounterfactualsAnswer.model_validate_json(reply), engine.served.model.card
    assert card is not None
    told = card.model_dump(mode="json")
    told["performance"]["held_out"]["roc_auc"] = {"value": 0.6, "low": 0.55, "high": 0.65}
    weak = replace(engine.served.model, card=Card.model_validate(told))
    lines = list(lines_of(served_model(weak), asked, answer))
    [says] = [place for place, one in enumerate(lines) if one.startswith("This model is weak: ROC-AUC on")]
    target = [
        place for place, one in enumerate(lines) if "it to 30 % or below" in one or "at or below 30 %" in one
    ]
    assert says < target[0]


def test_people_of_any_id_are_asked_about_and_days_that_no_question_takes_are_named(
    stress: Path, people: Path, tmp_path: Path
) -> None:
    name, copy = "Jürgen Müller, 1", tmp_path / "people.parquet"
    own, old = pd.read_parquet(people).person_id[:2]
    for origin, to in ((people, copy), (Outputs(people).days, Outputs(copy).days)):
        table = pd.read_parquet(origin)
        table = table[table.person_id.isin([own, old])].replace({"person_id": {own: name}})
        if "date" in table:
            table["date"] = table.date.where(table.person_id != old, "1970" + table.date.str[4:])
        table.to_parquet(to)
    out = tmp_path / "all.jsonl"
    said = suggest(stress, copy, "--out", str(out))
    assert "1 of 2 people were asked about" in said
    assert "Not asked about: 1, since the day 1970-" in said
    assert json.loads(out.read_text().splitlines()[0])["answer"]["patient_id"] == name
    asked = ["sensors", "suggest", "lifesnaps-stress", "--from", str(copy), "--out", str(out)]
    store = str(stress.parent.parent)
    ended = CliRunner().invoke(command_line(), [*asked, "--store", store, "--person", old])
    assert ended.exit_code == 1
    assert (
        -1 < ended.output.index("Wrote") < ended.output.index(f"{old} cannot be asked about: the day 1970-")
    )


def test_days_change_no_suggestion(stress: Path, people: Path, tmp_path: Path) -> None:
    def options_of(last_days: int) -> list[list[tuple[str, float]]]:
        out = tmp_path / f"{last_days}.jsonl"
        suggest(stress, people, "--out", str(out), "--last-days", str(last_days))
        answers = [json.loads(line)["answer"] for line in out.read_text().splitlines()]
        assert all(len(one["question"]["days"]) == last_days for one in answers)
        return [[(one["summary"], one["risk"]) for one in each["counterfactuals"]] for each in answers]

    assert options_of(0) == options_of(5)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "--person says whose suggestions are told; --out writes everybody's."),
        (["--person", "nobody"], "has nobody of that id."),
        (["--person", "invented-001", "--day", "1 March"], "--day must be a date such as"),
        (["--person", "invented-001", "--day", "2031-03-01"], "the table has no such day of theirs."),
        (["--out", "all.csv", "--person", "nobody"], "--out is a file that ends in .parquet or .jsonl."),
        (["--out", "/nowhere/all.jsonl"], "cannot be written"),
    ],
)
def test_what_cannot_be_suggested_is_said_in_a_sentence(
    stress: Path, people: Path, arguments: list[str], sentence: str
) -> None:
    asked = ["sensors", "suggest", "lifesnaps-stress", "--from", str(people)]
    ended = CliRunner().invoke(command_line(), [*asked, "--store", str(stress.parent.parent), *arguments])
    assert ended.exit_code == 1
    assert sentence in " ".join(ended.output.split())
    assert "Traceback" not in ended.output


def test_files_that_are_others_are_named_and_no_cell_is_echoed(tmp_path: Path) -> None:
    def refused(name: str, table: pd.DataFrame) -> str:
        origin = written(table, tmp_path / "file.csv")
        with pytest.raises(TrainingError) as caught:
            make(recipe_named(name), origin, tmp_path / "store", silent, size=QUICK)
        assert not (tmp_path / "store").exists() or not list((tmp_path / "store").iterdir())
        return str(caught.value)

    days, adults = lifesnaps_days(4, 3), nhanes_adults(50)
    assert "has no column stress_score" in refused("lifesnaps-stress", days.drop(columns="stress_score"))
    assert "No day of" in refused("lifesnaps-stress", days.assign(stress_score=0))
    assert "has no column cat_smoke" in refused("activity-health", adults.drop(columns="cat_smoke"))
    told = refused("activity-health", adults.assign(total_scsslsteps="Jane Doe"))
    assert "a number in it is none" in told
    assert "Jane" not in told
    with pytest.raises(TrainingError, match="there are lifesnaps-stress, activity-health"):
        recipe_named("stroke")
