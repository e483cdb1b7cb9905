"""What people write is kept; what no keyboard writes is refused."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.parsing.free_text import FreeTextError, read_free_text


@pytest.mark.parametrize(
    "text",
    [
        "131\xa0mmHg",
        "131\u202fmmHg",
        "a\tb\nc",
        "👩\u200d⚕️",
        "\u200f\u05e9\u05dc\u05d5\u05dd\u200e",
        "\u2067\u05e9\u05dc\u05d5\u05dd\u2069",
        "क्\u200dष",
        "e\u0301",
        "\u3000",
        "\ufeff",
        "\u2028",
        "\xad",
        "\U000e0067",
        "",
        "<script>",
    ],
)
def test_ordinary_writing_is_kept(text: str) -> None:
    assert read_free_text(text) == text


@pytest.mark.parametrize(
    "text", ["\0", "a\x1bb", "\x07", "\x0b", "\x7f", "\x85", "\x9f", "\ud83d", "\ude00a"]
)
def test_controls_and_halves_of_characters_are_refused(text: str) -> None:
    with pytest.raises(FreeTextError, match=r"^holds a control character$"):
        read_free_text(text)


@given(st.text(st.characters()))
def test_nothing_but_controls_and_surrogates_is_refused(text: str) -> None:
    odd = {one for one in text if unicodedata.category(one) in ("Cc", "Cs")} - set("\t\n\r")
    try:
        kept = read_free_text(text)
    except FreeTextError:
        assert odd
        return
    assert not odd
    assert kept == text.replace("\r\n", "\n").replace("\r", "\n")
    kept.encode()  # so PostgreSQL can keep it
