"""The files below a folder, without what leads out of it."""

import os
from collections.abc import Iterator
from pathlib import Path

from app.ingest.sensors.losses import Losses, Reason


def files_below(root: Path, losses: Losses) -> Iterator[str]:
    """Paths of the files below a folder, in order; no link is followed, and one that leads out is counted."""
    real = root.resolve()
    for folder, folders, names in os.walk(root):
        folders.sort()
        here = Path(folder)
        for name in [*folders, *sorted(names)]:
            path = here / name
            below = path.relative_to(root).as_posix()
            if path.is_symlink():
                if not path.resolve().is_relative_to(real):
                    losses.add(below, Reason.LINK_OUT_OF_FOLDER)
            elif path.is_file():
                yield below
