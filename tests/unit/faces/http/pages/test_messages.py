"""The catalogue is up to date with what the pages say, and what a patient reads is said in every language."""

import re

import pytest
from babel.messages.pofile import read_po

from app.faces.http.pages.messages import FACES, TEMPLATE, catalogue_of, messages_of
from app.faces.http.pages.translation import languages

_PLACES = re.compile(r"%\((\w+)\)s")
OTHERS = languages()[1:]


def texts(message: object) -> tuple[str, ...]:
    return (message,) if isinstance(message, str) else tuple(message)  # type: ignore[arg-type]


def test_the_template_lists_what_the_pages_say() -> None:
    """Written anew by `python -m app.faces.http.pages.messages`."""
    with TEMPLATE.open("rb") as file:
        listed = {message.id for message in read_po(file)}
    assert listed == {message.id for message in messages_of(FACES)}


def test_there_is_another_language() -> None:
    assert "es" in OTHERS


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_every_sentence_of_the_template(language: str) -> None:
    said = {message.id for message in messages_of(FACES) if message.id}
    assert {message.id for message in catalogue_of(language) if message.id} == said


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_of_the_handout_is_said(language: str) -> None:
    translated, handout = catalogue_of(language), messages_of(FACES / "pages" / "handout")
    assert len(handout) > 30
    for message in handout:
        if message.id:
            found = translated.get(message.id)
            assert found is not None, message.id
            assert found.string, message.id
            assert not found.fuzzy, message.id


@pytest.mark.parametrize("language", OTHERS)
def test_translations_fill_in_the_same(language: str) -> None:
    for message in catalogue_of(language):
        for text in filter(None, texts(message.string)) if message.id else ():
            wanted = {place for one in texts(message.id) for place in _PLACES.findall(one)}
            assert set(_PLACES.findall(text)) <= wanted, message.id
            if isinstance(message.id, str):
                assert set(_PLACES.findall(text)) == wanted, message.id
