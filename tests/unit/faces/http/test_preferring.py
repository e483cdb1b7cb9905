"""How long a caller prefers to wait (RFC 7240)."""

import pytest
from fastapi import Response
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from app.faces.http.preferring import apply_wait, wait_of


def preferring(*values: str) -> Request:
    headers = [(b"prefer", value.encode("latin-1")) for value in values]
    return Request({"type": "http", "headers": headers})


@pytest.mark.parametrize(
    ("said", "wait_s"),
    [
        (("wait=2",), 2.0),
        (("Wait = 0.25",), 0.25),
        (('wait="10"',), 10.0),
        (("respond-async, wait=5; strict",), 5.0),
        (("respond-async", "wait=5"), 5.0),
        (("wait=1, wait=9",), 1.0),
        (('note="a, wait=9", wait=3',), 3.0),
        (("wait=0",), 0.0),
        ((), None),
        (("wait",), None),
        (("wait=-1",), None),
        (("wait=soon",), None),
        (("wait=nan",), None),
        (("wait=1e999",), None),
        (("waits=2",), None),
        (("x" * 2000 + ",wait=2",), None),
    ],
)
def test_what_is_said_of_a_wait(said: tuple[str, ...], wait_s: float | None) -> None:
    assert wait_of(preferring(*said)) == wait_s


@given(
    st.lists(st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=60), max_size=4)
)
def test_whatever_is_said_is_no_error(said: list[str]) -> None:
    wait_s = wait_of(preferring(*said))
    assert wait_s is None or wait_s >= 0


def test_that_heed_was_taken_is_told() -> None:
    assert apply_wait(Response(), 0.5).headers["Preference-Applied"] == "wait=0.5"
    assert "Preference-Applied" not in apply_wait(Response(), None).headers
