"""Dates are read in one form."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.parsing.dates import DateError, read_date


@given(st.dates())
def test_a_date_is_read_as_it_is_written(day: date) -> None:
    assert read_date(day.isoformat()) == day


@given(st.text())
def test_all_else_is_refused_without_its_text(text: str) -> None:
    with pytest.raises(DateError) as refused:
        read_date(f"{text} ")
    assert str(refused.value) == "must be a date such as 2027-03-31"


@pytest.mark.parametrize(
    "text",
    ["", "2027-2-3", "2027-02-30", "0000-01-01", "20270203", "2027-02-03 ", "2027-W01-1", "03.02.2027"],
)
def test_what_only_looks_like_one_is_refused(text: str) -> None:
    with pytest.raises(DateError):
        read_date(text)
