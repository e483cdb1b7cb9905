"""The cores that a process may use, where a container has a quota and where it has none."""

import os
from pathlib import Path

import pytest

from app.cores import cores

OPEN = 8
"""Cores that the process may run on."""


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(OPEN)), raising=False)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("max 100000\n", OPEN),
        ("200000 100000\n", 2),
        ("150000 100000\n", 2),
        ("50000 100000\n", 1),
        ("1000 100000\n", 1),
        ("6400000 100000\n", OPEN),
        ("30000 10000\n", 3),
        ("0 100000\n", OPEN),
        ("200000 0\n", OPEN),
        ("-1 100000\n", OPEN),
        ("200000\n", OPEN),
        ("200000 100000 1\n", OPEN),
        ("two of them\n", OPEN),
        ("", OPEN),
        pytest.param("9" * 5000 + " 100000\n", OPEN, id="more digits than are read"),
        pytest.param("\0\ufffd 100000", OPEN, id="no digits"),
    ],
)
def test_a_quota_of_version_2_bounds_them(tmp_path: Path, written: str, expected: int) -> None:
    (tmp_path / "cpu.max").write_text(written)
    assert cores(tmp_path) == expected


@pytest.mark.parametrize(
    ("quota", "period", "expected"),
    [
        ("-1\n", "100000\n", OPEN),
        ("200000\n", "100000\n", 2),
        ("150000\n", "100000\n", 2),
        ("1000\n", "100000\n", 1),
        ("many\n", "100000\n", OPEN),
        ("200000\n", "", OPEN),
    ],
)
def test_a_quota_of_version_1_bounds_them(tmp_path: Path, quota: str, period: str, expected: int) -> None:
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text(quota)
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text(period)
    assert cores(tmp_path) == expected


def test_without_a_quota_they_are_those_that_it_may_run_on(tmp_path: Path) -> None:
    assert cores(tmp_path) == cores(tmp_path / "nothing") == OPEN


def test_what_is_no_text_or_no_file_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "cpu.max").write_bytes(b"\xff\xfe 100000")
    (tmp_path / "cpu" / "cpu.cfs_quota_us").mkdir(parents=True)
    assert cores(tmp_path) == OPEN
