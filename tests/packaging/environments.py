"""Clean environments for wheels: what they ask for and nothing else, taken from the environment of the tests.

So no package index is needed, and the versions are those of the lock.
"""

import hashlib
import os
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from importlib.metadata import Distribution
from pathlib import Path

import numba
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from app.compiled import compiled_sources
from app.paths import ROOT

_PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
_MACHINE_CODE = Path(numba.config.CACHE_DIR)  # type: ignore[attr-defined]
_INSTALL = ("install", "--no-index", "--no-deps", "--no-compile")


class Environment:
    """An environment with wheels of ours, and with the packages that their metadata asks for."""

    def __init__(self, folder: Path, wheels: Sequence[Path], *wanted: str) -> None:
        """Install `wheels` into `folder`, and what `wanted` needs: names of ours, with extras in brackets."""
        venv.create(folder, clear=True, with_pip=False)
        self._programs = folder / "bin"
        (self.packages,) = folder.glob("lib/python*/site-packages")
        python = self._programs / "python"
        subprocess.run([*_PIP, "--python", python, *_INSTALL, *wheels], check=True)
        for needed in self._needed(wanted):
            self._link(needed)

    def start(self, words: Sequence[str], folder: Path, **settings: str) -> subprocess.Popen[str]:
        """Start a program of the environment in a folder, with these settings and no others."""
        program, *arguments = words
        return subprocess.Popen(
            [self._programs / program, *arguments],
            cwd=folder,
            env={"PATH": os.defpath, "HOME": str(folder), "PYTHONUNBUFFERED": "1"} | settings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, words: Sequence[str], folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment to its end."""
        with self.start(words, folder, **settings) as process:
            output, errors = process.communicate(timeout=120)
        return subprocess.CompletedProcess(words, process.returncode, output, errors)

    def megabytes(self) -> float:
        """How large all that is installed is, bytecode included."""
        walk = os.walk(self.packages, followlinks=True)
        return sum((Path(folder) / name).stat().st_size for folder, _, names in walk for name in names) / 1e6

    def machine_code(self, cache: Path) -> Path:
        """A cache where numba finds for our package here what is compiled for the sources of the tests.

        The cache goes by the sources' content; within it a package's folder is named by where the package is.
        """
        kept = cache / _MACHINE_CODE.name
        kept.mkdir(parents=True)
        for source in {path.parent for path in compiled_sources()}:
            there = self.packages / source.relative_to(ROOT)
            (kept / _named_by_place(there)).symlink_to(_MACHINE_CODE / _named_by_place(source))
        return cache

    def _needed(self, wanted: Sequence[str]) -> Iterator[Distribution]:
        """The distributions that `wanted` needs, directly or not, ours aside."""
        pending, seen = [Requirement(text) for text in wanted], set[str]()
        while pending:
            requirement = pending.pop()
            if str(requirement) in seen:
                continue
            seen.add(str(requirement))
            ours = self._installed(requirement.name, self.packages)
            found = ours or self._installed(requirement.name, None)
            assert found is not None, f"{requirement} is not installed"
            if ours is None:
                yield found
            pending += _requirements(found, requirement.extras)

    @staticmethod
    def _installed(name: str, packages: Path | None) -> Distribution | None:
        name = canonicalize_name(name)
        found = Distribution.discover(path=[str(packages)]) if packages else Distribution.discover()
        return next((each for each in found if canonicalize_name(each.name) == name), None)

    def _link(self, needed: Distribution) -> None:
        for name in {file.parts[0] for file in needed.files or ()} - {"..", "__pycache__"}:
            link = self.packages / name
            if not link.is_symlink():
                link.symlink_to(Path(str(needed.locate_file(name))).resolve())


def _named_by_place(package: Path) -> str:
    """As numba names it."""
    return f"{package.name}_{hashlib.sha1(str(package).encode(), usedforsecurity=False).hexdigest()}"


def _requirements(of: Distribution, extras: set[str]) -> Iterator[Requirement]:
    """What a distribution asks for on this machine."""
    for text in of.requires or ():
        requirement = Requirement(text)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in {"", *extras}):
            requirement.marker = None
            yield requirement
