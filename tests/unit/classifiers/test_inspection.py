"""All that is wrong with a folder is told at once, by file and place; what is only unwise is advice."""

import json
import tomllib
from pathlib import Path

import pytest

from app.classifiers.advice import advice_on, schema_advice
from app.classifiers.inspection import inspect_folder
from app.classifiers.task import read_schema
from app.domain.schema import DataProvenance, FeatureSchema
from app.domain.unfilled import filled_part
from app.paths import MODEL_STORE
from tests.moving import TASK, moving_schema
from tests.unit.classifiers.spoilt import add_version, sealed


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def errors(folder: Path) -> list[str]:
    return [error.replace(f"{folder}/", "") for error in inspect_folder(folder).errors]


def advice(folder: Path) -> list[str]:
    found = inspect_folder(folder)
    assert not found.errors
    told = [said.replace(f"{folder}/", "") for said in advice_on(folder, found.schema, found.newest)]
    return [said for said in told if "without a role" not in said]  # as this folder's are, of its first time


@pytest.mark.parametrize("name", ["dysglycaemia", "heart-disease"])
def test_a_shipped_folder_has_neither_errors_nor_advice(name: str) -> None:
    found = inspect_folder(MODEL_STORE / name)
    assert found.errors == ()
    assert found.newest is not None
    assert list(advice_on(MODEL_STORE / name, found.schema, found.newest)) == []


def test_what_does_not_follow_is_told_of_the_people_learned_from() -> None:
    folder = MODEL_STORE / "dysglycaemia"
    found = inspect_folder(folder)
    assert found.schema is not None
    links = [link for link in found.schema.links if link.feature != "waist"]
    schema = FeatureSchema.model_construct(**dict(found.schema) | {"links": tuple(links)})
    [said, *_] = advice_on(folder, schema, found.newest)
    assert said.startswith(f"{folder / 'task.toml'}: waist: it goes along with bmi (correlation 0.90)")
    assert 'driver = "bmi"\nslope = 2.' in said


def test_faults_of_all_files_are_told_at_once(folder: Path) -> None:
    edit(folder / "task.toml", "noise = 0.2", "noize = 0.2")
    (folder / "consultation.toml").write_text("titel = 3\n")
    (folder / "ehr.toml").write_text('max_age = "a year"\n')
    (folder / "handout").mkdir()
    (folder / "handout" / "deutsch.toml").write_text("")
    (folder / "1" / "card.json").write_text("{}")
    (folder / "1" / "held_out.parquet").write_text("no table")
    told = errors(folder)
    for said in (
        "task.toml is not a feature schema: feature.'bmi'.noize: is no key of a schema",
        "consultation.toml cannot be used: titel: is no key of a consultation",
        'ehr.toml cannot be used: max_age: must be a time such as "365 days"',
        "handout/deutsch.toml is not named by a language, such as es.toml",
        "1/card.json differs from the manifest: its SHA-256 is not the one listed",
        "1/held_out.parquet differs from the manifest: its SHA-256 is not the one listed",
        "1/held_out.parquet is not a Parquet file",
    ):
        assert said in told
    assert len(set(told)) == len(told)


def test_an_older_version_is_looked_at_too(folder: Path) -> None:
    add_version(folder, "2")
    (folder / "1" / "classifier.ubj").write_bytes(b"damaged")
    assert errors(folder) == ["1/classifier.ubj differs from the manifest: its SHA-256 is not the one listed"]


def test_a_version_without_a_manifest_and_a_folder_that_is_none(folder: Path) -> None:
    (folder / "1" / "manifest.json").unlink()
    assert errors(folder) == ["1/manifest.json is missing"]
    assert inspect_folder(folder / "nowhere").errors == (f"{folder / 'nowhere'} is no folder",)


def test_a_folder_of_another_name_is_refused(folder: Path) -> None:
    moved = folder.rename(folder.with_name("sugar"))
    assert "task.toml names the model dysglycaemia, not sugar" in errors(moved)


def test_a_schema_that_nothing_is_trained_with_yet(tmp_path: Path) -> None:
    folder = tmp_path / "dysglycaemia"
    folder.mkdir()
    text = (MODEL_STORE / "dysglycaemia" / "task.toml").read_text(encoding="utf-8")
    (folder / "task.toml").write_text(text.replace('publisher = "', 'publisher = "To fill in: ', 1))
    assert errors(folder) == []
    assert advice(folder) == [
        "task.toml: data.publisher is still to fill in",
        f"{folder} holds no trained version: nothing is hosted yet",
    ]


