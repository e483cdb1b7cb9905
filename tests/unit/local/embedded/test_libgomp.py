"""Machines without the system's OpenMP runtime."""

import ctypes
import ctypes.util
from pathlib import Path

import pytest

from app.local.embedded.libgomp import library_path


def test_nothing_is_added_where_the_system_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes.util, "find_library", lambda _: "libgomp.so.1")
    assert library_path(tmp_path) == {}


def test_elsewhere_the_copy_of_a_wheel_is_linked_under_its_usual_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ctypes.util, "find_library", lambda _: None)
    monkeypatch.setenv("LD_LIBRARY_PATH", "/somewhere")
    folder, rest = library_path(tmp_path)["LD_LIBRARY_PATH"].split(":")
    assert rest == "/somewhere"
    library = ctypes.CDLL(str(Path(folder) / "libgomp.so.1"))
    assert library.omp_get_max_threads() >= 1
