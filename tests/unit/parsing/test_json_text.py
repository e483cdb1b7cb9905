"""JSON that can be read in two ways is refused with the place; everything else reads as it always did."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.parsing.json_text import MOST_DEPTH, JsonError, JsonFaultsError, read_json

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)
NAMES = st.from_regex(r"[a-z]{1,8}", fullmatch=True)


def faults(text: str | bytes) -> list[tuple[str, str]]:
    with pytest.raises(JsonFaultsError) as error:
        read_json(text)
    return error.value.faults


@given(VALUES, st.booleans())
def test_what_json_writes_is_read_back(value: Any, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert read_json(text) == value
    assert read_json(text.encode()) == value
    assert read_json(text.encode("utf-8-sig")) == value


@given(st.lists(NAMES | st.integers(0, 3), max_size=6), NAMES, VALUES, VALUES)
def test_a_repeated_key_is_named_wherever_it_is(
    path: list[str | int], name: str, one: Any, other: Any
) -> None:
    text = f'{{"{name}": {json.dumps(one)}, "another one": 1, "{name}": {json.dumps(other)}}}'
    for part in reversed(path):
        text = f'{{"{part}": {text}}}' if isinstance(part, str) else f"[{'0, ' * part}{text}]"
    pointer = "".join(f"/{part}" for part in [*path, name])
    assert (pointer, "is there more than once") in faults(text)


@pytest.mark.parametrize(
    ("text", "pointers"),
    [
        ('{"a": 1, "a": 1}', ["/a"]),
        ('{"a": 1, "\\u0061": 2}', ["/a"]),
        ('{"a": 1, "a": 2, "a": 3}', ["/a"]),
        ('{"a": {"b": 1}, "a": {"b": 1, "b": 2}}', ["/a", "/a/b"]),
        ('{"Erika Muster": 1, "Erika Muster": 2}', [""]),
        ('{"a": {"x/y": {"b": 1, "b": 2}}}', ["/a"]),
        ('{"": 1, "": 2}', [""]),
        ("NaN", [""]),
        ('{"a": [1, Infinity, -Infinity]}', ["/a/1", "/a/2"]),
        ('{"a": "\\ud83d"}', ["/a"]),
        ('{"a": "\\ude00\\ud83d"}', ["/a"]),
        ('{"a": {"\\ud83d": 1}}', ["/a"]),
    ],
)
def test_what_is_wrong_is_told_by_place(text: str, pointers: list[str]) -> None:
    assert [pointer for pointer, _ in faults(text)] == pointers
    assert "Erika" not in str(faults(text))


def test_both_halves_of_a_character_are_one() -> None:
    assert read_json('"\\ud83d\\ude00"') == "😀"
    assert read_json('"\\\\ud83d"') == "\\ud83d"


@pytest.mark.parametrize("opening", ["[", '{"a": ', '[{"a": '])
@pytest.mark.parametrize("depth", [MOST_DEPTH + 1, 300, 900, 5_000, 100_000])
def test_what_is_nested_deep_is_not_read(opening: str, depth: int) -> None:
    closing = "".join({"[": "]", "{": "}"}[one] for one in reversed(opening) if one in "[{")
    for text in (opening * depth, opening * depth + "1" + closing * depth):
        with pytest.raises(JsonError):
            read_json(text)
    twice = f'{{"b": 1, "b": {opening * depth}1{closing * depth}}}'
    with pytest.raises((JsonError, JsonFaultsError)):
        read_json(twice)


def test_what_is_nested_as_deep_as_may_be_is() -> None:
    text = "[" * MOST_DEPTH + "]" * MOST_DEPTH
    assert read_json(text) == json.loads(text)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"{}{}",
        b"{'a': 1}",
        b'{"a": 1,}',
        b"\xff",
        b'"\xed\xa0\x80"',
        b'"\xfc"',
        "{}".encode("utf-16"),
        "{}".encode("utf-32"),
        b"9" * 5_000,
        b"nan",
        b"+1",
        b"01",
        b"1.",
        b'"\n"',
    ],
)
def test_what_is_no_json_is_refused_without_its_text(content: bytes) -> None:
    with pytest.raises(JsonError, match=r"^(is not valid JSON|is not UTF-8)$"):
        read_json(content)


@given(st.binary(max_size=40) | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_anything_is_read_or_refused(content: bytes) -> None:
    try:
        value = read_json(content)
    except (JsonError, JsonFaultsError):
        return
    assert value == json.loads(content)
