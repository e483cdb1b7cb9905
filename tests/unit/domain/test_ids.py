"""Identifiers sort by time."""

import time

import pytest

from app.domain.ids import uuid7


def test_a_version_7_uuid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 1_645_557_742_000_000_000)
    made = uuid7()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert str(made).startswith("017f22e2-79b0-7")  # the example of RFC 9562, appendix A.6


def test_later_ids_sort_after_earlier_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    instants = iter(range(1_700_000_000_000_000_000, 1_700_000_001_000_000_000, 1_000_000))
    monkeypatch.setattr(time, "time_ns", lambda: next(instants))
    made = [uuid7() for _ in range(100)]
    assert made == sorted(made)


def test_those_of_one_millisecond_sort_as_they_were_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 1_645_557_742_000_000_123)
    made = [uuid7() for _ in range(1000)]
    assert made == sorted(made)
    assert len({*made}) == 1000
