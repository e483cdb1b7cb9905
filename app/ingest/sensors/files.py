"""The files below a folder, without what leads out of it."""

import os
from collections.abc import Iterator
from pathlib import Path

from app.ingest.sensors.losses import Losses, Reason


def files_below(root: Path, losses: Losses, inside: str = "") -> Iterator[str]:
    """Paths below `root` of the files inside one of its folders, in order.

    No link is followed, and one that leads out of `root` is counted.
    """
    real = root.resolve()

    def cannot(error: OSError) -> None:
        losses.add(_shown(Path(error.filename).relative_to(root)), Reason.UNREADABLE)

    for folder, folders, names in os.walk(root / inside, onerror=cannot):
        folders.sort()
        here = Path(folder)
        for name in [*folders, *sorted(names)]:
            path = here / name
            below = path.relative_to(root)
            if path.is_symlink():
                if not path.resolve().is_relative_to(real):
                    losses.add(_shown(below), Reason.LINK_OUT_OF_FOLDER)
            elif _shown(below) != below.as_posix():
                losses.add(_shown(below), Reason.UNREADABLE)
            elif path.is_file():
                yield below.as_posix()


def _shown(path: Path) -> str:
    """A path as text; names that are none in UTF-8 are shown with escapes."""
    return path.as_posix().encode("utf-8", "backslashreplace").decode()
