"""What an earlier run may have left behind in a data folder, and clearing it away safely."""

import shutil
from pathlib import Path

import psutil

from app.local.embedded.errors import StartError

SOCKET_PREFIX = "turnpoint-"
"""How the folder of a server's socket is named, so that a left-over one is known for ours."""

_PATIENCE_SECONDS = 30.0


def take_over(data: Path) -> None:
    """End a server that still runs on `data` and remove what a dead one left.

    The caller holds the home, so such a server has lost its owner: usually its supervisor is just shutting
    it down. Raises StartError when it does not end.
    """
    pid_file = data / "postmaster.pid"
    try:
        lines = pid_file.read_text().splitlines()
    except FileNotFoundError:
        return
    orphan = _server_of(data, lines)
    if orphan is not None:
        _end(orphan, data)
    # PostgreSQL would do this itself, unless the number now belongs to some other process.
    pid_file.unlink(missing_ok=True)
    if len(lines) > 4 and Path(lines[4]).name.startswith(SOCKET_PREFIX):
        shutil.rmtree(lines[4], ignore_errors=True)


def _server_of(data: Path, lines: list[str]) -> psutil.Process | None:
    """The process named in the file if it really is PostgreSQL on this folder: numbers are used again."""
    try:
        process = psutil.Process(int(lines[0]))
        return process if str(data) in process.cmdline() else None
    except (IndexError, ValueError, psutil.Error):
        return None


def _end(orphan: psutil.Process, data: Path) -> None:
    try:
        backends = orphan.children()
    except psutil.NoSuchProcess:  # it ended meanwhile
        return
    # Fast shutdown; should it hang, an immediate one, which the journal repairs at the next start.
    for ask in (orphan.send_signal, lambda _: orphan.kill()):
        try:
            ask(2)
            orphan.wait(_PATIENCE_SECONDS)
        except psutil.NoSuchProcess:
            break
        except psutil.TimeoutExpired:
            continue
        break
    # Killed alone, its helpers notice within moments; a new server must not meet them.
    _, alive = psutil.wait_procs(backends, timeout=_PATIENCE_SECONDS)
    if alive or orphan.is_running():
        raise StartError(
            f"An earlier PostgreSQL (process {orphan.pid}) still uses {data} and does not end: "
            "end it by hand, then start again."
        )
