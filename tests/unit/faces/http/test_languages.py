"""A reader gets the language that they chose, else the one that their browser likes best."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.faces.http.languages import chosen_language, preferred_language

HAS = ("en", "es")


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"),
        ("es", "es"),
        ("ES", "es"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("en-US,en;q=0.9,es;q=0.8", "en"),
        ("en;q=0.3, es;q=0.7", "es"),
        ("de,es;q=0.4,en;q=0.2", "es"),
        ("de-AT, fr;q=0.8", "en"),
        ("*", "en"),
        ("en;q=0, *", "es"),
        ("en;q=0.1, *;q=0.5", "es"),
        ("es;q=0", "en"),
        ("es;q=0, es-MX;q=0.5", "en"),
        ("es;q=none, en;q=0.1", "en"),
        ("es;q=7", "en"),
        (",;,=;q=,", "en"),
        ("es-419", "es"),
    ],
)
def test_the_heaviest_of_the_available_ones_is_taken(accept: str, language: str) -> None:
    assert preferred_language(accept, HAS) == language


@given(st.text())
def test_whatever_is_asked_for_there_is_an_answer(text: str) -> None:
    assert preferred_language(text, HAS) in HAS
    assert chosen_language(text, HAS) in (*HAS, None)


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("es", "es"),
        (" ES ", "es"),
        ("es-MX", "es"),
        ("en-GB", "en"),
        ("tlh", None),
        ("", None),
        ("esperanto", None),
    ],
)
def test_a_choice_is_one_of_the_available_ones_or_none(wanted: str, language: str | None) -> None:
    assert chosen_language(wanted, HAS) == language
