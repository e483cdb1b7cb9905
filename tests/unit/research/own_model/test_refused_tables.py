"""Tables that cannot be used as they are: each refusal says where, and what to do."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from research.own_model.table.reading import read_table
from research.training.errors import TrainingError
from tests.unit.research.own_model.tables import PEOPLE, column, plain, write_csv


def refusal(path: Path, outcome: str = "chd", id_column: str | None = None) -> str:
    with pytest.raises(TrainingError) as error:
        read_table(path, outcome, id_column, None)
    return str(error.value)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\n\n", "The file is empty: a table has a header"),
        (b"age,sbp,chd\n", "has a header and no rows"),
        (b"63,140,1\n61,150,0\n", "first row holds numbers, not names"),
        (b"PK\x03\x04rest", "save the sheet as CSV"),
        (b"\x1f\x8b\x08rest", "is compressed: unpack it"),
        (b"PAR1 and no more", "not a Parquet file, or is damaged"),
        (b"age,chd\n6\x003,1\n", "neither text nor Parquet, as line 2 holds a byte 0"),
        (
            b"age,chd\n63,1\n" + 200_000 * b"x" + b",1\n",
            "line 3 of the file a cell has more than 131,072 signs",
        ),
        (b'age,chd\n63,1\n"64,0\n65,1\n', "quotation marks does not end"),
        (b"age,chd\n63,1\n64,0,5\n", "Row 2 has 3 cells, but the header has 2"),
    ],
)
def test_what_is_no_table(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "people.csv").write_bytes(content)

    assert told in refusal(tmp_path / "people.csv")


def test_no_file_and_no_file_but_a_folder(tmp_path: Path) -> None:
    assert "There is no file" in refusal(tmp_path / "people.csv")
    assert "cannot be read" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("outcome", "wanted", "told"),
    [
        (column("0", "1"), "CHD", 'no column "CHD" for the outcome. Did you mean "chd"?'),
        (column("", "NA"), "chd", "no row tells who has it"),
        (column("1"), "chd", "everybody has it"),
        (column("no"), "chd", "nobody has it"),
        (column("M"), "chd", "says the same in all rows"),
        (
            column("M", "B"),
            "chd",
            """holds 'M' and 'B'. Say which of them is the outcome, such as --outcome "chd=M\"""",
        ),
        (column("1", "2"), "chd", """Say which of them is the outcome, such as --outcome "chd=1\""""),
        (["nein"] * 150 + ["ja"] * 50, "chd", """such as --outcome "chd=ja\""""),
        (column("0", "1", "2"), "chd", "holds '0' and '1' and '2'"),
        (column("M", "B"), "chd=malignant", """never is "malignant"; it holds 'M' and 'B'"""),
        ([str(row) for row in range(PEOPLE)], "chd", "has 200 different values; an outcome has two"),
        (["1"] * 14 + ["0"] * 186, "chd", "Only 14 of 200 rows have the outcome"),
        (["1"] * 186 + ["0"] * 14, "chd", "Only 14 of 200 rows do not have the outcome"),
        (["1"] * 20 + ["0"] * 20 + [""] * 160, "chd", "40 rows tell the outcome"),
    ],
)
def test_outcomes(tmp_path: Path, outcome: Sequence[object], wanted: str, told: str) -> None:
    path = write_csv(tmp_path / "p.csv", plain() | {"chd": outcome})

    assert told in refusal(path, wanted)


def test_twelve_rows(tmp_path: Path) -> None:
    told = refusal(write_csv(tmp_path / "p.csv", plain(12)))

    assert told.startswith("12 rows tell the outcome")
    assert "at least 50" in told


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        (
            {"dose": column("5 mg", "0.5 g", "7 mg")},
            'The column "dose" mixes units (mg from row 1, g from row 2)',
        ),
        (
            {"fat": column("45 %", "0.45", "0.3")},
            'The column "fat" mixes units (% from row 1, none from row 2)',
        ),
        (
            {"ldl": [*(f"{row}.5" for row in range(PEOPLE - 20)), *(f"see note {row}" for row in range(20))]},
            'The column "ldl" mixes numbers with other text: 20 cells are no number, the first in row 181',
        ),
    ],
)
def test_columns_that_mix_what_cannot_be_one(
    tmp_path: Path, columns: dict[str, Sequence[object]], told: str
) -> None:
    assert told in refusal(write_csv(tmp_path / "p.csv", plain() | columns))


def test_every_column_with_a_fault_is_told_at_once(tmp_path: Path) -> None:
    mixed = {"dose": column("5 mg", "0.5 g"), "fat": column("45 %", "0.45")}
    told = refusal(write_csv(tmp_path / "p.csv", plain() | mixed))

    assert '"dose"' in told
    assert '"fat"' in told


def test_two_columns_of_one_name(tmp_path: Path) -> None:
    frame = pd.DataFrame(plain())
    path = tmp_path / "p.csv"
    frame.set_axis(["age", "age", "smoking", "chd"], axis=1).to_csv(path, index=False)

    assert 'Columns 1 and 2 are both called "age", with different cells' in refusal(path)


def test_a_table_without_a_usable_column(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "p.csv", {"chd": plain()["chd"], "study": column("A"), "none": column("")})
    only = write_csv(tmp_path / "only.csv", {"chd": plain()["chd"], "": column("")})

    assert '"study" (it says the same in every row); "none" (it is empty)' in refusal(path)
    assert "No column can be a feature" in refusal(only)


def test_ids_that_are_not_there_or_are_the_outcome(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "p.csv", plain())

    assert 'no column "patient" for ids' in refusal(path, id_column="patient")
    assert "cannot be the id" in refusal(path, id_column="chd")


def test_no_refusal_tells_a_persons_value(tmp_path: Path) -> None:
    """Only words of the outcome are told, which somebody has to choose from."""
    secret = [*(f"{row}.5" for row in range(PEOPLE - 20)), *(f"Smith {row}" for row in range(20))]

    assert "Smith" not in refusal(write_csv(tmp_path / "p.csv", plain() | {"ldl": secret}))
    (tmp_path / "long.csv").write_text("age,chd\n63,1\n64,0,Smith\n")
    assert "Smith" not in refusal(tmp_path / "long.csv")
