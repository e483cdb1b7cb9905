"""Reading an owner's table: file formats, ids and sites, and what a row is called."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from research.own_model.table.limits import Limits
from research.own_model.table.reading import read_table
from research.training.errors import TrainingError
from tests.unit.research.own_model.tables import PEOPLE, column, plain, write_csv


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_plain_table_is_read_whole(tmp_path: Path, delimiter: str) -> None:
    path = write_csv(tmp_path / "people.csv", plain(), delimiter)
    table = read_table(path, "chd", None, None)

    assert list(table.frame.columns) == ["age", "sbp", "smoking"]
    assert table.frame["age"].tolist() == plain()["age"]
    assert table.frame["smoking"].tolist() == plain()["smoking"]
    assert table.outcome.tolist() == [value == 1 for value in plain()["chd"]]
    assert table.ids[:2] == ["1", "2"]
    assert table.sites is None
    assert table.name == "people"
    assert table.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert not table.left_out


def test_parquet_says_the_same_as_csv(tmp_path: Path) -> None:
    columns = plain() | {"smoker": column(True, False, None), "crp": column(1.5, None, 2.25)}
    pd.DataFrame(columns).to_parquet(tmp_path / "people.parquet", index=False)
    from_parquet = read_table(tmp_path / "people.parquet", "chd", None, None)
    from_csv = read_table(write_csv(tmp_path / "people.csv", columns), "chd", None, None)

    pd.testing.assert_frame_equal(from_parquet.frame, from_csv.frame)
    assert from_parquet.outcome.tolist() == from_csv.outcome.tolist()


def test_the_index_that_pandas_writes_into_parquet_is_no_feature(tmp_path: Path) -> None:
    pd.DataFrame(plain()).set_axis(range(7, 7 + PEOPLE)).to_parquet(tmp_path / "people.parquet", index=True)
    pd.DataFrame(plain()).sample(frac=1, random_state=0).to_parquet(tmp_path / "shuffled.parquet", index=True)

    for name in ("people", "shuffled"):
        table = read_table(tmp_path / f"{name}.parquet", "chd", None, None)
        assert list(table.frame.columns) == ["age", "sbp", "smoking"]


@pytest.mark.parametrize(
    ("encoding", "note"), [("utf-8", None), ("utf-8-sig", None), ("utf-16", None), ("latin-1", "Latin-1")]
)
def test_encodings(tmp_path: Path, encoding: str, note: str | None) -> None:
    path = tmp_path / "people.csv"
    columns = plain() | {"größe": column("groß", "klein")}
    path.write_text(pd.DataFrame(columns).to_csv(index=False), encoding=encoding)
    table = read_table(path, "chd", None, None)

    assert table.frame["größe"].tolist() == column("groß", "klein")
    assert any("Latin-1" in said for said in table.notes) == (note is not None)


def test_cells_in_quotation_marks_may_hold_the_delimiter_and_new_lines(tmp_path: Path) -> None:
    table = read_table(
        write_csv(tmp_path / "p.csv", plain() | {"work": column("sits, mostly", 'stands\n"all" day')}),
        "chd",
        None,
        None,
    )

    assert table.frame["work"].tolist() == column("sits, mostly", 'stands "all" day')


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_comma_for_the_decimals(tmp_path: Path, delimiter: str) -> None:
    columns = plain() | {"bmi": column("21,5", "30,25", "28"), "cost": column("1.234", "2.500,5", "900")}
    table = read_table(write_csv(tmp_path / "p.csv", columns, delimiter), "chd", None, None)

    assert table.frame["bmi"].tolist() == column(21.5, 30.25, 28.0)
    assert table.frame["cost"].tolist() == column(1234.0, 2500.5, 900.0)


def test_points_between_thousands_where_other_columns_have_a_comma_for_decimals(tmp_path: Path) -> None:
    columns = plain() | {"bmi": column("21,5", "30,25", "28"), "steps": column("1.234", "12.345", "900")}
    table = read_table(write_csv(tmp_path / "p.csv", columns, ";"), "chd", None, None)

    assert table.frame["steps"].tolist() == column(1234.0, 12345.0, 900.0)
    assert 'In the column "steps" 1.234 was read as a thousand and some.' in table.notes


def test_three_decimals_are_decimals(tmp_path: Path) -> None:
    columns = plain() | {"crp": column("1.234", "12.345", "7.001")}
    table = read_table(write_csv(tmp_path / "p.csv", columns), "chd", None, None)

    assert table.frame["crp"].tolist() == column(1.234, 12.345, 7.001)
    assert not table.notes


def test_commas_between_thousands(tmp_path: Path) -> None:
    columns = plain() | {"steps": column("1,234", "12,345", "900"), "bmi": column("21.5", "30.25")}
    table = read_table(write_csv(tmp_path / "p.csv", columns), "chd", None, None)

    assert table.frame["steps"].tolist() == column(1234.0, 12345.0, 900.0)


def test_rows_of_a_person_keep_their_id(tmp_path: Path) -> None:
    columns = plain() | {"person": [f"P{row // 4}" for row in range(PEOPLE)]}
    table = read_table(write_csv(tmp_path / "p.csv", columns), "chd", "person", None)

    assert table.ids == columns["person"]
    assert "person" not in table.frame
    assert any("200 rows are of 50 people" in note for note in table.notes)


def test_ids_that_are_numbers_have_no_decimals(tmp_path: Path) -> None:
    pd.DataFrame(plain() | {"nr": np.arange(1000.0, 1000 + PEOPLE)}).to_parquet(tmp_path / "p.parquet")

    assert read_table(tmp_path / "p.parquet", "chd", "nr", None).ids[:2] == ["1000", "1001"]


def test_a_row_without_id_is_a_person_of_its_own(tmp_path: Path) -> None:
    columns = plain() | {"who": ["", "", *(f"P{row}" for row in range(2, PEOPLE))]}
    table = read_table(write_csv(tmp_path / "p.csv", columns), "chd", "who", None)

    assert len(set(table.ids)) == PEOPLE
    assert any('"who" is empty in 2 rows, the first is row 1' in note for note in table.notes)


def test_sites(tmp_path: Path) -> None:
    columns = plain() | {"clinic": column("north", "south", "")}
    table = read_table(write_csv(tmp_path / "p.csv", columns), "chd", None, "clinic")

    assert table.sites == column("north", "south", "unknown")
    assert "clinic" not in table.frame


def test_rows_that_do_not_tell_the_outcome_are_left_out_and_the_others_keep_their_numbers(
    tmp_path: Path,
) -> None:
    columns = plain()
    columns["chd"] = ["", "?", *columns["chd"][2:]]
    table = read_table(write_csv(tmp_path / "p.csv", columns), "chd", None, None)

    assert len(table.outcome) == len(table.frame) == PEOPLE - 2
    assert table.ids[0] == "3"
    assert table.frame.index[0] == 3
    assert '2 of 200 rows do not tell the outcome "chd": left out.' in table.notes


@pytest.mark.parametrize("write", [pd.DataFrame.to_csv, pd.DataFrame.to_parquet])
@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (Limits(rows=199), "200 rows, and at most 199"),
        (Limits(columns=3), "4 columns, and at most 3"),
        (Limits(cells=799), "200 rows and 4 columns, 800 cells, and at most 799"),
        (Limits(bytes=100), "at most 100 bytes"),
    ],
)
def test_a_table_that_is_too_large_is_refused_with_its_size(
    tmp_path: Path, write: Callable[..., object], limits: Limits, told: str
) -> None:
    write(pd.DataFrame(plain()), tmp_path / "p", index=False)

    with pytest.raises(TrainingError, match=told):
        read_table(tmp_path / "p", "chd", None, None, limits)


def test_a_table_at_its_limits_is_read(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "p.csv", plain())
    limits = Limits(rows=200, columns=4, cells=800, bytes=path.stat().st_size)

    assert len(read_table(path, "chd", None, None, limits).outcome) == PEOPLE


def test_row_names_as_r_writes_them(tmp_path: Path) -> None:
    lines = write_csv(tmp_path / "p.csv", plain()).read_text().splitlines()
    named = [lines[0], *(f'"{number}",{line}' for number, line in enumerate(lines[1:], start=1))]
    (tmp_path / "r.csv").write_text("\n".join(named))

    assert list(read_table(tmp_path / "r.csv", "chd", None, None).frame.columns) == ["age", "sbp", "smoking"]
