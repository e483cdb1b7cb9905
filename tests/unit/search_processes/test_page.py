"""What two processes tell each other by a page of memory."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search_processes.page import Page, shared_memory

NUMBERS = st.integers(1, 2**64 - 1)


@pytest.fixture
def ends() -> tuple[Page, Page]:
    return pages()


def pages() -> tuple[Page, Page]:
    memory = shared_memory()
    ends = Page(memory), Page(memory)
    os.close(memory)
    return ends


def test_at_first_no_question_is_left(ends: tuple[Page, Page]) -> None:
    here, there = ends
    assert not there.is_left(1)
    assert here.ticks == 0


@given(left=st.lists(NUMBERS, min_size=1), others=st.lists(NUMBERS), ticks=st.integers(0, 20))
def test_questions_are_left_up_to_the_latest_that_was(left: list[int], others: list[int], ticks: int) -> None:
    """Questions have rising numbers, and it may be said late of an earlier one."""
    here, there = pages()
    for number in left:
        there.tick()
        here.leave(number)
    for _ in range(ticks):
        there.tick()
    assert all(there.is_left(number) for number in left)
    assert not any(there.is_left(other) for other in others if other > max(left))
    assert here.ticks == ticks + len(left)
