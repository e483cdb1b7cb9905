"""Tables of the kinds that owners have: public ones of scikit-learn, and some like well-known studies."""

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_diabetes

from app.domain.feature import Kind
from app.domain.schema import FeatureSchema
from research.own_model.draft.advice import advice
from research.own_model.draft.drafting import draft_schema
from research.own_model.table.own_table import OwnTable
from research.own_model.table.people import people_of
from research.own_model.table.reading import read_table
from tests.unit.research.own_model.tables import accepted


def brought(folder: Path, frame: pd.DataFrame, outcome: str) -> tuple[OwnTable, FeatureSchema]:
    """A frame as a CSV of its owner, and the schema that is drafted of it; nobody of it may be lost."""
    path = folder / "table.csv"
    frame.to_csv(path, index=False)
    table = read_table(path, outcome, None, None)
    schema = accepted(folder, draft_schema(table, "own", "the outcome"))
    people, tally = people_of(schema, table)
    assert len(people) == len(frame)
    assert not tally.dropped
    return table, schema


def test_breast_cancer(tmp_path: Path) -> None:
    data = load_breast_cancer(as_frame=True)
    frame = data.frame.assign(target=data.frame["target"].map({0: "malignant", 1: "benign"}))
    table, schema = brought(tmp_path, frame, "target=malignant")

    assert len(schema.features) == 30
    assert schema["mean_smoothness"].precision == 0.00001
    assert schema["mean_smoothness"].observed == (0.05263, 0.1634)
    assert schema.model.threshold == 0.37
    told = " ".join(advice(table, schema))
    assert '"worst perimeter" may give the outcome away' in told
    assert '"mean radius" and "mean perimeter" say nearly the same' in told


def test_diabetes_made_a_yes_or_no(tmp_path: Path) -> None:
    data = load_diabetes(as_frame=True, scaled=False)
    frame = data.frame.assign(worse=data.frame["target"] > 200).drop(columns="target")
    _, schema = brought(tmp_path, frame, "worse")

    assert {name: schema[name].kind for name in ("age", "sex", "bmi")} == {
        "age": Kind.INTEGER,
        "sex": Kind.CATEGORY,
        "bmi": Kind.NUMBER,
    }
    assert schema["bmi"].precision == 0.1
    assert schema["bmi"].observed == (18, 42.2)


def test_a_table_like_pima(tmp_path: Path) -> None:
    """Zeros stand for what was not measured."""
    random = np.random.default_rng(0)
    rows = 768
    glucose = random.normal(121, 30, rows).clip(44, 199).round()
    frame = pd.DataFrame(
        {
            "Pregnancies": random.poisson(3.8, rows),
            "Glucose": np.where(random.random(rows) < 0.01, 0, glucose),
            "BloodPressure": np.where(random.random(rows) < 0.05, 0, random.normal(72, 12, rows).round()),
            "Insulin": np.where(random.random(rows) < 0.48, 0, random.gamma(2, 75, rows).round() + 14),
            "BMI": np.where(random.random(rows) < 0.015, 0, random.normal(32, 6, rows).clip(18, 67).round(1)),
            "DiabetesPedigreeFunction": random.gamma(2, 0.24, rows).round(3) + 0.078,
            "Age": random.integers(21, 81, rows),
            "Outcome": (random.random(rows) < 1 / (1 + np.exp(-(glucose - 145) / 20))).astype(int),
        }
    )
    table, schema = brought(tmp_path, frame, "Outcome")

    assert list(schema.by_name)[-2:] == ["diabetes_pedigree_function", "age"]
    told = " ".join(advice(table, schema))
    for name in ("Glucose", "BloodPressure", "Insulin", "BMI"):
        assert f'"{name}" is 0 in' in told
    assert '"Pregnancies" is 0' not in told


def test_a_table_like_framingham(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    rows = 4000
    age, smokes = random.integers(32, 71, rows), random.random(rows) < 0.5
    cigarettes = np.where(smokes, random.integers(1, 40, rows), 0).astype(float)
    frame = pd.DataFrame(
        {
            "male": random.integers(0, 2, rows),
            "age": age,
            "education": random.choice([1, 2, 3, 4], rows).astype(float),
            "currentSmoker": smokes.astype(int),
            "cigsPerDay": cigarettes,
            "totChol": random.normal(236, 44, rows).round(),
            "sysBP": random.normal(132, 22, rows).round(1),
            "BMI": random.normal(25.8, 4, rows).round(2),
            "TenYearCHD": (random.random(rows) < 1 / (1 + np.exp(-(age - 70) / 9))).astype(int),
        }
    )
    frame.loc[::9, ["education", "totChol"]] = np.nan
    table, schema = brought(tmp_path, frame, "TenYearCHD")

    assert schema["current_smoker"].kind is Kind.BOOLEAN
    assert schema["education"].missing == "unknown"
    assert 0.05 < schema.model.threshold < 0.3
    told = " ".join(advice(table, schema))
    assert '"cigsPerDay": does a person act on it?' in told
    assert "give the outcome away" not in told


def test_a_rare_outcome_sixty_features_categories_and_no_age(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    rows = 4000
    labs = {f"lab {number}": random.lognormal(number / 20, 0.5, rows).round(2) for number in range(50)}
    words = {f"finding {number}": random.choice(["none", "mild", "severe"], rows) for number in range(10)}
    score = np.log(labs["lab 3"]) + (words["finding 1"] == "severe")
    frame = pd.DataFrame({**labs, **words}).assign(died=score > np.quantile(score, 0.98))
    table, schema = brought(tmp_path, frame, "died")

    assert len(schema.features) == 60
    assert len(schema.columns) == 80
    assert schema.model.threshold == round(table.outcome.mean(), 3)
    told = " ".join(advice(table, schema))
    assert f"{table.outcome.sum()} people have the outcome, for 80 columns" in told
