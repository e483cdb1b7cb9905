"""Tables as callers have them: what is read, and what is refused by row and column, never by value."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.turnpoint.frames.people import SCHEMA, people
from turnpoint import FrameError
from turnpoint.frames.people import Naming, People, people_of
from turnpoint.frames.questions import naming_of
from turnpoint.frames.schema import rules_of
from turnpoint.frames.table import Frame, read_table

RULES = rules_of(SCHEMA)
SECRET = "31415926"
"""A value that no error may repeat."""


def read(frame: Frame, on_invalid: Any = "reject", **naming: Any) -> People:
    named = {"patient_id": None, "id_columns": ()} | naming
    return people_of(read_table(frame), RULES, naming_of(**named), on_invalid)


def refused(frame: Any, **naming: Any) -> list[str]:
    with pytest.raises(FrameError) as caught:
        read(frame, **naming)
    assert SECRET not in str(caught.value)
    return [str(fault) for fault in caught.value.faults]


def test_people_are_read_in_order_in_the_kinds_and_the_order_of_the_model() -> None:
    frame = people()[["sex", "walks", "bmi", "age"]]
    found = read(frame)
    assert [person.label for person in found.asked] == ["a", "b", "c"]
    assert list(found.asked[0].features.items()) == [
        ("age", 54),
        ("bmi", 31.5),
        ("walks", True),
        ("sex", "male"),
    ]
    assert found.asked[1].features["bmi"] is None
    assert found.asked[1].features["walks"] is False


RECORDS = people().astype(object).where(lambda frame: frame.notna(), None).to_dict("records")


@pytest.mark.parametrize(
    "as_frame",
    [
        lambda frame: frame.astype({"age": "Int64", "bmi": "Float64", "walks": "boolean", "sex": "category"}),
        lambda frame: frame.astype({"age": "float64", "bmi": "float32", "walks": "float64", "sex": "string"}),
        lambda frame: frame.astype({"age": "int8", "walks": bool, "sex": object}),
        lambda frame: frame.astype(object),
        lambda frame: frame.convert_dtypes(dtype_backend="pyarrow"),
        lambda frame: frame.assign(bmi=[Decimal("31.5"), pd.NA, np.float64(24)]),
        lambda frame: frame.assign(bmi=[31.5, pd.NaT, 24]),
        lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
        lambda _: RECORDS,
    ],
    ids=["nullable", "floats", "small", "objects", "arrow-backed", "decimals", "NaT", "arrow", "records"],
)
def test_every_way_to_write_the_same_people_reads_the_same(as_frame: Callable[[Any], Any]) -> None:
    expected = [person.features for person in read(people()).asked]
    assert [person.features for person in read(as_frame(people())).asked] == expected


def test_a_polars_frame_is_read() -> None:
    polars = pytest.importorskip("polars")
    expected = [person.features for person in read(people()).asked]
    assert [person.features for person in read(polars.DataFrame(RECORDS)).asked] == expected


FAULTS = {
    "a text for a number": (
        people(bmi=["31", SECRET, 24]),
        "row b, column bmi must be a number, and is text",
    ),
    "a date": (
        people(bmi=[31, date(2020, 1, 1), 24]),
        "row b, column bmi must be a number, and is a date or time",
    ),
    "a time stamp": (
        people(bmi=pd.to_datetime(["2020-01-01"] * 3)),
        "column bmi must be a number, and is a date or time, in every row",
    ),
    "true for a number": (
        people(bmi=[True, False, True]),
        "column bmi must be a number, and is true or false, in every row",
    ),
    "out of range": (
        people(bmi=[31.5, float(SECRET), 24]),
        "row b, column bmi must be between 10 and 90 kg/m²",
    ),
    "infinite": (people(bmi=[31.5, np.inf, 24]), "row b, column bmi must be a finite number"),
    "part of a whole number": (people(age=[54, 61.5, 40]), "row b, column age must be a whole number"),
    "missing and required": (people(age=[54, None, 40]), "row b, column age is required"),
    "two for yes or no": (people(walks=[1, 2, 0]), "row b, column walks must be true or false, or 1 or 0"),
    "a strange word": (people(sex=["male", SECRET, "male"]), "row b, column sex must be one of female, male"),
    "no such feature": (
        people(site=1),
        "column site is not a feature of this model: drop it, or name it in id_columns to keep it",
    ),
    "a column that may be data": (
        people(**{SECRET: 1}),
        "column number 5 is not a feature of this model: drop it, or name it in id_columns to keep it",
    ),
    "a required column left out": (
        people().drop(columns="age"),
        "column age is required, and not in the table",
    ),
    "a column twice": (
        pd.concat([people(), people()[["bmi"]]], axis="columns"),
        "column bmi is there more than once",
    ),
    "no rows": (people().head(0), "it has no rows"),
    "nothing at all": (pd.DataFrame(), "it has no columns"),
    "columns of several levels": (
        pd.concat({"x": people()}, axis="columns"),
        "it has columns of several levels: give it one name for each column",
    ),
    "an index of several levels": (
        people().set_index(["age", "sex"]),
        "it has an index of several levels: make columns of it with reset_index()",
    ),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_is_told_by_row_and_column_and_without_the_value(what: str) -> None:
    frame, sentence = FAULTS[what]
    assert sentence in refused(frame)


@pytest.mark.parametrize(
    "what",
    [SECRET, 5, [1, 2], object(), people()["bmi"]],
    ids=["text", "number", "numbers", "object", "series"],
)
def test_what_is_no_table_is_said_to_be_none(what: Any) -> None:
    [sentence] = refused(what)
    assert sentence.startswith("it is not a table")


def test_all_faults_are_in_one_error() -> None:
    told = refused(people(age=[54, 200, 40], sex=["male", "female", "x"]))
    assert told == [
        "row b, column age must be between 18 and 120 years",
        "row c, column sex must be one of female, male",
    ]


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        (
            {"bmi": [date(2020, 1, 1), None] * 100},
            "must be a number, and is a date or time, in every row that",
        ),
        ({"bmi": [SECRET] * 200}, "must be a number, and is text, in every row"),
        ({"age": [SECRET, "54"] * 100}, "must be a number, and is text, in every row"),
        ({"age": [None] * 200}, "is required, and has no value in any row"),
        ({"bmi": [0.315] * 200}, "must be between 10 and 90 kg/m², in every row"),
    ],
    ids=["dates", "texts", "numbers as text", "nothing", "another unit"],
)
def test_a_column_that_is_wrong_throughout_is_one_fault(columns: Any, told: str) -> None:
    many = pd.concat([people().iloc[[0, 2]]] * 100, ignore_index=True).assign(**columns)
    many.loc[7, "walks"] = 2
    [name] = columns
    whole, other = refused(many)
    assert whole.startswith(f"column {name} {told}")
    assert other == "row 7, column walks must be true or false, or 1 or 0"


def test_a_column_with_one_good_value_is_told_by_its_rows() -> None:
    assert refused(people(bmi=["31", "24", 24.0])) == [
        f"row {row}, column bmi must be a number, and is text" for row in "ab"
    ]


def test_a_column_of_an_optional_feature_may_be_left_out() -> None:
    assert "bmi" not in read(people().drop(columns="bmi")).asked[0].features


def test_rows_with_faults_may_be_skipped() -> None:
    found = read(people(age=[54, 200, 40]), on_invalid="skip")
    assert [person.label for person in found.asked] == ["a", "c"]
    assert [person.row for person in found.asked] == [0, 2]
    assert [str(fault) for fault in found.faulty[1]] == ["row b, column age must be between 18 and 120 years"]


def test_columns_of_ids_are_kept_and_not_sent() -> None:
    found = read(people(mrn=[7, None, 9], ward=["x", "y", "z"]), id_columns=["mrn", "ward"])
    assert found.ids == [
        {"mrn": 7, "ward": "x"},
        {"mrn": None, "ward": "y"},
        {"mrn": 9, "ward": "z"},
    ]
    assert set(found.asked[0].features) == set(SCHEMA["properties"])
    assert found.made_ids
    assert len({person.patient_id for person in found.asked}) == 3


def test_a_column_names_the_patients() -> None:
    found = read(people(mrn=["P-1", "P-2", "P-1"]), patient_id="mrn")
    assert [person.patient_id for person in found.asked] == ["P-1", "P-2", "P-1"]
    assert not found.made_ids
    whole = read(people(mrn=[7.0, 8.0, 9.0]), patient_id="mrn")
    assert [person.patient_id for person in whole.asked] == ["7", "8", "9"]


@pytest.mark.parametrize(
    "ids", [["P-1", None, "P-3"], ["P-1", "a name", "P-3"], ["P-1", "x" * 65, "P-3"], [1, 2.5, 3]]
)
def test_an_id_that_cannot_be_one_is_told_by_its_row(ids: list[Any]) -> None:
    [fault] = refused(people(mrn=ids), patient_id="mrn")
    assert fault == "row b, column mrn must be an id of 1 to 64 letters, digits, dots, underscores or hyphens"


def test_ids_that_are_made_differ_from_call_to_call_and_not_under_one_key() -> None:
    def made(key: str | None) -> str:
        return naming_of(None, (), key).made

    assert made(None) != made(None)
    assert made("a") == made("a") != made("b")


@pytest.mark.parametrize(
    ("frame", "naming", "sentence"),
    [
        (people(), {"id_columns": ["mrn"]}, "column mrn is not in the table"),
        (people(), {"id_columns": ["age"]}, "column age is a feature of the model, and cannot name people"),
        (
            people(risk=1),
            {"id_columns": ["risk"]},
            "column risk is what results call a column of theirs: rename it",
        ),
        (
            people(patient_id=1),
            {"id_columns": ["patient_id"]},
            "column patient_id is what results call a column of theirs: rename it",
        ),
    ],
)
def test_a_column_that_cannot_name_people_is_said_so(frame: Any, naming: Any, sentence: str) -> None:
    assert sentence in refused(frame, **naming)


@given(st.lists(st.floats(width=32), min_size=1, max_size=20))
def test_a_number_is_sent_or_refused_and_never_changed(values: list[float]) -> None:
    frame = pd.DataFrame({"age": 50, "bmi": values, "walks": True, "sex": "male"})
    found = people_of(read_table(frame), RULES, Naming(None, (), "made"), "skip")
    sent = {person.row: person.features["bmi"] for person in found.asked}
    for row, value in enumerate(values):
        if np.isnan(value):
            assert sent[row] is None
        elif 10 <= value <= 90:
            assert sent[row] == value
        else:
            assert [fault.column for fault in found.faulty[row]] == ["bmi"]


@given(st.permutations(["age", "bmi", "walks", "sex"]))
def test_the_order_of_columns_says_nothing(order: list[str]) -> None:
    expected = [person.features for person in read(people()).asked]
    assert [person.features for person in read(people()[order]).asked] == expected
