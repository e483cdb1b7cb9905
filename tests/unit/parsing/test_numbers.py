"""Numbers are read by an explicit grammar, and mean what they say."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.parsing.numbers import NumberError, read_number, read_whole_number

DIGITS = st.text("0123456789", min_size=1, max_size=12)
SIGNS = st.sampled_from(["", "+", "-"])
NUMBERS = st.builds(
    "{}{}{}{}".format,
    SIGNS,
    DIGITS,
    st.just("") | DIGITS.map(".{}".format),
    st.just("") | st.builds("{}{}{}".format, st.sampled_from("eE"), SIGNS, st.integers(0, 250)),
)
ODD = st.text("0123456789+-.eE_, \t\n\xa0infatyx\u0661\uff13\xb2\u2212", max_size=10)
ASCII_NUMBER = set("0123456789+-.eE")
SENTENCES = {
    "must be a number",
    "must be a finite number",
    "must be a number with a decimal point, not a comma",
}


@given(NUMBERS)
@example("131")
@example("-0")
@example(".5")
@example("6.02e23")
def test_a_number_equals_what_it_says(text: str) -> None:
    assert read_number(text) == float(Decimal(text))


def assert_told(refused: NumberError) -> None:
    """In one of our sentences, none of which repeats the text."""
    assert str(refused) in SENTENCES


@given(ODD | st.text(max_size=6))
@example("1_3_1")
@example("inf")
@example("nan")
@example(" 1")
@example("1\n")
@example("١٣١")
@example("1e999999999")
@example("0x1p3")
def test_whatever_is_taken_is_what_decimal_makes_of_it_and_nothing_of_pythons_own_is(text: str) -> None:
    try:
        value = read_number(text)
    except NumberError as refused:
        assert_told(refused)
        return
    assert set(text) <= ASCII_NUMBER
    assert value == float(Decimal(text))


@given(NUMBERS, st.integers(0, 30), st.sampled_from(["_", " ", "\u202f", ",", "'", "\u0663", "x"]))
def test_what_python_or_a_person_puts_between_digits_is_refused(text: str, place: int, odd: str) -> None:
    spoilt = text[: place % (len(text) + 1)] + odd + text[place % (len(text) + 1) :]
    with pytest.raises(NumberError):
        read_number(spoilt)


@pytest.mark.parametrize("text", ["33,1", "-0,5", ",5", "1,234"])
def test_a_decimal_comma_is_named(text: str) -> None:
    with pytest.raises(NumberError, match="decimal point, not a comma"):
        read_number(text)


@given(st.integers(-(10**18) + 1, 10**18 - 1), st.booleans())
def test_a_whole_number_is_read_as_it_is(value: int, signed: bool) -> None:
    assert read_whole_number(f"{value:+}" if signed else str(value)) == value


@given(ODD)
@example("1_0")
@example("5.0")
@example("9" * 5_000)
@example("٣")
def test_whole_numbers_are_a_sign_and_digits_alone(text: str) -> None:
    try:
        value = read_whole_number(text)
    except NumberError:
        return
    assert set(text) <= set("+-0123456789")
    assert value == Decimal(text)
