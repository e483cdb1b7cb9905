"""Where the processes of one gateway leave their figures. It loads nothing: see `FOLDER`."""

import os
import tempfile
from pathlib import Path

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which prometheus_client is told where; it looks once, when it is first loaded."""
_IN_MEMORY = Path("/dev/shm")


def shared_figures() -> Path:
    """A new folder for them; in memory, where there is some.

    A disk that is full must not end a process, as it would in the middle of a file that is mapped.
    """
    base = _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else None
    return Path(tempfile.mkdtemp(prefix="turnpoint-figures-", dir=base))
