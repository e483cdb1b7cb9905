"""Reading NHANES. The people in here are made up, each to carry one trap of the real table."""

import math
from typing import Any

import pandas as pd
import pytest

from app.classifiers.store import read_schema
from app.domain.schema import FeatureSchema
from app.paths import MODEL_STORE
from research.training.errors import TrainingError
from research.training.nhanes import people as nhanes
from research.training.people import Participant, Tally

SAS_ZERO = 5.397605346934028e-79
NOT_ASKED = math.nan

MADE_UP_PERSON: dict[str, Any] = {
    **dict.fromkeys(nhanes.COLUMNS, NOT_ASKED),
    "AgeInYearsAtScreening": 50.0,
    "Gender": "Female",
    "RacehispanicOriginWNhAsian": "Non-Hispanic White",
    "StandingHeightCm": 165.0,
    "BodyMassIndexKgm2": 27.5,
    "WeightKg": 74.9,
    "VigorousRecreationalActivities": SAS_ZERO,
    "ModerateRecreationalActivities": 1.0,
    "WalkOrBicycle": SAS_ZERO,
    "Glycohemoglobin": 5.4,
}


def read(schema: FeatureSchema, **changes: object) -> tuple[list[Participant], Tally]:
    """Read a table with one made-up person, who differs from the one above by `changes`."""
    frame = pd.DataFrame([MADE_UP_PERSON | changes], index=pd.Index([1.0], name="SEQN"))
    # A real table has columns on which training must not depend; this one would give the answer away.
    frame["DoctorToldYouHaveDiabetes"] = "1"
    return nhanes.read_people(schema, frame.to_csv(sep="\t").encode())


def value(schema: FeatureSchema, feature: str, **changes: object) -> object:
    people, _ = read(schema, **changes)
    return people[0].values[feature]


def test_a_person_comes_in_the_schemas_own_kinds(schema: FeatureSchema) -> None:
    people, tally = read(schema)

    assert people[0].id == "1"
    assert list(people[0].values) == [feature.name for feature in schema.features]
    assert (
        people[0].values
        | {
            "age": 50,
            "sex": "female",
            "ethnicity": "non_hispanic_white",
            "height": 165.0,
            "bmi": 27.5,
            "weight": 74.9,
            "waist": None,
            "vigorous_activity": False,
            "moderate_activity": True,
            "active_travel": False,
        }
        == people[0].values
    )
    assert isinstance(people[0].values["age"], int)
    assert tally.out_of_range == {}


@pytest.mark.parametrize(("hba1c", "outcome"), [(5.6, False), (5.7, True), (5.8, True)])
def test_the_outcome_starts_at_5_7_percent(schema: FeatureSchema, hba1c: float, outcome: bool) -> None:
    people, _ = read(schema, Glycohemoglobin=hba1c)

    assert people[0].outcome is outcome


def test_a_sas_zero_is_zero(schema: FeatureSchema) -> None:
    assert value(schema, "meals_out", OfMealsNotHomePrepared=SAS_ZERO) == 0
    assert value(schema, "sedentary", MinutesSedentaryActivity=SAS_ZERO) == 0


@pytest.mark.parametrize(
    ("feature", "column", "code"),
    [
        ("sedentary", "MinutesSedentaryActivity", 7777.0),
        ("sedentary", "MinutesSedentaryActivity", 9999.0),
        ("meals_out", "OfMealsNotHomePrepared", 5555.0),
        ("meals_out", "OfMealsNotHomePrepared", 9999.0),
        ("energy", "EnergyKcal_DR1TOT", 99999.0),
    ],
)
def test_a_special_code_is_unknown_and_counted(
    schema: FeatureSchema, feature: str, column: str, code: float
) -> None:
    people, tally = read(schema, **{column: code})

    assert people[0].values[feature] is None
    assert tally.out_of_range == {feature: 1}


def test_blood_pressure_is_the_mean_of_the_available_readings(schema: FeatureSchema) -> None:
    readings = {"SystolicBloodPres1StRdgMmHg": 130.0, "SystolicBloodPres3RdRdgMmHg": 121.0}

    assert value(schema, "sbp", **readings) == 126


def test_a_diastolic_reading_of_zero_is_no_pressure(schema: FeatureSchema) -> None:
    first, second = "DiastolicBloodPres1StRdgMmHg", "DiastolicBloodPres2NdRdgMmHg"

    assert value(schema, "dbp", **{first: SAS_ZERO, second: 70.0}) == 70
    assert value(schema, "dbp", **{first: SAS_ZERO, second: SAS_ZERO}) is None
    assert read(schema, **{first: SAS_ZERO, second: 8.0})[1].out_of_range == {"dbp": 2}


def test_intake_is_the_mean_of_two_recalls_or_the_only_one(schema: FeatureSchema) -> None:
    assert value(schema, "fibre", DietaryFiberGm_DR1TOT=10.0, DietaryFiberGm_DR2TOT=21.4) == 16
    assert value(schema, "fibre", DietaryFiberGm_DR1TOT=10.2) == 10


@pytest.mark.parametrize(
    ("smoked", "a_day", "cigarettes"),
    [(SAS_ZERO, NOT_ASKED, 0), (1.0, 20.0, 20), (1.0, NOT_ASKED, None), (NOT_ASKED, NOT_ASKED, None)],
    ids=["no tobacco", "cigarettes", "other tobacco", "not asked"],
)
def test_cigarettes(schema: FeatureSchema, smoked: float, a_day: float, cigarettes: int | None) -> None:
    found = value(schema, "cigarettes", SmokedTobaccoLast5Days=smoked, CigarettesSmokedPerDay=a_day)

    assert found == cigarettes


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("younger than 18 years", {"AgeInYearsAtScreening": 17.0}),
        ("HbA1c was not measured", {"Glycohemoglobin": NOT_ASKED}),
        ("height is missing", {"StandingHeightCm": NOT_ASKED}),
        ("weight is missing", {"WeightKg": NOT_ASKED}),
        ("sex is missing", {"Gender": NOT_ASKED}),
        ("weight does not agree with bmi and height", {"WeightKg": 90.0}),
        (
            "hdl_cholesterol contradicts other features: HDL is part of total cholesterol",
            {"TotalCholesterolMgdl": 100.0, "DirectHdlcholesterolMgdl": 120.0},
        ),
    ],
)
def test_who_is_left_out_is_counted_by_reason(
    schema: FeatureSchema, reason: str, changes: dict[str, object]
) -> None:
    people, tally = read(schema, **changes)

    assert people == []
    assert {why: n for why, n in tally.dropped.items() if n} == {reason: 1}


def test_nobody_is_left_out_for_what_may_be_unknown() -> None:
    """By the schema of the next training: an answer that was not given is no reason to learn less."""
    schema = read_schema(MODEL_STORE / "dysglycaemia")
    (person,), _ = read(schema, WalkOrBicycle=NOT_ASKED, RacehispanicOriginWNhAsian=NOT_ASKED)
    assert person.values["active_travel"] is person.values["ethnicity"] is None


def test_another_table_is_refused(schema: FeatureSchema) -> None:
    with pytest.raises(TrainingError, match="lacks columns"):
        nhanes.read_people(schema, b"SEQN\tGender\n1\tMale\n")


def test_no_column_that_knows_of_diabetes_is_read() -> None:
    leaking = ("diab", "insulin", "sugarpill", "doctor", "told")

    assert not [column for column in nhanes.COLUMNS if any(word in column.lower() for word in leaking)]
