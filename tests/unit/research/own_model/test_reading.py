"""Reading an owner's table."""

from pathlib import Path

import pandas as pd
import pytest

from research.own_model.table.reading import read_table
from tests.unit.research.own_model.tables import plain, write_csv


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_plain_table_is_read_whole(tmp_path: Path, delimiter: str) -> None:
    table = read_table(write_csv(tmp_path / "people.csv", plain(), delimiter), "chd", None, None)

    assert list(table.frame.columns) == ["age", "sbp", "smoking"]
    assert table.frame["age"].tolist() == plain()["age"]
    assert table.outcome.tolist() == [value == 1 for value in plain()["chd"]]
    assert table.ids[:2] == ["1", "2"]
    assert table.sites is None
    assert table.name == "people"


def test_parquet_says_the_same_as_csv(tmp_path: Path) -> None:
    pd.DataFrame(plain()).to_parquet(tmp_path / "people.parquet", index=False)
    from_parquet = read_table(tmp_path / "people.parquet", "chd", None, None)
    from_csv = read_table(write_csv(tmp_path / "people.csv", plain()), "chd", None, None)

    pd.testing.assert_frame_equal(from_parquet.frame, from_csv.frame)
    assert from_parquet.outcome.tolist() == from_csv.outcome.tolist()
