"""How the embedded servers of a run are reached by other programs: a file for shells."""

import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

FILE = "environment"


@contextmanager
def told_to_shells(home: Path, urls: Mapping[str, str]) -> Iterator[Path]:
    """Keep the URLs in a file of the home, for its owner alone and for as long as the servers run."""
    file = home / FILE
    file.unlink(missing_ok=True)  # of a run that was killed
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.writelines(f"{name}={shlex.quote(url)}\n" for name, url in urls.items())
    try:
        yield file
    finally:
        file.unlink(missing_ok=True)
