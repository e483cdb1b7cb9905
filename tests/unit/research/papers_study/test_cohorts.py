"""Rows of one cohort at another: what is shared, who judges, what is told."""

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from app.classifiers.task import read_task
from app.classifiers.training_procedure import Sample
from research.commands.main import cli
from research.papers_study.cohort_pairs import ALONE, MADE, OWN, PEOPLE, REPEATED, cohort_scores
from research.papers_study.cohort_sources import HEALTH, later_people, with_features
from research.papers_study.cohort_tables import pair_rows, spec_of
from research.papers_study.made_rows import counterfactual_rows, model_of_people
from research.sensor_models.recipes import RECIPES
from research.training.errors import TrainingError
from research.training.people import Participant, outcomes_of, rows_of

SCHEMA = with_features(read_task(RECIPES[HEALTH].schema), ["age", "bmi", "sitting_minutes", "smoking"])
LATER = pd.DataFrame(
    {
        "SEQN": [1, 2, 3, 4, 5],
        "AgeInYearsAtScreening": [40, 19, 50, 60, 70],
        "BodyMassIndexKgm2": [25.0, 22, 31, 28, 24],
        "MinutesSedentaryActivity": [300, 300, 9999, 5.397605346934028e-79, 60],
        "GeneralHealthCondition": ["Fair or", "Poor?", "Good", "Poor?", None],
        "SmokedAtLeast100CigarettesInLife": [0, 1, 1, 1, 0],
        "DoYouNowSmokeCigarettes": [None, "Every day", "Not at all", "Some days", None],
        "Gender": ["Female"] * 5,
        "RacehispanicOrigin": ["Other Race - Including Multi-Racial"] * 5,
        "EducationLevelAdults20": ["Less than 9th grade"] * 5,
    }
)


def people(count: int, seed: int, knows_sitting: bool = True) -> list[Participant]:
    """Invented adults whose health falls with age and BMI."""
    rng = np.random.default_rng(seed)
    told = []
    for number in range(count):
        age, bmi = int(rng.integers(20, 80)), round(float(rng.uniform(18, 45)), 1)
        ill = (age - 50) / 15 + (bmi - 32) / 6 + rng.normal(0, 0.7) > 0.6
        sitting = int(rng.integers(60, 900)) if knows_sitting else None
        values = {"age": age, "bmi": bmi, "sitting_minutes": sitting, "smoking": "never"}
        told.append(Participant(str(number), values, bool(ill)))
    return told


def test_a_schema_of_what_is_shared_refers_to_nothing_else() -> None:
    assert set(SCHEMA.by_name) == {"age", "bmi", "sitting_minutes", "smoking"}
    assert "steps" in read_task(RECIPES[HEALTH].schema).by_name
    assert not [one for one in SCHEMA.relations if set(one.terms) - set(SCHEMA.by_name)]


def test_the_later_survey_is_read_in_the_words_of_the_earlier() -> None:
    table = later_people(LATER.to_csv(sep="\t", index=False).encode())
    assert table.seqn.tolist() == [1, 3, 4]  # one is not of age, of one nobody knows how their health is
    assert table.fair_or_poor.tolist() == ["yes", "no", "yes"]
    assert table.smoking.tolist() == ["never", "former", "current"]
    assert table.sitting_minutes.tolist()[::2] == [300, 0]
    assert table.sitting_minutes.isna().tolist() == [False, True, False]
    with pytest.raises(TrainingError, match="lacks columns"):
        later_people(b"SEQN\tGender\n1\tMale\n")


@pytest.mark.parametrize("label", [False, True])
def test_rows_are_of_the_class_that_is_wanted(label: bool) -> None:
    those = people(120, seed=1, knows_sitting=label)  # a cohort may know nothing of a feature
    rows = counterfactual_rows(SCHEMA, those, label, count=6, seed=0)
    assert len(rows) == 6
    model = model_of_people(SCHEMA, Sample(rows_of(SCHEMA, those), outcomes_of(those)))
    high = model.classifier.risk(rows) > SCHEMA.model.threshold
    assert (high == label).all()


def test_every_pair_has_every_arm_and_every_draw() -> None:
    cohorts = {"here": people(90, seed=1), "there": people(90, seed=2)}
    scores = cohort_scores(SCHEMA, cohorts, 2, lambda *_: None, few=20)
    assert len(scores) == 2 * 2 * 5
    assert {(one.target, one.donor) for one in scores} == {("here", "there"), ("there", "here")}
    assert {one.arm for one in scores} == {OWN, REPEATED, PEOPLE, MADE, ALONE}
    assert all(0 <= one.f1 <= 1 and 0 <= one.auc <= 1 for one in scores)
    alone = [one.auc for one in scores if one.arm == ALONE]
    assert np.mean(alone) > 0.7  # it is learned from people alike
    told = pair_rows(scores, "auc")
    assert list(told) == ["here, there", "there, here", "mean of all"]
    few, more = (
        np.mean([one.auc for one in scores if one.target == "here" and one.arm == arm])
        for arm in (OWN, PEOPLE)
    )
    gained = told["here, there"][PEOPLE]
    assert gained is not None
    assert gained.value == pytest.approx(100 * (more - few))
    assert "with 20 labels of its own" in spec_of("auc", 20).caption


def test_cohorts_are_of_one_model() -> None:
    result = CliRunner().invoke(cli, ["evaluate", HEALTH, "--across"])
    assert result.exit_code == 1
    assert "--across is of one model" in result.output
