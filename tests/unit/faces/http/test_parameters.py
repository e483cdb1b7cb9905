"""No parameter has two values, and none that might be somebody's data is repeated."""

from urllib.parse import urlencode

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidParameterError
from app.faces.http.parameters import refuse_repeated


def asking(pairs: list[tuple[str, str]]) -> Request:
    return Request({"type": "http", "headers": [], "query_string": urlencode(pairs).encode()})


@given(names=st.lists(st.sampled_from(["limit", "before", "q"]), max_size=6))
async def test_a_parameter_is_there_once(names: list[str]) -> None:
    twice = {name for name in names if names.count(name) > 1}
    request = asking([(name, str(place)) for place, name in enumerate(names)])
    if not twice:
        await refuse_repeated(request)
        return
    with pytest.raises(InvalidParameterError) as caught:
        await refuse_repeated(request)
    assert {issue.parameter for issue in caught.value.issues} == twice


async def test_a_name_that_might_be_a_persons_is_not_repeated() -> None:
    with pytest.raises(InvalidParameterError) as caught:
        await refuse_repeated(asking([("Jane Doe 1970", "a"), ("Jane Doe 1970", "b")]))
    (issue,) = caught.value.issues
    assert "Jane" not in f"{issue.parameter} {issue.detail}"
