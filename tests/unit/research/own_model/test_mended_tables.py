"""What is mended in a table, and what is left out of it: both are said."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from research.own_model.table.own_table import OwnTable
from research.own_model.table.reading import read_table
from tests.unit.research.own_model.tables import PEOPLE, column, plain, write_csv


def read_with(tmp_path: Path, name: str, cells: Sequence[object]) -> OwnTable:
    return read_table(write_csv(tmp_path / "p.csv", plain() | {name: cells}), "chd", None, None)


@pytest.mark.parametrize(
    ("cells", "values", "note"),
    [
        (column("5 mg", "5", "10mg"), column(5, 5, 10), '"mg" was taken off 133 cells'),
        (
            column("$1,200", "$900", "$1,300"),
            column(1200, 900, 1300),
            "sign of a currency was taken off 200 cells",
        ),
        (column("45 %", "50", "5.5%"), column(45, 50, 5.5), '"%" was taken off 133 cells'),
        (column("<5", "7", "90+"), column(5, 7, 90), "133 cells with a limit"),
        (column(" 7 ", "8", "9"), column(7, 8, 9), None),
        (column("1e3", "-2", "+4"), column(1000, -2, 4), None),
        (column("7", "8", "NA"), column(7, 8, None), '"NA" was taken as missing, in 66 cells of "x"'),
        (column("7", "8", "?"), column(7, 8, None), '"?" was taken as missing'),
        (column("7", "8", "-"), column(7, 8, None), '"-" was taken as missing'),
        (column("7", "8", "Unknown"), column(7, 8, None), '"Unknown" was taken as missing'),
        (column("7", "8", "not done"), column(7, 8, None), '"not done" was taken as missing'),
        (column("7", "8", ""), column(7, 8, None), None),
        (
            ["see note", *column("7", "8", "9")[1:]],
            [None, *column(7, 8, 9)[1:]],
            "1 cell is no number, the first in row 1",
        ),
        (
            ["7", "inf", *column("7", "8", "9")[2:]],
            [7, None, *column(7, 8, 9)[2:]],
            "1 cell is infinite, the first in row 2",
        ),
        (
            ["1" * 20, *column("7", "8", "9")[1:]],
            [None, *column(7, 8, 9)[1:]],
            "1 cell is above 10^15, the first in row 1",
        ),
    ],
)
def test_numbers(tmp_path: Path, cells: Sequence[object], values: Sequence[object], note: str | None) -> None:
    table = read_with(tmp_path, "x", cells)
    wanted = np.array([np.nan if value is None else value for value in values], dtype=float)

    np.testing.assert_array_equal(table.frame["x"].to_numpy(), wanted)
    assert note is None or any(note in said for said in table.notes), table.notes


@pytest.mark.parametrize(
    ("yes", "no"), [("yes", "no"), ("Y", "N"), ("TRUE", "FALSE"), ("1", "0"), ("1.0", "0.0"), ("t", "f")]
)
def test_yes_and_no(tmp_path: Path, yes: str, no: str) -> None:
    table = read_with(tmp_path, "x", column(yes, no, ""))

    assert table.frame["x"].dtype == "boolean"
    assert table.frame["x"].isna().tolist() == column(False, False, True)
    assert table.frame["x"].fillna(False).tolist() == column(True, False, False)


def test_words_that_differ_in_capitals_alone_are_one(tmp_path: Path) -> None:
    table = read_with(tmp_path, "sex", column("Male", "male ", "Female", "Male"))

    assert set(table.frame["sex"]) == {"Male", "Female"}
    assert any("capitals" in note for note in table.notes)


def test_none_is_a_category_among_words(tmp_path: Path) -> None:
    assert set(read_with(tmp_path, "drug", column("none", "statin")).frame["drug"]) == {"none", "statin"}


@pytest.mark.parametrize(
    ("name", "cells", "reason"),
    [
        ("x", column(""), "is empty"),
        ("x", column("NA", "?"), "is empty"),
        ("x", column("7"), "says the same in every row"),
        ("x", column("yes", ""), "if an empty cell means no, write no"),
        ("x", column("2020-01-31", "1999-12-01"), "dates"),
        ("x", column("31.1.2020", "1.12.1999"), "dates"),
        ("x", column("12 Jan 2020", "3 March 1999 08:30"), "dates"),
        ("x", [f"came in with a {row % 140} day old cough" for row in range(PEOPLE)], "140 different words"),
        ("x", [f"Smith {row}" for row in range(PEOPLE)], "differs in nearly every row"),
        ("x", list(range(PEOPLE)), "numbers the rows"),
        ("x", list(range(500, 500 + PEOPLE)), "numbers the rows"),
        ("x", [10**17 + row * 37 for row in range(PEOPLE)], "too large to be told apart"),
        ("x", ["1e308" if row % 3 else "5" for row in range(PEOPLE)], "which nothing measured is"),
        ("x", ["inf" if row % 3 else "5" for row in range(PEOPLE)], "it holds infinite numbers"),
        ("patient_id", [row // 2 * 7 % 1000 for row in range(PEOPLE)], '--id "patient_id"'),
        ("MRN", [row * 7919 % 100003 for row in range(PEOPLE)], '--id "MRN"'),
        ("case no", [row * 7919 % 100003 for row in range(PEOPLE)], "names people"),
        ("again", plain()["chd"], "says the same as the outcome"),
        ("well", ["sick" if value else "well" for value in plain()["chd"]], "says the same as the outcome"),
    ],
)
def test_columns_that_are_left_out(tmp_path: Path, name: str, cells: Sequence[object], reason: str) -> None:
    table = read_with(tmp_path, name, cells)

    assert list(table.frame.columns) == ["age", "sbp", "smoking"]
    assert reason in table.left_out[name]
    assert any(name in note and reason in note for note in table.notes)


def test_a_group_may_be_called_an_id(tmp_path: Path) -> None:
    assert "ward_id" in read_with(tmp_path, "ward_id", column("1", "2", "3", "4")).frame


def test_columns_without_a_name_are_told_by_their_place(tmp_path: Path) -> None:
    table = read_with(tmp_path, "", column("7", "8", "9"))

    assert table.left_out == {"column 5": "it has no name; give it one if it is to be used"}


def test_a_column_that_is_there_twice_with_the_same_cells(tmp_path: Path) -> None:
    frame = pd.DataFrame(plain())
    path = tmp_path / "p.csv"
    pd.concat([frame, frame[["age"]]], axis=1).to_csv(path, index=False)
    table = read_table(path, "chd", None, None)

    assert list(table.frame.columns) == ["age", "sbp", "smoking"]
    assert any('"age" is there twice' in note for note in table.notes)


def test_rows_that_end_early(tmp_path: Path) -> None:
    lines = (
        write_csv(tmp_path / "p.csv", plain() | {"crp": column("1.5", "2.5", "3")}).read_text().splitlines()
    )
    lines[3] = lines[3].rsplit(",", 1)[0]
    (tmp_path / "p.csv").write_text("\n".join(lines))
    table = read_table(tmp_path / "p.csv", "chd", None, None)

    assert table.frame["crp"].isna().tolist().index(True) == 2
    assert any("the first is row 3" in note for note in table.notes)


def test_repeated_rows_are_kept_and_told(tmp_path: Path) -> None:
    frame = pd.DataFrame(plain() | {"crp": np.arange(PEOPLE) % 150 / 7})
    path = tmp_path / "p.csv"
    pd.concat([frame, frame.head(3)]).to_csv(path, index=False)
    table = read_table(path, "chd", None, None)

    assert len(table.outcome) == PEOPLE + 3
    assert any("rows repeat an earlier one" in note for note in table.notes)


def test_types_of_parquet_that_no_feature_is_made_of(tmp_path: Path) -> None:
    frame = pd.DataFrame(plain()).assign(
        seen=pd.Timestamp("2020-01-01") + pd.to_timedelta(np.arange(PEOPLE), unit="D"),
        list_of=[[1, 2]] * PEOPLE,
        group=pd.Categorical(column("a", "b")),
    )
    frame.to_parquet(tmp_path / "p.parquet")
    table = read_table(tmp_path / "p.parquet", "chd", None, None)

    assert list(table.frame.columns) == ["age", "sbp", "smoking", "group"]
    assert set(table.left_out) == {"seen", "list_of"}
