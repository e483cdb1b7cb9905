"""A column of survey weights: read, kept from the features, and refused where it is none."""

from pathlib import Path

import pandas as pd
import pytest

from research.own_model.table.reading import read_table
from research.training.errors import TrainingError
from tests.own_tables import ordinary, written


def table_with(weights: object) -> pd.DataFrame:
    return ordinary(100).assign(mec=weights)


def test_weights_are_read_and_are_no_feature(tmp_path: Path) -> None:
    table = read_table(
        written(table_with(range(1, 101)), tmp_path), "event", "patient", None, weight_column="mec"
    )
    assert table.weights is not None
    assert table.weights.tolist() == list(range(1, 101))
    assert "mec" not in table.frame.columns


@pytest.mark.parametrize("wrong", [0, -3, "", "much"])
def test_a_row_without_a_weight_is_named_and_not_quoted(tmp_path: Path, wrong: object) -> None:
    path = written(table_with([1.5] * 40 + [wrong] + [2.5] * 59), tmp_path)
    with pytest.raises(TrainingError) as caught:
        read_table(path, "event", "patient", None, weight_column="mec")
    assert '"mec"' in str(caught.value)
    assert "the first is row 41" in str(caught.value)
    assert "much" not in str(caught.value)


def test_a_column_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match='no column "mec" for weights'):
        read_table(written(ordinary(100), tmp_path), "event", "patient", None, weight_column="mec")