def test_a_draft_in_which_nothing_is_actionable_can_be_trained_with(tmp_path: Path) -> None:
    folder = tmp_path / "draft"
    folder.mkdir()
    (folder / "task.toml").write_text(
        """
[model]
name = "draft"
title = "To fill in"
outcome = "an event"
description = ""
threshold = 0.02
min_robustness = 0.9
max_changes = 1
horizon = "a year"
effort_per_change = 0.25
[data]
name = "own"
publisher = "us"
licence = "ours"
loader = "own_table"
[[feature]]
name = "dose"
label = "Dose"
kind = "number"
unit = "to fill in"
clinical = [0, 10]
observed = [0, 9]
"""
    )
    assert not read_schema(folder).actionable
    assert advice(folder) == [
        "task.toml: model.title is still to fill in",
        "task.toml: feature.'dose'.unit is still to fill in",
        "task.toml: no feature has an action, so that nothing can be suggested: add [feature.action] to some",
        f"{folder} holds no trained version: nothing is hosted yet",
    ]


def test_a_version_that_is_older_than_its_schema(folder: Path) -> None:
    edit(folder / "task.toml", "threshold = 0.5", "threshold = 0.4")
    [said] = advice(folder)
    assert said.startswith("task.toml: version 1 was trained with another task.toml, its own")
    edit(folder / "task.toml", 'name = "dysglycaemia"', 'name = "dysglycaemia"\nversion = "7"')
    assert advice(folder) == ["task.toml: version 7 is not trained yet; 1 is hosted"]


def test_a_threshold_beyond_every_risk(folder: Path) -> None:
    for home in (folder, folder / "1"):
        edit(home / "task.toml", "threshold = 0.5", "threshold = 0.9995")
    sealed(folder)
    [said] = advice(folder)
    assert said.startswith("1: the threshold of 99.95 % lies above every risk of held-out people: those are ")


def test_what_an_action_may_lack_is_named_by_feature(folder: Path) -> None:
    content = json.loads(json.dumps("[feature.action]"))
    text = (folder / "task.toml").read_text(encoding="utf-8")
    at = text.index(content)
    action = text[at : text.index("\n\n", at)]
    bare = "\n".join(line for line in action.splitlines() if not line.startswith(("step", "max_change")))
    (folder / "task.toml").write_text(text.replace(action, bare))
    told = [said for said in advice(folder) if "its action" in said]
    assert told
    assert all(said.startswith("task.toml: bmi: its action ") for said in told)


def test_moves_whose_sentence_may_be_untrue_are_named() -> None:
    said = [one for one in schema_advice(moving_schema()) if "move" in one]
    assert said == [
        "food: moves to 'mixed' and 'good' all read \"eating better\": where it is untrue of one, give "
        "that a verb of its own"
    ]
    content = tomllib.loads(TASK)
    smoking = next(one for one in content["feature"] if one["name"] == "smoking")
    smoking["action"]["moves"].append({"from": "former", "to": "never", "verb": "forgetting it"})
    said = [one for one in schema_advice(FeatureSchema.model_validate(content)) if one.startswith("smoking")]
    assert [one.partition(": ")[2] for one in said] == [
        "a move ends at 'never': somebody who ever did cannot become somebody who never did. Take such moves "
        "out, unless the word means something else"
    ]


@pytest.mark.parametrize("words", ["TenYearCHD", "ten_year_chd", "own.csv"])
def test_names_of_columns_and_files_are_to_be_written_in_words(folder: Path, words: str) -> None:
    schema = read_schema(folder)
    assert not any("reads like" in said for said in schema_advice(schema))
    labelled = tuple(
        one.model_copy(update={"label": words} if place < 2 else {})
        for place, one in enumerate(schema.features)
    )
    facts = schema.model.model_copy(update={"outcome": words, "title": words})
    said = list(schema_advice(schema.model_copy(update={"model": facts, "features": labelled})))
    for key in ("outcome", "title"):
        assert f"model.{key} is \"{words}\", which reads like a column's or file's name" in " ".join(said)
    assert f'the label of "{words}" and "{words}" reads like' in " ".join(said)


@pytest.mark.parametrize("words", ["To fill in: who", "to fill in", "Us. TO FILL IN"])
def test_the_words_of_a_draft_reach_no_reader(words: str) -> None:
    data = DataProvenance(name=words, publisher=words, licence=words, loader="own_table")
    told = f"{data.name_told}, {data.publisher_told}, {data.licence_told}"
    assert "fill in" not in told.lower()
    assert data.name_told == "a data set that is not named yet"
    assert filled_part("Estimates the risk of it. To fill in: of whom.") == "Estimates the risk of it."
    whole = DataProvenance(name="The survey", publisher="We", licence="CC0", loader="own_table")
    assert (whole.name_told, whole.publisher_told, whole.licence_told) == ("The survey", "We", "CC0")


def test_actions_without_a_role_are_named_once() -> None:
    content = tomllib.loads(TASK)
    for one in content["feature"]:
        if one["name"] in ("smoking", "food"):
            del one["role"], one["theme"]
    said = [one for one in schema_advice(FeatureSchema.model_validate(content)) if "without a role" in one]
    assert [one.partition(":")[0] for one in said] == ["smoking and food"]
    assert not any("without a role" in one for one in schema_advice(moving_schema()))
