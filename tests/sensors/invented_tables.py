"""Invented tables in the columns of LifeSnaps and of NHANES 2011-2014: nobody real is in them."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

_FIRST_DAY = date(2021, 6, 1)


def lifesnaps_days(people: int = 40, days: int = 12, seed: int = 1) -> pd.DataFrame:
    """Days whose score falls with short steps and broken nights; every tenth day has no score."""
    rng = np.random.default_rng(seed)
    rows = people * days
    person = np.repeat(np.arange(people), days)
    own = rng.normal(0, 1, people)[person]
    steps = rng.integers(1500, 16000, rows)
    asleep = rng.integers(280, 520, rows)
    efficiency = rng.uniform(78, 95, rows)
    score = 76 + 0.6 * own + (steps - 8500) / 1500 + (efficiency - 87) + (asleep - 400) / 40
    score = (score + rng.normal(0, 3, rows)).round().clip(40, 98)
    in_bed = 100 * asleep / efficiency
    start = [(_FIRST_DAY + timedelta(days=int(day))).isoformat() for day in np.tile(np.arange(days), people)]
    return pd.DataFrame(
        {
            "id": [f"invented-{number:03d}" for number in person],
            "date": start,
            "bpm": rng.normal(78, 6, rows).round(1),
            "resting_hr": (66 - 2 * own + rng.normal(0, 1, rows)).round(1),
            "full_sleep_breathing_rate": rng.normal(15, 1, rows).round(1),
            "spo2": "",
            "steps": steps,
            "distance": (0.7 * steps).round(),
            "calories": rng.integers(1700, 3200, rows),
            "lightly_active_minutes": (steps / 40).round(),
            "moderately_active_minutes": rng.integers(0, 50, rows),
            "very_active_minutes": rng.integers(0, 40, rows),
            "sedentary_minutes": 600,
            "sleep_duration": (60_000 * in_bed).round(),
            "minutesAsleep": asleep,
            "minutesAwake": (in_bed - asleep).round(),
            "rmssd": (40 + 6 * own + rng.normal(0, 4, rows)).round(1),
            "nightly_temperature": rng.normal(34, 0.5, rows).round(2),
            "filteredDemographicVO2Max": 45,
            "stress_score": np.where(rng.random(rows) < 0.1, 0, score),
            "gender": np.where(person % 2, "MALE", "FEMALE"),
            "age": np.where(person % 3, "<30", ">=30"),
            "bmi": np.array(["<19", "22.0", "25.0", ">=30"])[person % 4],
        }
    )


def nhanes_adults(people: int = 700, seed: int = 1) -> pd.DataFrame:
    """Adults whose health falls with age, sitting and smoking, and rises with steps and cadence."""
    rng = np.random.default_rng(seed)
    age, steps = rng.integers(20, 81, people), rng.integers(800, 18000, people)
    cadence = rng.uniform(35, 115, people).round(1)
    smoking = rng.choice(["Never smoker", "Former smoker", "Current smoker"], people)
    sitting = rng.choice([120, 240, 360, 480, 600, 9999], people)
    ill = (age - 50) / 20 - (steps - 8000) / 4000 - (cadence - 75) / 30 + (smoking == "Current smoker")
    ill = ill + rng.logistic(0, 0.6, people)
    told = pd.cut(
        pd.Series(ill),
        [-np.inf, *np.quantile(ill, [0.1, 0.4, 0.75, 0.95]), np.inf],
        labels=["Excellent", "Very good", "Good", "Fair", "Poor"],
    )
    return pd.DataFrame(
        {
            "SEQN": np.arange(90001, 90001 + people),
            "gender": rng.choice(["Male", "Female"], people),
            "age_in_years_at_screening": age,
            "race_hispanic_origin": rng.choice(["Mexican American", "Non-Hispanic White"], people),
            "full_sample_2_year_mec_exam_weight": rng.uniform(5000, 90000, people).round(),
            "body_mass_index_kg_m_2": rng.normal(29, 6, people).clip(16, 60).round(1),
            "minutes_sedentary_activity": sitting,
            "cat_smoke": smoking,
            "cat_education": rng.choice(["Less than HS", "HS/HS equivalent", "More than HS"], people),
            "total_scsslsteps": steps,
            "peak30_scsslsteps": cadence,
            "general_health_condition": told.astype(str),
        }
    )


def written(table: pd.DataFrame, path: Path) -> Path:
    """The table as its owner has it."""
    table.to_csv(path, index=False)
    return path
