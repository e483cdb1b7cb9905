"""What an Accept header prefers, for pages and for rows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import HTTPConnection

from app.faces.api.job_rows import format_for
from app.faces.http.negotiation import (
    accepts,
    wants_fhir,
    wants_markdown,
    wants_outcome,
    wants_page,
    weights_of,
)


@pytest.mark.parametrize(
    ("accept", "ending"),
    [
        ("", "ndjson"),
        ("*/*", "ndjson"),
        ("text/csv", "csv"),
        ("TEXT/CSV ; q=0.9", "csv"),
        ("text/csv;q=0.2, application/vnd.apache.parquet", "parquet"),
        ("text/csv, application/vnd.apache.parquet", "csv"),
        ("text/csv;q=0, */*;q=0.1", "ndjson"),
        ("text/html,*/*;q=0.8", "ndjson"),
        ("image/png", None),
        ("text/csv;q=0", None),
    ],
)
def test_the_format_that_is_preferred_is_taken(accept: str, ending: str | None) -> None:
    found = format_for(accept)
    assert (found.ending if found else None) == ending


def test_what_has_a_weight_that_cannot_be_read_is_passed_over() -> None:
    assert weights_of("text/html;q=oops, a/b;v=1;q=0.5,, c/d") == {"a/b": 0.5, "c/d": 1.0}


@pytest.mark.parametrize("accept", ["a," * 32_000, "text/csv," + "a" * 1_000, "text/html" + ",a" * 50])
def test_a_header_longer_than_any_is_not_read(accept: str) -> None:
    assert weights_of(accept) == {"*/*": 1.0}
    assert not wants_page(asking(accept))


def test_as_long_a_header_as_may_be_is_read() -> None:
    assert weights_of("text/html" + ",a" * 49)["text/html"] == 1.0
    assert weights_of("text/html;q=0.5," + "a" * 984)["text/html"] == 0.5


def asking(accept: str, *others: tuple[bytes, bytes]) -> HTTPConnection:
    return HTTPConnection({"type": "http", "headers": [(b"accept", accept.encode()), *others]})


@pytest.mark.parametrize(
    ("accept", "is_page"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),  # browsers
        ("*/*", False),  # curl, httpx
        ("", False),
        ("application/json", False),
        ("application/json, text/html", False),
        ("application/json;q=0.5, text/html", True),
        ("application/*, text/html;q=0.9", False),
        ("text/html;q=0", False),
        ("text/*", False),
    ],
)
def test_a_page_is_for_who_prefers_it(accept: str, is_page: bool) -> None:
    assert wants_page(asking(accept)) is is_page


def test_htmx_is_given_what_goes_into_a_page() -> None:
    assert wants_page(asking("*/*", (b"hx-request", b"true")))


@given(html=st.integers(0, 1000), json=st.integers(0, 1000))
def test_the_greater_weight_decides(html: int, json: int) -> None:
    accept = f"text/html;q={html / 1000:.3f}, application/json;q={json / 1000:.3f}"
    assert wants_page(asking(accept)) is (html > json)


FHIR = "application/fhir+json"


@pytest.mark.parametrize(
    ("accept", "is_fhir", "is_outcome"),
    [
        (FHIR, True, True),
        (f"{FHIR}; fhirVersion=4.0", True, True),
        (f"{FHIR}, application/json;q=0.9", True, True),
        (f"{FHIR}, application/problem+json", True, False),
        (f"{FHIR}, application/problem+json;q=0.5", True, True),
        (f"application/json, {FHIR}", False, False),
        (f"text/html, {FHIR};q=0.9", False, False),
        (f"{FHIR};q=0", False, False),
        ("*/*", False, False),
        ("", False, False),
    ],
)
def test_fhir_is_for_who_asks_for_it_by_name(accept: str, is_fhir: bool, is_outcome: bool) -> None:
    assert wants_fhir(asking(accept)) is is_fhir
    assert wants_outcome(asking(accept)) is is_outcome


@pytest.mark.parametrize(
    ("accept", "is_accepted"),
    [
        ("", True),
        ("*/*", True),
        ("application/*", True),
        ("application/json", True),
        ("text/html,*/*;q=0.8", True),
        (f"{FHIR}, application/json;q=0.1", True),
        ("application/fhir+xml", False),
        ("text/*", False),
        ("application/json;q=0", False),
        ("*/*, application/json;q=0", False),
        ("*/*, application/*;q=0", False),
    ],
)
def test_what_is_most_exact_says_whether_json_is_accepted(accept: str, is_accepted: bool) -> None:
    assert accepts(asking(accept), "application/json") is is_accepted


@pytest.mark.parametrize(
    ("accept", "is_markdown"),
    [
        ("text/markdown", True),
        ("text/markdown, application/json", True),
        ("text/markdown;q=0.1, application/json", False),
        ("text/markdown;q=0", False),
        ("text/*", False),
        ("text/html, text/markdown;q=0.9", False),
    ],
)
def test_markdown_is_for_who_wants_nothing_more(accept: str, is_markdown: bool) -> None:
    assert wants_markdown(asking(accept)) is is_markdown
