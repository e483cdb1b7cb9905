"""Public tables as their owners would bring them: one row a person, words for categories, gaps."""

import io
from pathlib import Path

import pandas as pd
from sklearn.datasets import load_diabetes

from research.training.errors import TrainingError
from research.training.nhanes.data_set import NHANES
from research.training.source import fetch_table

FAST_PROGRESS = 260
"""Disease progression after a year above this counts as fast: one person in eight."""
MODERATE_DEPRESSION = 10
"""At or above, the sum of PHQ-9 is called moderate depression or worse (Kroenke et al., 2001)."""
_ADULT = 20
"""Education and marital status were asked of adults from this age on."""
_SAS_ZERO = 1e-70
"""The transport files hold zero as 5.4e-79."""

_PHQ_9 = (
    "HaveLittleInterestInDoingThings",
    "FeelingDownDepressedOrHopeless",
    "TroubleSleepingOrSleepingTooMuch",
    "FeelingTiredOrHavingLittleEnergy",
    "PoorAppetiteOrOvereating",
    "FeelingBadAboutYourself",
    "TroubleConcentratingOnThings",
    "MovingOrSpeakingSlowlyOrTooFast",
    "ThoughtYouWouldBeBetterOffDead",
)
_AGE, _SMOKES = "AgeInYearsAtScreening", "DoYouNowSmokeCigarettes"
_NUMBERS = {
    "age": _AGE,
    "income": "RatioOfFamilyIncomeToPoverty",
    "bmi": "BodyMassIndexKgm2",
    "sleep": "SleepHoursWeekdaysOrWorkdays",
    "sedentary": "MinutesSedentaryActivity",
    "vigorous_activity": "VigorousRecreationalActivities",
    "moderate_activity": "ModerateRecreationalActivities",
}
_WORDS = {
    "sex": ("Gender", {"Female": "female", "Male": "male"}),
    "education": (
        "EducationLevelAdults20",
        {
            "Less than 9th grade": "no high school",
            "9-11th grade (Includes 12th grade with no diploma)": "some high school",
            "High school graduate/GED or equivalent": "high school",
            "Some college or AA degree": "some college",
            "College graduate or above": "college",
        },
    ),
    "partner": (
        "MaritalStatus",
        {
            "Married": "married",
            "Living with partner": "unmarried couple",
            "Never married": "never married",
            "Divorced": "divorced",
            "Separated": "separated",
            "Widowed": "widowed",
        },
    ),
}


def diabetes_progression(_: Path) -> pd.DataFrame:
    """442 people with diabetes and whether it went on fast: scikit-learn's `load_diabetes`.

    Total cholesterol and its ratio to HDL are left out: LDL and HDL tell nearly all of them, and an action
    would have to move all four.
    """
    table = load_diabetes(as_frame=True, scaled=False).frame
    return pd.DataFrame(
        {
            "age": table["age"].astype(int),
            "sex": table["sex"].map({1.0: "1", 2.0: "2"}),
            "bmi": table["bmi"],
            "blood_pressure": table["bp"].round(1),
            "ldl": table["s2"],
            "hdl": table["s3"].round(1),
            "log_triglycerides": table["s5"].round(2),
            "glucose": table["s6"].astype(int),
            "fast": (table["target"] > FAST_PROGRESS).map({True: "yes", False: "no"}),
        }
    )


def depressive_symptoms(cache: Path) -> pd.DataFrame:
    """Adults of NHANES 2017-2018 who answered all of PHQ-9, and whether they are depressed by it.

    Raises:
        TrainingError: the table cannot be had, or lacks a column.
    """
    return depressive_symptoms_of(fetch_table(NHANES.source, cache))


def depressive_symptoms_of(content: bytes) -> pd.DataFrame:
    """The same of the survey's table as the package has it.

    Raises:
        TrainingError: it lacks a column.
    """
    words = [column for column, _ in _WORDS.values()]
    wanted = [*_PHQ_9, *_NUMBERS.values(), *words, _SMOKES]
    try:
        table = pd.read_csv(io.BytesIO(content), sep="\t", usecols=wanted)
    except ValueError as error:
        raise TrainingError("The table lacks columns of NHANES 2017-2018.") from error
    table = table[(table[_AGE] >= _ADULT) & table[list(_PHQ_9)].notna().all(axis=1)].reset_index(drop=True)
    numbers = table.select_dtypes("number").columns
    table[numbers] = table[numbers].mask(table[numbers].abs() < _SAS_ZERO, 0.0)
    columns = {name: table[column] for name, column in _NUMBERS.items()}
    columns["sedentary"] = columns["sedentary"].where(columns["sedentary"] <= 24 * 60)  # 7777, 9999: refused
    columns |= {name: table[column].map(meaning) for name, (column, meaning) in _WORDS.items()}
    for name in ("vigorous_activity", "moderate_activity"):
        columns[name] = columns[name].map({1.0: "yes", 0.0: "no"})
    columns["smokes"] = table[_SMOKES].isin(["Every day", "Some days"]).map({True: "yes", False: "no"})
    score = table[list(_PHQ_9)].sum(axis=1)
    depressed = (score >= MODERATE_DEPRESSION).map({True: "yes", False: "no"})
    return pd.DataFrame(columns).assign(depressed=depressed)
