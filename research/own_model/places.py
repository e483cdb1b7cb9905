"""Where the files of an own model lie, and that no run leaves half of one there."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from app.classifiers.folder import MAKING, TASK, replaced_versions
from research.training.errors import TrainingError


@dataclass(frozen=True, slots=True)
class Places:
    """The folder of a model, and the schema that it is made with."""

    folder: Path
    given: Path | None
    """The task.toml to use; None where there is none yet."""

    @property
    def task(self) -> Path:
        return self.folder / TASK

    @property
    def making(self) -> Path:
        """Where a version is until it is whole: no gateway looks there."""
        return self.folder / MAKING

    def task_there(self) -> bytes | None:
        """The task.toml that lies in the folder now, if any."""
        return self.task.read_bytes() if self.task.exists() else None

    def write_task(self, text: str) -> None:
        """Put a task.toml in its place, whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        new = self.folder / f"{TASK}.new"
        try:
            new.write_text(text, encoding="utf-8")
            new.replace(self.task)
        except BaseException:
            with suppress(OSError):
                new.unlink()
            raise

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other runs away from the folder, and leave nothing there that is not whole.

        Raises:
            TrainingError: another run is at it, or nothing can be written there.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.folder, os.O_RDONLY)
        except OSError as error:
            raise TrainingError(f"{self.folder} cannot be written: {error.strerror}.") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(lock)
            raise TrainingError(f"Another run is adding to {self.folder}.") from error
        try:
            yield
        except OSError as error:
            raise TrainingError(f"{self.folder} cannot be written: {error.strerror or error}.") from error
        finally:
            shutil.rmtree(self.making, ignore_errors=True)
            self._settle_replaced()
            with suppress(OSError):  # something is in it: then it stays
                self.folder.rmdir()
            os.close(lock)

    def _settle_replaced(self) -> None:
        """Take away versions that were replaced, and put back those of which there is no new one."""
        for old in replaced_versions(self.folder):
            home = old.with_suffix("")
            if home.exists():
                shutil.rmtree(old, ignore_errors=True)
            else:
                with suppress(OSError):
                    old.rename(home)


def places_of(store: Path, name: str, schema: Path | None) -> Places:
    """The places of a model of this name, and which schema is meant: the one given, or the folder's own.

    Raises:
        TrainingError: the schema given is not there, or would take the place of one that no version has.
    """
    folder = store / name
    own = folder / TASK
    if schema is None:
        return Places(folder, own if own.exists() else None)
    if not schema.is_file():
        raise TrainingError(f"There is no file {schema}.")
    kept = [path.read_bytes() for path in (schema, *folder.glob(f"*/{TASK}"))]
    if own.exists() and own.read_bytes() not in kept:
        raise TrainingError(
            f"{own} is there, differs from {schema}, and no version was made with it: leave out --schema, or "
            "move one of them away."
        )
    return Places(folder, schema)
