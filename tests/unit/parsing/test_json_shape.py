"""What is wild is refused by its bytes alone, and nothing that a reader would take."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.parsing.json_shape import LARGE, MOST_CONTAINERS, MOST_KEYS, MOST_VALUES, why_wild
from app.parsing.json_text import MOST_DEPTH, JsonError, read_json

PADDING = b" " * LARGE
"""A text that begins with it is looked at, however little it holds."""
TEXTS = st.text(st.sampled_from('[]{}"\\a\n,\u20ac'), max_size=12)
VALUES = st.recursive(
    TEXTS | st.integers(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


def depth_of(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth_of, value), default=0)
    return 0


@given(VALUES, st.integers(0, 6))
def test_a_text_is_too_deep_if_its_value_is(value: Any, most: int) -> None:
    why = why_wild(PADDING + json.dumps(value).encode(), most)
    assert (why == "is nested too deeply") is (depth_of(value) > most)


@pytest.mark.parametrize(
    "text",
    [
        b"[" * LARGE,
        b'{"a":' * (MOST_CONTAINERS + 1),
        b"[" + b"[]," * MOST_CONTAINERS + b"[]]",
        b"[" + b"0," * (MOST_VALUES + 1) + b"0]",
        b'["' + b"[" * LARGE + b'"]',
        json.dumps(dict.fromkeys(range(300_000), 1)).encode(),
        json.dumps([{"a": 1}, dict.fromkeys(range(LARGE), 1)]).encode(),
    ],
)
def test_more_parts_than_any_request_has_are_refused_unbuilt(text: bytes) -> None:
    with pytest.raises(JsonError, match=r"^has more parts than any request$"):
        read_json(text)


@pytest.mark.parametrize("padding", [b"", PADDING])
@given(keys=st.integers(MOST_KEYS - 2, MOST_KEYS + 2), child=st.sampled_from([0, [], {}, "[", ":"]))
def test_an_object_has_so_many_keys_and_no_more(padding: bytes, keys: int, child: Any) -> None:
    text = padding + json.dumps([{f"a{key}": child for key in range(keys)}]).encode()
    if keys > MOST_KEYS or (padding and child == ":" and 2 * keys > MOST_KEYS):
        with pytest.raises(JsonError, match=r"more (parts|than 1000 keys)"):
            read_json(text)
    else:
        assert len(read_json(text)[0]) == keys


def test_keys_are_counted_where_a_text_is_read_again_for_its_faults() -> None:
    with pytest.raises(JsonError, match=r"more than 1000 keys"):
        read_json(json.dumps([{"a": float("nan")}, dict.fromkeys(range(MOST_KEYS + 1), 1)]))


def test_brackets_that_only_close_are_not_counted_for_long() -> None:
    with pytest.raises(JsonError, match=r"^is not valid JSON$"):
        read_json(b"]" * 1_000_000)


def test_as_many_people_as_a_request_may_hold_are_read() -> None:
    person = {f"feature_{number}": number / 3 for number in range(50)}
    text = json.dumps({"source": {"kind": "rows", "rows": [person] * 10_000}}).encode()
    assert len(read_json(text)["source"]["rows"]) == 10_000


def test_a_small_text_is_left_to_the_reader() -> None:
    assert why_wild(b"[" * (LARGE - 1), MOST_DEPTH) is None
