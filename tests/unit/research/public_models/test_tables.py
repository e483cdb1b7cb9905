"""The public tables of the study as an owner would bring them, and the models that are made of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pytest

from app.classifiers.store import load_model
from app.classifiers.task import read_task
from research.own_model.table.people import people_of
from research.own_model.table.reading import read_table
from research.public_models.making import PUBLIC_MODELS, made
from research.public_models.tables import depressive_symptoms_of, diabetes_progression
from research.training.errors import TrainingError
from tests.own_tables import QUICK
from tests.unit.research.own_model.runs import silent

ANSWERS: Mapping[str, list[object]] = {
    "HaveLittleInterestInDoingThings": [3, 3, 1, 3, 3],
    "FeelingDownDepressedOrHopeless": [3, 3, 5.4e-79, 3, 3],
    "TroubleSleepingOrSleepingTooMuch": [3, 3, 1, 3, 3],
    "FeelingTiredOrHavingLittleEnergy": [1, 0, 1, 3, 3],
    "PoorAppetiteOrOvereating": [0, 0, 0, 3, 3],
    "FeelingBadAboutYourself": [0, 0, 0, 3, 3],
    "TroubleConcentratingOnThings": [0, 0, 0, 3, 3],
    "MovingOrSpeakingSlowlyOrTooFast": [0, 0, 0, 3, None],
    "ThoughtYouWouldBeBetterOffDead": [0, 0, 0, 3, 3],
    "AgeInYearsAtScreening": [40, 19, 61, 50, 70],
    "RatioOfFamilyIncomeToPoverty": [5.4e-79, 1, None, 2, 3],
    "BodyMassIndexKgm2": [31.2, 20, 25, 30, 28],
    "SleepHoursWeekdaysOrWorkdays": [5.5, 8, 7, 8, 9],
    "MinutesSedentaryActivity": [9999, 60, 480, 60, 30],
    "VigorousRecreationalActivities": [0, 1, 1, 0, 0],
    "ModerateRecreationalActivities": [1, 1, 0, 0, 0],
    "Gender": ["Female", "Male", "Male", "Male", "Male"],
    "EducationLevelAdults20": ["Don't Know", None, "College graduate or above", "Less than 9th grade", None],
    "MaritalStatus": ["Married", None, "Widowed", "Divorced", "Married"],
    "DoYouNowSmokeCigarettes": ["Some days", None, None, "Not at all", None],
}
"""Invented people: depressed, too young, not depressed, depressed, and one who left a question out."""


def as_survey(columns: Mapping[str, Sequence[object]]) -> bytes:
    return pd.DataFrame(dict(columns)).to_csv(sep="\t", index=False).encode()


def test_depression_is_the_sum_of_nine_answers_of_adults_who_gave_all() -> None:
    table = depressive_symptoms_of(as_survey(ANSWERS))
    assert table["depressed"].tolist() == ["yes", "no", "yes"]
    assert table["age"].tolist() == [40, 61, 50]
    assert table["income"].tolist()[0] == 0
    assert table["sedentary"].isna().tolist() == [True, False, False]
    assert table["education"].isna().tolist() == [True, False, False]
    assert table["smokes"].tolist() == ["yes", "no", "no"]
    with pytest.raises(TrainingError, match="lacks columns"):
        depressive_symptoms_of(as_survey({"Gender": ["Male"]}))


def test_the_survey_fits_its_schema(tmp_path: Path) -> None:
    some = depressive_symptoms_of(as_survey({name: answers * 20 for name, answers in ANSWERS.items()}))
    others = some.assign(depressed=some["depressed"].map({"yes": "no", "no": "yes"}))
    pd.concat([some, others]).to_csv(path := tmp_path / "people.csv", index=False)
    model = PUBLIC_MODELS["depressive-symptoms"]
    people, tally = people_of(read_task(model.schema), read_table(path, model.outcome, None, None))
    assert [person.outcome for person in people] == [True, False, True] * 20 + [False, True, False] * 20
    assert people[1].values["partner"] == "widowed"
    assert people[0].values["education"] is None
    assert not tally.dropped


def test_one_in_eight_has_diabetes_that_goes_on_fast(tmp_path: Path) -> None:
    table = diabetes_progression(tmp_path)
    assert len(table) == 442
    assert (table["fast"] == "yes").mean() == pytest.approx(0.12, abs=0.001)


def test_a_public_model_is_made_once_with_the_ranges_that_its_schema_tells(tmp_path: Path) -> None:
    model = PUBLIC_MODELS["diabetes-progression"]
    home = made(model, tmp_path, tmp_path, silent, QUICK)
    assert (home / "task.toml").read_bytes() == model.schema.read_bytes()
    assert load_model(home.parent).schema.model.threshold == 0.1
    manifest = home / "manifest.json"
    before = manifest.stat().st_mtime_ns
    made(model, tmp_path, tmp_path, silent, QUICK)
    assert manifest.stat().st_mtime_ns == before


@pytest.mark.parametrize("name", sorted(PUBLIC_MODELS))
def test_every_public_model_names_its_licence_and_where_risk_is_called_high(name: str) -> None:
    schema = read_task(PUBLIC_MODELS[name].schema)
    assert schema.model.name == name
    assert schema.data.licence
    assert 0.075 <= schema.model.threshold <= 0.2
    assert schema.actionable
