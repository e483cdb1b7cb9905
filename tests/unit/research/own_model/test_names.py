"""Names of features from the headers of columns."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.reserved_names import RESERVED
from research.own_model.table.names import names_of


@pytest.mark.parametrize(
    ("header", "name", "label", "unit"),
    [
        ("BMI (kg/m²)", "bmi", "BMI", "kg/m²"),
        ("Glucose [mg/dL]", "glucose", "Glucose", "mg/dL"),
        ("age", "age", "age", None),
        ("Blood pressure (resting)", "blood_pressure_resting", "Blood pressure (resting)", None),
        ("BloodPressure", "blood_pressure", "BloodPressure", None),
        ("HbA1c (%)", "hba1c", "HbA1c", "%"),
        ("weight_kg", "weight_kg", "weight_kg", "kg"),
        ("chol mg_dl", "chol_mg_dl", "chol mg_dl", "mg/dL"),
        ("2h glucose", "f_2h_glucose", "2h glucose", None),
        ("Größe (cm)", "grosse", "Größe", "cm"),
        ("年齢", "column_1", "年齢", None),
        ("outcome", "outcome_value", "outcome", None),
        ("seqn", "seqn_value", "seqn", None),
        ("a\tb\x00c", "a_b_c", "a b c", None),
        ("x" * 60, "x" * 40, "x" * 60, None),
    ],
)
def test_one_header(header: str, name: str, label: str, unit: str | None) -> None:
    made = names_of([header])[header]

    assert (made.name, made.label, made.unit) == (name, label, unit)


def test_headers_that_come_to_the_same_name_are_told_apart() -> None:
    headers = ["Glucose (mg/dL)", "Glucose (mmol/L)", "glucose", "GLUCOSE!"]
    made = names_of(headers)

    assert [one.name for one in made.values()] == ["glucose_2", "glucose_3", "glucose", "glucose_4"]
    assert [one.label for one in made.values()] == headers


@given(st.lists(st.text(min_size=1), min_size=1, max_size=60, unique=True))
def test_any_headers_become_good_names(headers: list[str]) -> None:
    made = list(names_of(headers).values())

    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,39}", one.name) for one in made)
    assert len({one.name for one in made}) == len({one.label for one in made}) == len(headers)
    assert not RESERVED & {one.name for one in made}
    assert all(one.label.strip() for one in made)
