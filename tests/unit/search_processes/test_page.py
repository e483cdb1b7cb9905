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


@given(left=NUMBERS, others=st.lists(NUMBERS), ticks=st.integers(0, 20))
def test_the_one_that_was_left_is_and_no_other(left: int, others: list[int], ticks: int) -> None:
    here, there = pages()
    for _ in range(ticks):
        there.tick()
    here.leave(left)
    assert there.is_left(left)
    assert not any(there.is_left(other) for other in others if other != left)
    assert here.ticks == ticks
