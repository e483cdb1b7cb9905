"""Participants of NHANES 2017-2018: what was measured of each, as the table has it.

Data: CDC/NCHS, National Health and Nutrition Examination Survey 2017-2018, public domain. The table is that
which `research/training/nhanes/data_set.py` pins.
"""

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from research.training.nhanes.data_set import NHANES
from research.training.nhanes.people import CATEGORIES
from research.training.source import fetch_table

_SMOKES = {"Every day": "every day", "Some days": "some days", "Not at all": "former"}
_READINGS = ("1StRdg", "2NdRdg", "3RdRdg")


@dataclass(frozen=True, slots=True)
class Participant:
    """What NHANES measured of somebody, in its own units, and what they said; None where it is not known."""

    number: int
    age: int
    sex: str
    ethnicity: str
    height_cm: float
    weight_kg: float
    bmi: float
    waist_cm: float | None
    pulse: int | None
    pressures: tuple[tuple[int, int], ...]
    """Readings of systolic and diastolic pressure in mmHg, in their order."""
    total_cholesterol: int | None
    hdl_cholesterol: int | None
    hba1c: float
    smoking: str
    """Never, former, some days or every day: as they say who smoked 100 cigarettes in their lives."""
    cigarettes: int | None
    """A day, over the last five days, of those who smoked in them."""


def participants(cache: Path) -> dict[int, Participant]:
    """Everybody of whom all that is needed was measured, by number.

    Raises:
        TrainingError: the table is not in `cache` and cannot be fetched, or is another than is pinned.
    """
    table = fetch_table(NHANES.source, cache).decode("utf-8")
    rows = csv.DictReader(io.StringIO(table), delimiter="\t")
    return {int(float(row["SEQN"])): _participant(row) for row in rows if _is_known(row)}


def _is_known(row: Mapping[str, str]) -> bool:
    needed = ("StandingHeightCm", "WeightKg", "BodyMassIndexKgm2", "Glycohemoglobin")
    return all(_number(row[column]) is not None for column in needed)


def _participant(row: Mapping[str, str]) -> Participant:
    return Participant(
        number=int(float(row["SEQN"])),
        age=int(float(row["AgeInYearsAtScreening"])),
        sex=_category("sex", row),
        ethnicity=_category("ethnicity", row),
        height_cm=float(row["StandingHeightCm"]),
        weight_kg=float(row["WeightKg"]),
        bmi=float(row["BodyMassIndexKgm2"]),
        waist_cm=_number(row["WaistCircumferenceCm"]),
        pulse=_whole(row["60SecPulse30SecPulse2"]),
        pressures=tuple(_pressures(row)),
        total_cholesterol=_whole(row["TotalCholesterolMgdl"]),
        hdl_cholesterol=_whole(row["DirectHdlcholesterolMgdl"]),
        hba1c=float(row["Glycohemoglobin"]),
        smoking=_smoking(row),
        cigarettes=_whole(row["CigarettesSmokedPerDay"]),
    )


def _category(name: str, row: Mapping[str, str]) -> str:
    column, values = CATEGORIES[name]
    return values[row[column]]


def _pressures(row: Mapping[str, str]) -> list[tuple[int, int]]:
    readings = []
    for reading in _READINGS:
        systolic = _whole(row[f"SystolicBloodPres{reading}MmHg"])
        diastolic = _whole(row[f"DiastolicBloodPres{reading}MmHg"])
        if systolic and diastolic:
            readings.append((systolic, diastolic))
    return readings


def _smoking(row: Mapping[str, str]) -> str:
    if _number(row["SmokedAtLeast100CigarettesInLife"]) == 1:
        return _SMOKES.get(row["DoYouNowSmokeCigarettes"], "unknown")
    return "never"


def _number(text: str) -> float | None:
    """A number of the table; its transport files hold zero as 5.4e-79."""
    value = float(text) if text else math.nan
    return None if math.isnan(value) else value if abs(value) > 1e-70 else 0.0


def _whole(text: str) -> int | None:
    value = _number(text)
    return None if value is None else round(value)
