"""Numbers as people write them."""

import pytest

from research.own_model.table.number_cells import decimal_mark, number_of


@pytest.mark.parametrize(
    ("word", "decimal", "value"),
    [
        ("12", ".", 12),
        ("12.50", ".", 12.5),
        (".5", ".", 0.5),
        ("1,234.5", ".", 1234.5),
        ("1.234,5", ",", 1234.5),
        ("1 234 567", ".", 1234567),
        ("1\u00a0234", ".", 1234),
        ("1'234.5", ".", 1234.5),
        ("-3", ".", -3),
        ("\u22123", ".", -3),
        ("1e-3", ".", 0.001),
        ("€ 1.200", ",", 1200),
        ("$-5", ".", -5),
        ("5 €", ".", 5),
        ("70kg", ".", 70),
        ("7 mmol/L", ".", 7),
    ],
)
def test_numbers(word: str, decimal: str, value: float) -> None:
    cell = number_of(word, decimal)

    assert cell is not None
    assert cell.value == value


@pytest.mark.parametrize(
    "word",
    ["1a", "2b", "A12", "1,23", "1.2.3", "12-34", "2020-01-02", "5 apples", "", "e5", "--5", "1,2,3", "5g"],
)
def test_what_is_no_number(word: str) -> None:
    assert number_of(word, ".") is None


@pytest.mark.parametrize(
    ("words", "mark"),
    [
        (["1,5", "2,25"], ","),
        (["1.5", "2.25"], "."),
        (["1,234", "5,678"], None),
        (["1.234", "5.678"], None),
        (["1234.567"], "."),
        ([",5"], ","),
        (["0,125"], ","),
        (["1,234.5"], "."),
        (["12", "yes"], None),
    ],
)
def test_the_mark_before_the_decimals(words: list[str], mark: str | None) -> None:
    assert decimal_mark(words) == mark
