"""Sentences of the pages in the reader's language."""

from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from app.faces.http.pages.translation import gettext, in_language, language, languages, ngettext, translate


def rendered(template: str, **context: object) -> str:
    environment = Environment(autoescape=True)
    translate(environment)
    return environment.from_string(template).render(context)


def test_a_sentence_keeps_its_per_cent_signs() -> None:
    assert gettext("50 to 74 %") == "50 to 74 %"
    assert gettext("%(low)s to 74 %", low=50) == "50 to 74 %"
    assert rendered('{{ _("50 to 74 %") }}|{{ _("%(low)s to 74 %", low=50) }}') == "50 to 74 %|50 to 74 %"
    assert rendered("{% trans low=50 %}{{ low }} to 74 %{% endtrans %}") == "50 to 74 %"


@given(st.text())
def test_what_is_filled_in_is_never_read_as_a_place_or_as_markup(value: str) -> None:
    assert gettext("a %(value)s b", value=value) == f"a {value} b"
    filled = rendered('{{ _("<b>%(value)s</b>", value=value) }}', value=value)
    assert filled.startswith("<b>")
    assert "<" not in filled.removeprefix("<b>").removesuffix("</b>")


def test_one_and_many() -> None:
    assert [ngettext("%(num)s day", "%(num)s days", n) for n in (1, 2)] == ["1 day", "2 days"]
    plural = "{% trans n=n %}{{ n }} day{% pluralize %}{{ n }} days{% endtrans %}"
    assert [rendered(plural, n=n) for n in (1, 2)] == ["1 day", "2 days"]


def test_a_language_is_for_its_page_alone() -> None:
    for name in languages():
        with in_language(name):
            assert language() == name
        assert language() == "en"
