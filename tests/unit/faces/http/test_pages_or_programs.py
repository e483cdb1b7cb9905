"""A page is for browsers alone: whoever does not prefer HTML is a program."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.faces.http.negotiation import is_fragment, wants_page, weights_of
from tests.unit.faces.http.requests import request_of

BROWSERS = {
    "Chrome": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,"
    "*/*;q=0.8,application/signed-exchange;v=b3;q=0.7",
    "Firefox": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Safari": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Lynx": "text/html, text/plain, text/sgml, text/css, application/xhtml+xml, */*;q=0.01",
}
PROGRAMS = {
    "curl, httpx, fetch": "*/*",
    "axios": "application/json, text/plain, */*",
    "java.net": "text/html, image/gif, image/jpeg, */*; q=.2, application/json",
    "an EHR": "application/fhir+json, application/json;q=0.9",
    "events": "text/event-stream",
    "nothing": "",
}
NAMES = st.sampled_from(["*/*", "application/json", "application/*", "text/*", "text/csv", "image/png"])
WEIGHTS = st.integers(0, 1000).map(lambda thousandths: thousandths / 1000)
PREFERENCES = st.dictionaries(NAMES, WEIGHTS, max_size=5)


def header_of(preferences: dict[str, float]) -> str:
    return ", ".join(f"{name};q={weight:g}" for name, weight in preferences.items())


def is_page(accept: str) -> bool:
    return wants_page(request_of({"accept": accept}))


@pytest.mark.parametrize("accept", BROWSERS.values(), ids=BROWSERS)
def test_browsers_get_a_page(accept: str) -> None:
    assert is_page(accept)


@pytest.mark.parametrize("accept", PROGRAMS.values(), ids=PROGRAMS)
def test_programs_get_none(accept: str) -> None:
    assert not is_page(accept)


def test_without_the_header_nobody_gets_a_page() -> None:
    assert not wants_page(request_of())


@given(PREFERENCES)
def test_who_does_not_name_html_is_a_program(preferences: dict[str, float]) -> None:
    assert not is_page(header_of(preferences))


@given(PREFERENCES, WEIGHTS)
def test_html_is_for_whom_it_is_more_than_json(preferences: dict[str, float], html: float) -> None:
    json = max(preferences.get(name, 0.0) for name in ("application/json", "application/*"))
    assert is_page(header_of({**preferences, "text/html": html})) == (html > json)


@given(st.permutations(["text/html;q=0.7", "application/json;q=0.6", "*/*", "image/png"]))
def test_the_order_of_the_header_does_not_matter(parts: list[str]) -> None:
    assert is_page(", ".join(parts))


@pytest.mark.parametrize("accept", ["*/*", "application/json", ""])
def test_htmx_gets_a_part_of_a_page_whatever_it_accepts(accept: str) -> None:
    request = request_of({"accept": accept, "hx-request": "true"})
    assert is_fragment(request)
    assert wants_page(request)


@given(st.dictionaries(NAMES, WEIGHTS, max_size=5))
def test_every_weight_is_read(preferences: dict[str, float]) -> None:
    found = weights_of(header_of(preferences))
    assert list(found) == list(preferences)
    assert found == pytest.approx(preferences, abs=1e-4)


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=60))
def test_no_header_is_too_odd_to_be_read(accept: str) -> None:
    assert all(weight == weight for weight in weights_of(accept).values())
    is_page(accept)
