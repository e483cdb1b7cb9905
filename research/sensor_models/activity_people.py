"""Adults of NHANES 2011-2014 with accelerometry: one row each, for `activity-health`."""

from pathlib import Path

import pandas as pd

from research.sensor_models.measured_days import Making
from research.training.errors import TrainingError

CYCLES = 2
"""Survey cycles that the table puts together: a weight of one counts half."""
_MINUTES_OF_A_DAY = 1440
_NUMBERS = {
    "age": "age_in_years_at_screening",
    "bmi": "body_mass_index_kg_m_2",
    "steps": "total_scsslsteps",
    "cadence_peak30": "peak30_scsslsteps",
    "sitting_minutes": "minutes_sedentary_activity",
}
_WORDS = {
    "sex": ("gender", {"Female": "female", "Male": "male"}),
    "ethnicity": (
        "race_hispanic_origin",
        {
            "Mexican American": "mexican_american",
            "Other Hispanic": "other_hispanic",
            "Non-Hispanic White": "non_hispanic_white",
            "Non-Hispanic Black": "non_hispanic_black",
            "Other Race - Including Multi-Rac": "other",
        },
    ),
    "education": (
        "cat_education",
        {
            "Less than HS": "less_than_high_school",
            "HS/HS equivalent": "high_school",
            "More than HS": "more_than_high_school",
        },
    ),
    "smoking": (
        "cat_smoke",
        {"Never smoker": "never", "Former smoker": "former", "Current smoker": "current"},
    ),
}
_HEALTH, _WEIGHT, _SEQN = "general_health_condition", "full_sample_2_year_mec_exam_weight", "SEQN"
_FAIR_OR_POOR = ("Fair", "Poor")


def activity_people(origin: Path, _work: Path, _making: Making) -> pd.DataFrame:
    """Those who said how their health is, with their number, survey weight, and whether it is fair or poor.

    Conditions, mobility and follow-up are not read: they say much of what the outcome says. Alcohol is
    unknown for a third of the people.

    Raises:
        TrainingError: the file cannot be read, lacks a column, or tells nobody's health.
    """
    wanted = [_SEQN, _HEALTH, _WEIGHT, *_NUMBERS.values(), *(column for column, _ in _WORDS.values())]
    table = _read(origin, wanted)
    table = table[table[_HEALTH].notna()].reset_index(drop=True)
    if table.empty:
        raise TrainingError(f"{origin} tells nobody's health.")
    columns: dict[str, pd.Series] = {name: table[column] for name, column in _NUMBERS.items()}
    # 7777 and 9999 are no answers; a day has so many minutes.
    columns["sitting_minutes"] = columns["sitting_minutes"].where(
        columns["sitting_minutes"] <= _MINUTES_OF_A_DAY
    )
    columns["steps"] = columns["steps"].round()
    columns |= {name: table[column].map(meaning) for name, (column, meaning) in _WORDS.items()}
    return pd.DataFrame(columns).assign(
        seqn=table[_SEQN],
        survey_weight=table[_WEIGHT] / CYCLES,
        fair_or_poor=table[_HEALTH].isin(_FAIR_OR_POOR).map({True: "yes", False: "no"}),
    )


def _read(origin: Path, wanted: list[str]) -> pd.DataFrame:
    try:
        there = pd.read_csv(origin, nrows=0).columns
        absent = [column for column in wanted if column not in there]
        if absent:
            raise TrainingError(f"{origin} has no column {', '.join(absent)}.")
        numbers = [_WEIGHT, *_NUMBERS.values()]
        return pd.read_csv(origin, usecols=wanted, dtype=dict.fromkeys(numbers, "float64"))
    except OSError as error:
        raise TrainingError(f"{origin} cannot be read: {error.strerror}.") from error
    except (ValueError, UnicodeError) as error:  # neither of them may echo a cell
        raise TrainingError(f"{origin} is no CSV of these columns, or a number in it is none.") from error
