"""What fakes answer at random: anything at any place of an answer that a server could give."""

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from tests.integration.fake_server import Reply

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.just("9" * 5000),
    st.just("<think>"),
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
TYPES = st.sampled_from(
    ["application/json", "text/html", "application/octet-stream", "text/plain; charset=utf-16", "?"]
)
CODINGS = st.sampled_from(["identity", "gzip", "deflate", "br", "nonsense"])
STATUSES = st.sampled_from([200, 201, 204, 301, 400, 401, 404, 408, 418, 422, 429, 500, 503, 599])


def spoilt(document: Any) -> st.SearchStrategy[Any]:
    """The document with something else in one place, at any depth."""
    return st.sampled_from(list(_places(document))).flatmap(
        lambda place: ANYTHING.map(lambda value: _with(document, place, value))
    )


@st.composite
def replies(draw: st.DrawFn) -> Reply:
    """Any status, any bytes, any headers; or no HTTP at all."""
    if draw(st.integers(0, 4)) == 0:
        return Reply(raw=draw(st.binary(max_size=40)))
    headers = {"Content-Type": draw(TYPES), "Content-Encoding": draw(CODINGS)}
    body = draw(st.binary(max_size=60) | ANYTHING.map(_written))
    return Reply(draw(STATUSES), body, headers)


def documents(valid: Any) -> st.SearchStrategy[Reply]:
    """A valid answer that is spoilt in one place, or in none."""
    return st.one_of(st.just(valid), spoilt(valid)).map(lambda one: Reply(body=_written(one)))


def completions(content: str) -> st.SearchStrategy[Reply]:
    """Completions of eight choices that say this, spoilt."""
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 171, "completion_tokens": 96}
    return documents(
        {"id": "1", "object": "chat.completion", "created": 1, "choices": [choice] * 8, "usage": usage}
    )


def _written(document: Any) -> bytes:
    return json.dumps(document).encode()


def _places(document: Any, so_far: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield so_far
    if isinstance(document, dict | list):
        for key in document if isinstance(document, dict) else range(len(document)):
            yield from _places(document[key], (*so_far, key))


def _with(document: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    key, *rest = place
    copy = list(document) if isinstance(document, list) else dict(document)
    copy[key] = _with(copy[key], tuple(rest), value)
    return copy
