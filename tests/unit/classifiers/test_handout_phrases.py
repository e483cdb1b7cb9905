"""What a patient reads is checked when a model is hosted, and each fault is named by its place."""

import shutil
from pathlib import Path

import pytest

from app.classifiers.folder import ModelFolderError
from app.classifiers.handout_phrases import read_handouts
from app.classifiers.task import read_version_schema
from app.domain.feature import Direction, Role
from app.domain.schema import FeatureSchema
from tests.conftest import STORE

MODELS = [("dysglycaemia", "2"), ("heart-disease", "2")]


def schema_of(model: str, version: str) -> FeatureSchema:
    return read_version_schema(STORE / model / version)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model's folder with its handouts, which a test may spoil."""
    shutil.copytree(STORE / "dysglycaemia" / "handout", tmp_path / "handout")
    return tmp_path


def refused(folder: Path, before: str, after: str) -> str:
    """Why the folder is refused with words of its English handout changed; without the file's place."""
    path = folder / "handout" / "en.toml"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))
    with pytest.raises(ModelFolderError) as caught:
        read_handouts(folder, schema_of("dysglycaemia", "2"), is_newest=True)
    sentence = str(caught.value)
    assert sentence.startswith(str(path))
    return sentence.removeprefix(f"{path} is ")


@pytest.mark.parametrize(("model", "version"), MODELS)
def test_every_behaviour_has_words_in_each_language(model: str, version: str) -> None:
    schema = schema_of(model, version)
    handouts = read_handouts(STORE / model, schema, is_newest=True)
    assert set(handouts) == {"en", "es"}
    for feature in schema.actionable:
        assert feature.action is not None
        if feature.role is Role.BEHAVIOUR:
            rises = feature.action.direction is Direction.INCREASE
            assert all(phrases.goal_for(feature.name, rises) for phrases in handouts.values())


@pytest.mark.parametrize(("model", "version"), MODELS)
def test_languages_say_the_same_things(model: str, version: str) -> None:
    english, spanish = read_handouts(STORE / model, schema_of(model, version), is_newest=True).values()
    assert len(english.safety) == len(spanish.safety)
    assert [(one.feature, one.direction) for one in english.follows] == [
        (one.feature, one.direction) for one in spanish.follows
    ]
    for one, other in zip(english.goals, spanish.goals, strict=True):
        kept = {"feature", "direction", "told", "factor", "source", "judgement"}
        assert one.model_dump(include=kept) == other.model_dump(include=kept)
        assert [stone.week for stone in one.from_week] == [stone.week for stone in other.from_week]
        assert (one.how is None, one.safety is None) == (other.how is None, other.safety is None)


def test_a_model_without_a_handout_has_none(tmp_path: Path) -> None:
    assert read_handouts(tmp_path, schema_of("dysglycaemia", "2"), is_newest=True) == {}


def test_an_older_version_takes_what_fits_it() -> None:
    schema = schema_of("dysglycaemia", "1")
    english = read_handouts(STORE / "dysglycaemia", schema, is_newest=False)["en"]
    assert english.goal_for("sedentary", rises=False)
    assert english.goal_for("cigarettes", rises=False) is None  # there, fewer are open, too


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("having =", "heving =", "no handout: having: is missing"),
        ('title = "Sit less"', 'titel = "Sit less"', "no handout: goal.'sedentary'.title: is missing"),
        (
            '"{value} a night"',
            '"{valeu} a night"',
            "no handout: goal.'sleep': stage must hold {value}, and no other placeholder",
        ),
        (
            "from {before} to {after}",
            "from {before.x} to {after}",
            "no handout: goal.'bmi': aim holds a placeholder other than {before}, {after} and {change}",
        ),
        (
            "from {before} to",
            "from {before!r} to",
            "no handout: goal.'bmi': a placeholder is a name in braces, and nothing more",
        ),
        ("from {before} to", "from {before to", "no handout: goal.'bmi': "),
        ('feature = "fibre"', 'feature = "fiber"', "no handout: 'fiber' is no feature of the model"),
        (
            'direction = "increase"\ntitle = "Eat more fibre"',
            'direction = "decrease"\ntitle = "Eat more fibre"',
            "no handout: 'fibre' has no goal, and may be one",
        ),
        (
            'feature = "fibre"',
            'feature = "sbp"',
            "no handout: 'sbp' is nothing that a person does: it cannot be a patient's goal",
        ),
        ("{ week = 4,", "{ week = 400,", "no handout: 'cigarettes' has a week beyond the horizon"),
        (
            "{ week = 1,",
            "{ week = 9,",
            "no handout: goal.'vigorous_activity': the weeks",
        ),
        ("having =", "having = [", "not TOML: "),
    ],
)
def test_a_fault_is_named_by_its_place(folder: Path, before: str, after: str, why: str) -> None:
    assert refused(folder, before, after).startswith(why)


def test_a_file_is_named_by_its_language(folder: Path) -> None:
    (folder / "handout" / "en.toml").rename(folder / "handout" / "English.toml")
    with pytest.raises(ModelFolderError, match="is not named by a language"):
        read_handouts(folder, schema_of("dysglycaemia", "2"), is_newest=True)
