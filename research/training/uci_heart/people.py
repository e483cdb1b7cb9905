"""UCI Heart Disease in the schema's features: who is taken, from which columns, what counts as unknown.

The table's own traps: cholesterol of 0 (all of Switzerland, a quarter of Long Beach) and blood pressure of 0
mean that nothing was measured; two rows are there twice; one row is at a site it does not belong to.
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

ID, SITE, LABEL = "id", "dataset", "num"
"""`num` is 0 where no vessel is narrowed by half or more, else 1 to 4 (Detrano et al., 1989)."""
MISPLACED = (304,)
"""Said to be of Cleveland, but not among the 303 people that UCI has from there."""

NUMBERS = {
    "age": "age",
    "sbp": "trestbps",
    "total_cholesterol": "chol",
    "max_heart_rate": "thalch",
    "st_depression": "oldpeak",
    "vessels": "ca",
}
ANSWERS = {"high_fasting_sugar": "fbs", "exercise_angina": "exang"}
CATEGORIES: dict[str, tuple[str, dict[str, str]]] = {
    "sex": ("sex", {"Female": "female", "Male": "male"}),
    "chest_pain": (
        "cp",
        {
            "typical angina": "typical_angina",
            "atypical angina": "atypical_angina",
            "non-anginal": "non_anginal",
            "asymptomatic": "asymptomatic",
        },
    ),
    "resting_ecg": (
        "restecg",
        {
            "normal": "normal",
            "st-t abnormality": "st_t_abnormality",
            "lv hypertrophy": "lv_hypertrophy",
        },
    ),
    "st_slope": ("slope", {"upsloping": "upsloping", "flat": "flat", "downsloping": "downsloping"}),
    "thallium": (
        "thal",
        {"normal": "normal", "fixed defect": "fixed_defect", "reversable defect": "reversible_defect"},
    ),
}
_YES_OR_NO = {"TRUE": True, "FALSE": False}
COLUMNS = (
    ID,
    SITE,
    *NUMBERS.values(),
    *ANSWERS.values(),
    *(column for column, _ in CATEGORIES.values()),
    LABEL,
)


def read_people(schema: FeatureSchema, table: bytes) -> tuple[list[Participant], Tally]:
    """The people of all four sites whom the service would accept, and what was left out to get them.

    Raises:
        TrainingError: the schema has a feature that this data set does not give, a column is absent, or one
            holds something that is not known here.
    """
    tally = Tally()
    frame = _once_each(_read(table), tally).sort_values(ID, kind="stable")
    features = {feature.name: _feature(feature, frame, tally) for feature in schema.features}
    return admit(schema, _people(features, frame), tally), tally


def _read(table: bytes) -> pd.DataFrame:
    words = dict.fromkeys((*ANSWERS.values(), *(column for column, _ in CATEGORIES.values())), str)
    try:
        return pd.read_csv(io.BytesIO(table), usecols=list(COLUMNS), dtype=words)
    except ValueError as error:
        raise TrainingError("The table lacks columns of UCI Heart Disease.") from error


def _once_each(frame: pd.DataFrame, tally: Tally) -> pd.DataFrame:
    """Without rows that repeat an earlier one in all but their number, which a split could part from it."""
    placed = frame[~frame[ID].isin(MISPLACED)]
    distinct = placed[~placed.drop(columns=ID).duplicated()]
    tally.drop("listed under a site that does not have them", len(frame) - len(placed))
    tally.drop("listed twice", len(placed) - len(distinct))
    return distinct


def _feature(feature: Feature, frame: pd.DataFrame, tally: Tally) -> list[Value]:
    """One feature of everybody, in its own kind; a 0 that means unknown lies outside the clinical range."""
    if feature.name in CATEGORIES:
        return _known(frame, *CATEGORIES[feature.name])
    if feature.name in ANSWERS:
        return _known(frame, ANSWERS[feature.name], _YES_OR_NO)
    if feature.name not in NUMBERS:
        raise TrainingError(f"UCI Heart Disease as read here does not give the feature {feature.name}.")
    return [in_kind(feature, value) for value in clinical(feature, frame[NUMBERS[feature.name]], tally)]


def _known(frame: pd.DataFrame, column: str, values: dict[str, str] | dict[str, bool]) -> list[Value]:
    """What the words of a column stand for; an empty cell is unknown."""
    words = [None if isinstance(word, float) and math.isnan(word) else str(word) for word in frame[column]]
    if strange := sorted({word for word in words if word is not None} - set(values)):
        raise TrainingError(f"The column {column} holds {strange[0]!r}, which is not known here.")
    return [None if word is None else values[word] for word in words]


def _people(features: dict[str, list[Value]], frame: pd.DataFrame) -> Iterator[Participant]:
    rows = zip(frame[ID], frame[SITE], frame[LABEL], strict=True)
    for row, (number, site, narrowed) in enumerate(rows):
        values = {name: column[row] for name, column in features.items()}
        yield Participant(str(number), values=values, outcome=bool(narrowed > 0), site=str(site))
