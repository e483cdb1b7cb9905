"""Who is let in: whoever sends a token that the service knows, in either of two ways."""

import base64

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from app.faces.http.auth import RequireToken
from app.settings import Settings

TOKENS = ("0123456789abcdef", "fedcba9876543210")
GUARD = RequireToken(Settings(api_tokens=",".join(TOKENS)))  # type: ignore[arg-type]
OPEN = RequireToken(Settings())


def request(authorization: str, accept: str = "application/json") -> Request:
    headers = [(b"authorization", authorization.encode("latin-1")), (b"accept", accept.encode())]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": headers, "state": {}})


def basic(name: str, token: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{token}".encode()).decode()


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_a_program_is_let_in_without_a_name(scheme: str, token: str) -> None:
    asked = request(f"{scheme} {token}")
    await GUARD(asked)
    assert asked.state.caller is None


@pytest.mark.parametrize("token", TOKENS)
async def test_a_person_is_let_in_under_a_name(token: str) -> None:
    asked = request(basic("Dr Zoë Müller", token))
    await GUARD(asked)
    assert asked.state.caller == "Dr Zoë Müller"


@pytest.mark.parametrize("name", ["", " Zoë", "a\tb", "x" * 65])
async def test_a_name_that_is_not_fit_is_not_kept(name: str) -> None:
    asked = request(basic(name, TOKENS[0]))
    await GUARD(asked)
    assert asked.state.caller is None


@given(header=st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=60))
async def test_whatever_else_is_sent_lets_nobody_in(header: str) -> None:
    for sent in (header, f"Bearer {header}", f"Basic {header}", basic(header, header)):
        with pytest.raises(HTTPException) as caught:
            await GUARD(request(sent))
        assert caught.value.status_code == 401


@given(cut=st.integers(0, 15), more=st.text("0123456789abcdef", min_size=1, max_size=3))
async def test_part_of_a_token_or_more_than_it_is_none(cut: int, more: str) -> None:
    for sent in (TOKENS[0][:cut], TOKENS[0] + more):
        with pytest.raises(HTTPException):
            await GUARD(request(f"Bearer {sent}"))


@pytest.mark.parametrize(("accept", "way"), [("text/html", "Basic"), ("application/json", "Bearer")])
async def test_each_is_told_its_own_way_in(accept: str, way: str) -> None:
    with pytest.raises(HTTPException) as caught:
        await GUARD(request("", accept))
    assert (caught.value.headers or {})["WWW-Authenticate"].startswith(way)


async def test_without_tokens_everybody_is_let_in() -> None:
    asked = request("")
    await OPEN(asked)
    assert asked.state.caller is None
