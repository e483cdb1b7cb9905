"""Every sentence of the pages, in the reader's language: one catalogue, in gettext's form.

`messages.pot` lists what the pages say, in English; `<language>/LC_MESSAGES/messages.po` says it in another
language. What a language does not say is said in English.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2 import Environment
from markupsafe import Markup, escape

SOURCE = "en"
CATALOGUE = Path(__file__).parents[2] / "pages" / "locale"
_PLACE = re.compile(r"%%|%\((\w+)\)s")
_language: ContextVar[str] = ContextVar("language", default=SOURCE)


@cache
def languages() -> tuple[str, ...]:
    """Those that there is a catalogue of, English first."""
    return SOURCE, *sorted(path.parents[1].name for path in CATALOGUE.glob("*/LC_MESSAGES/messages.po"))


def language() -> str:
    """That of the page that is being made."""
    return _language.get()


@contextmanager
def in_language(name: str) -> Iterator[None]:
    """Makes pages in a language, one of `languages()`."""
    before = _language.set(name)
    try:
        yield
    finally:
        _language.reset(before)


def gettext(message: str, /, **values: Any) -> str:
    """A sentence with its `%(name)s` filled in; `%%` and a lone `%` are both a per cent sign."""
    return _filled(_translations(language()).gettext(message), values)


def ngettext(one: str, many: str, n: int, /, **values: Any) -> str:
    """A sentence about `n` things; `%(num)s` is their number."""
    return _filled(_translations(language()).ngettext(one, many, n), {"num": n, **values})


def translate(environment: Environment) -> None:
    """Gives templates `{{ _(…) }}` and `{% trans %}`: sentences are trusted, what is filled in is escaped."""
    environment.add_extension("jinja2.ext.i18n")
    vars(environment)["newstyle_gettext"] = True  # values are handed to the functions, not formatted by Jinja
    functions = {each.__name__: _marked(each) for each in (gettext, ngettext)}
    environment.globals |= functions | {"_": functions["gettext"]}


def _marked(function: Callable[..., str]) -> Callable[..., Markup]:
    def said(*message: Any, **values: Any) -> Markup:
        return Markup(function(*message, **{name: escape(value) for name, value in values.items()}))

    return said


@cache
def _translations(name: str) -> NullTranslations:
    if name == SOURCE:
        return NullTranslations()
    compiled = BytesIO()
    with (CATALOGUE / name / "LC_MESSAGES" / "messages.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=name))
    compiled.seek(0)
    return GNUTranslations(compiled)


def _filled(sentence: str, values: dict[str, Any]) -> str:
    """Only what is named is filled in: sentences have per cent signs of their own."""
    return _PLACE.sub(lambda found: "%" if found[0] == "%%" else str(values[found[1]]), sentence)
