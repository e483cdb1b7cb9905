"""Packet and key are written both, or neither."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from research.review.errors import ReviewError
from research.review.key import write_key
from tests.reviewing import setup_of, suggestions, written_packet


@contextmanager
def no_file_above(size: int) -> Iterator[None]:
    """The system writes so many bytes of a file, and refuses the others, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_key_that_cannot_be_written_whole_is_not_left_in_part(tmp_path: Path) -> None:
    with no_file_above(1000), pytest.raises(OSError, match="too large"):
        write_key(tmp_path / "key.json", bytes(5000))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_gone_when_all_are_asked_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ReviewError, match=r"^The packet cannot be written: No such file or directory\.$"):
        written_packet(tmp_path / "gone", suggestions(setup_of("heart-disease")))
