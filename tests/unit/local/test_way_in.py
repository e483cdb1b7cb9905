"""The demonstration is let in wherever callers must be known, and by nothing that lasts."""

from app.local.launcher import way_in_of
from app.settings import Settings

SHARED = "0123456789abcdef"


def test_where_nobody_is_asked_nothing_is_sent() -> None:
    way = way_in_of(Settings())
    assert (way.headers, way.environment) == ({}, {})


def test_a_token_that_there_is_will_do() -> None:
    way = way_in_of(Settings(api_tokens=SHARED))  # type: ignore[arg-type]
    assert (way.headers, way.environment) == ({"Authorization": f"Bearer {SHARED}"}, {})


def test_else_one_is_made_for_this_run() -> None:
    ways = [way_in_of(Settings(api_keys=True)) for _ in range(2)]
    tokens = {way.environment["API_TOKENS"] for way in ways}
    assert {way.headers["Authorization"] for way in ways} == {f"Bearer {token}" for token in tokens}
    assert len(tokens) == 2
    assert all(token not in repr(ways) for token in tokens)
