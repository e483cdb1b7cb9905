"""The last words of a server that ended, for the sentence that tells of it, and where a child finds code."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.local.embedded.processes import last_line, package_path
from app.paths import ROOT

LINES = st.lists(
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=40), max_size=8
)
BLANK = st.text(" \t\n", max_size=20)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], Path]:
    log = tmp_path_factory.mktemp("logs") / "server.log"

    def write(content: bytes) -> Path:
        log.write_bytes(content)
        return log

    return write


@given(lines=LINES, end=BLANK)
def test_it_is_the_last_line_with_anything_in_it(
    written: Callable[[bytes], Path], lines: list[str], end: str
) -> None:
    said = [line for line in lines if line]
    log = written(("\n".join(lines) + "\n" + end).encode())
    assert last_line(log) == (said[-1] if said else "")


@given(content=st.binary(max_size=600))
def test_no_log_is_too_odd(written: Callable[[bytes], Path], content: bytes) -> None:
    found = last_line(written(content))
    assert len(found) <= 300
    assert "\n" not in found


def test_a_run_before_this_one_is_not_quoted(written: Callable[[bytes], Path]) -> None:
    before = b"FATAL: of yesterday\n"
    assert last_line(written(before), len(before)) == ""
    assert last_line(written(before + b"ready\n"), len(before)) == "ready"


def test_a_long_line_is_cut_at_its_end_and_a_long_log_is_read_at_its_end(
    written: Callable[[bytes], Path],
) -> None:
    assert last_line(written(b"why: " + b"x" * 1000)) == "why: " + "x" * 295
    assert last_line(written(b"noise\n" * 100_000 + b"the reason\n")) == "the reason"


@pytest.mark.parametrize("before", ["", "/elsewhere", f"/elsewhere{os.pathsep}/more"])
def test_a_child_finds_this_code_before_any_other(monkeypatch: pytest.MonkeyPatch, before: str) -> None:
    monkeypatch.setenv("PYTHONPATH", before)
    first, *others = package_path().split(os.pathsep)
    assert Path(first) == ROOT
    assert others == (before.split(os.pathsep) if before else [])
