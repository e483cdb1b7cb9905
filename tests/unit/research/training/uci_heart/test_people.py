"""Reading UCI Heart Disease. The rows are made up, each to carry one trap of the real table."""

import csv
import io

import pytest

from app.domain.schema import FeatureSchema
from app.engine.registry import ServedModel
from research.training.errors import TrainingError
from research.training.people import Participant, Tally
from research.training.uci_heart.people import COLUMNS, read_people

MADE_UP_ROW = {
    "id": "1",
    "age": "63",
    "sex": "Male",
    "dataset": "Cleveland",
    "cp": "typical angina",
    "trestbps": "144",
    "chol": "231",
    "fbs": "TRUE",
    "restecg": "lv hypertrophy",
    "thalch": "151",
    "exang": "FALSE",
    "oldpeak": "2.2",
    "slope": "downsloping",
    "ca": "0.0",
    "thal": "reversable defect",
    "num": "0",
}


@pytest.fixture(scope="module")
def schema(heart: ServedModel) -> FeatureSchema:
    return heart.model.schema


def read(schema: FeatureSchema, *rows: dict[str, str]) -> tuple[list[Participant], Tally]:
    """Read a table whose rows differ from the one above by these changes."""
    table = io.StringIO()
    writer = csv.DictWriter(table, [*MADE_UP_ROW, "unnamed"])
    writer.writeheader()
    writer.writerows(MADE_UP_ROW | row for row in rows)
    return read_people(schema, table.getvalue().encode())


def test_a_person_comes_in_the_schemas_own_kinds(schema: FeatureSchema) -> None:
    (person,), tally = read(schema, {})

    assert person == Participant(
        "1",
        values={
            "age": 63,
            "sex": "male",
            "chest_pain": "typical_angina",
            "sbp": 144,
            "total_cholesterol": 231,
            "high_fasting_sugar": True,
            "resting_ecg": "lv_hypertrophy",
            "max_heart_rate": 151,
            "exercise_angina": False,
            "st_depression": 2.2,
            "st_slope": "downsloping",
            "vessels": 0,
            "thallium": "reversible_defect",
        },
        outcome=False,
        site="Cleveland",
    )
    assert list(person.values) == list(schema.by_name)
    assert tally.out_of_range == {}


@pytest.mark.parametrize(("num", "outcome"), [("0", False), ("1", True), ("2", True), ("4", True)])
def test_any_narrowed_vessel_is_the_outcome(schema: FeatureSchema, num: str, outcome: bool) -> None:
    (person,), _ = read(schema, {"num": num})

    assert person.outcome is outcome


@pytest.mark.parametrize(
    ("feature", "column", "cell"),
    [("total_cholesterol", "chol", "0"), ("sbp", "trestbps", "0"), ("st_depression", "oldpeak", "-1.1")],
)
def test_a_value_that_cannot_be_is_unknown_and_counted(
    schema: FeatureSchema, feature: str, column: str, cell: str
) -> None:
    (person,), tally = read(schema, {column: cell})

    assert person.values[feature] is None
    assert tally.out_of_range == {feature: 1}


def test_an_st_depression_of_zero_is_known(schema: FeatureSchema) -> None:
    (person,), _ = read(schema, {"oldpeak": "0.0"})

    assert person.values["st_depression"] == 0


@pytest.mark.parametrize(
    ("feature", "column"),
    [
        ("sbp", "trestbps"),
        ("high_fasting_sugar", "fbs"),
        ("resting_ecg", "restecg"),
        ("exercise_angina", "exang"),
        ("st_slope", "slope"),
        ("vessels", "ca"),
        ("thallium", "thal"),
    ],
)
def test_an_empty_cell_is_unknown(schema: FeatureSchema, feature: str, column: str) -> None:
    (person,), tally = read(schema, {column: ""})

    assert person.values[feature] is None
    assert tally.out_of_range == {}


def test_a_row_that_repeats_another_is_left_out(schema: FeatureSchema) -> None:
    people, tally = read(schema, {"id": "405"}, {"id": "406"}, {"id": "407", "age": "64"})

    assert [person.id for person in people] == ["405", "407"]
    assert tally.dropped["listed twice"] == 1


def test_the_row_that_is_not_of_cleveland_is_left_out(schema: FeatureSchema) -> None:
    people, tally = read(schema, {"id": "303"}, {"id": "304", "age": "28"})

    assert [person.id for person in people] == ["303"]
    assert tally.dropped["listed under a site that does not have them"] == 1


def test_a_word_that_is_not_known_is_refused(schema: FeatureSchema) -> None:
    with pytest.raises(TrainingError, match=r"thal holds 'normale'"):
        read(schema, {"thal": "normale"})


def test_another_table_is_refused(schema: FeatureSchema) -> None:
    with pytest.raises(TrainingError, match="lacks columns"):
        read_people(schema, b"age,target\n63,1\n")


def test_a_feature_that_the_data_does_not_give_is_named(model_schema: FeatureSchema) -> None:
    with pytest.raises(TrainingError, match="does not give the feature ethnicity"):
        read(model_schema, {})


@pytest.fixture(scope="module")
def model_schema(served: ServedModel) -> FeatureSchema:
    """The schema of another model."""
    return served.model.schema


def test_the_site_and_the_number_of_narrowed_vessels_are_no_features(schema: FeatureSchema) -> None:
    assert {"dataset", "num"} <= set(COLUMNS)
    assert not {"dataset", "site", "num"} & set(schema.by_name)
