"""A cursor comes back as it was made; any other text is refused; it holds nothing of the patient."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.usecases.worklist.cursor import LENGTH, CursorError, read_cursor, to_text
from app.usecases.worklist.question import Position, Sort

POSITIONS = st.one_of(
    st.builds(
        Position,
        st.just(Sort.SEEN),
        st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)),
        st.uuids(),
        st.booleans(),
    ),
    st.builds(Position, st.just(Sort.RISK), st.floats(0, 1), st.uuids(), st.booleans()),
    st.builds(Position, st.just(Sort.REVIEW), st.dates(), st.uuids(), st.booleans()),
)


@given(POSITIONS)
def test_a_cursor_is_read_as_it_was_written(position: Position) -> None:
    text = to_text(position)
    assert read_cursor(text) == position
    assert len(text) == LENGTH
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(POSITIONS, st.data())
def test_a_changed_cursor_is_another_one_or_none(position: Position, data: st.DataObject) -> None:
    text = to_text(position)
    place = data.draw(st.integers(0, LENGTH - 1))
    other = text[:place] + data.draw(st.characters()) + text[place + 1 :]
    try:
        read = read_cursor(other)
    except CursorError:
        return
    assert to_text(read) == other


@given(st.one_of(st.text(), st.text(st.sampled_from("AbZ09-_"), min_size=LENGTH, max_size=LENGTH)))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    try:
        read = read_cursor(text)
    except CursorError:
        return
    assert to_text(read) == text


@pytest.mark.parametrize("key", [1.5, -0.5, float("nan"), float("inf")])
def test_an_estimate_is_a_probability(key: float) -> None:
    position = Position(Sort.RISK, key, UUID(int=7))
    with pytest.raises(CursorError):
        read_cursor(to_text(position))
