"""What is done already: a file for each person, so that a run that was killed goes on where it was."""

import hashlib
import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.ingest.sensors.features.table import OF_DAYS, OF_PERSONS
from app.ingest.sensors.losses import Loss, Losses, Reason
from app.ingest.sensors.measuring import Measured
from app.ingest.sensors.sources.base import PersonRef, Source

FORM = 1
"""Raised when a change makes parts of before mean something else."""


class Parts:
    """The folder of a run's parts, beside what it will write.

    A part is written whole or not at all, and holds by what it was made of: a file that changed since, or
    another source, makes it anew.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self, source: Source) -> None:
        """Keep parts of the same order; take away those of another."""
        told = json.dumps([FORM, source.name, str(source.root.resolve()), repr(source), OF_DAYS, OF_PERSONS])
        key = hashlib.sha256(told.encode()).hexdigest()
        noted = self.folder / "order"
        if self.folder.is_dir() and (not noted.is_file() or noted.read_text(encoding="utf-8") != key):
            shutil.rmtree(self.folder)
        self.folder.mkdir(exist_ok=True)
        noted.write_text(key, encoding="utf-8")

    def end(self) -> None:
        """Take all parts away."""
        shutil.rmtree(self.folder)

    def is_done(self, ref: PersonRef, fingerprint: str) -> bool:
        """Whether the person's part is there, of the same files."""
        path = self._path(ref.person_id)
        if not path.is_file():
            return False
        with path.open(encoding="utf-8") as file:
            return file.readline().strip() == fingerprint

    def write(self, ref: PersonRef, fingerprint: str, measured: Measured | None, losses: Losses) -> None:
        """Note what became of a person."""
        told = {
            "measured": None if measured is None else asdict(measured),
            "losses": [[loss.where, loss.reason.value, loss.count, loss.place] for loss in losses],
        }
        path = self._path(ref.person_id)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_text(f"{fingerprint}\n{json.dumps(told)}", encoding="utf-8")
        fresh.replace(path)

    def read(self, ref: PersonRef) -> tuple[Measured | None, list[Loss]]:
        """What became of a person."""
        text = self._path(ref.person_id).read_text(encoding="utf-8").partition("\n")[2]
        told: dict[str, Any] = json.loads(text)
        losses = [Loss(where, Reason(reason), count, place) for where, reason, count, place in told["losses"]]
        measured = told["measured"]
        return None if measured is None else Measured(**measured), losses

    def _path(self, person_id: str) -> Path:
        # An id may hold any sign, and its file's name must tell nobody's.
        return self.folder / f"{hashlib.sha256(person_id.encode()).hexdigest()[:32]}.part"


def fingerprint_of(source: Source, ref: PersonRef) -> str:
    """By which a person's part is known to be of the same input: names, sizes, times of files, and values."""
    told: list[Any] = [ref.person_id, ref.zone, sorted(ref.facts.items())]
    told.append([[day.isoformat(), sorted(values.items())] for day, values in sorted(ref.days.items())])
    for path in (*(file.path for file in ref.files), *ref.others):
        try:
            seen = (source.root / path).stat()
        except OSError:
            told.append([path])
        else:
            told.append([path, seen.st_size, seen.st_mtime_ns])
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
