"""A small guard between this service and one server: the server never outlives whoever started it.

Run as a plain script (`python -I -S supervisor.py …`), so it imports nothing of the project and starts in
about 20 ms. Its standard input is the lifeline: a pipe whose other end only the owner holds. When the
owner closes it, or dies in whatever way, the supervisor stops the server politely, then firmly. A pipe
rather than the kernel's parent-death signal alone, because that one is Linux only and fires when the
*thread* that started the child ends; it still covers the death of the supervisor itself.
"""

import argparse
import ctypes
import os
import shutil
import signal
import sys
import threading
import time

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
CAPABILITY_VERSION_3 = 0x20080522
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2


def main() -> int:
    """Start the command, wait for its end or the owner's, answer with the command's exit code."""
    options = _options()
    server = os.fork()
    if server == 0:
        _exec_child(options)
    # The owner decides when to stop: a Ctrl-C or a closed terminal reaches the owner, not us.
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(server, options.stop_signal))
    threading.Thread(target=_watch_lifeline, args=(server, options), daemon=True).start()
    _, status = os.waitpid(server, 0)
    for folder in options.remove:
        shutil.rmtree(folder, ignore_errors=True)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--stop-signal", type=int, default=int(signal.SIGTERM))
    parser.add_argument("--grace", type=float, default=10.0, help="seconds from asking to killing")
    parser.add_argument("--remove", action="append", default=[], help="a folder to delete at the end")
    parser.add_argument("--uid", type=int)
    parser.add_argument("--gid", type=int)
    parser.add_argument("--see-all", action="store_true", help="keep root's right to pass closed folders")
    parser.add_argument("command", nargs="+")
    return parser.parse_args()


def _watch_lifeline(server: int, options: argparse.Namespace) -> None:
    # A byte means stop as well: a forked copy of the owner may hold the pipe open.
    os.read(0, 1)
    try:
        os.kill(server, options.stop_signal)
        time.sleep(options.grace)
        os.kill(server, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _exec_child(options: argparse.Namespace) -> None:
    """In the forked child: turn into the server, or say why not in its log."""
    try:
        # A fresh stdin, or the server would hold the lifeline's reading end open.
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        if options.uid is not None:
            _drop_root(options.uid, options.gid, options.see_all)
        if sys.platform == "linux":
            # After the change of user: changing it clears the setting.
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, options.stop_signal, 0, 0, 0)
        os.execv(options.command[0], options.command)
    except BaseException as error:
        os.write(2, f"cannot start {options.command[0]}: {error}\n".encode())
        os._exit(127)


def _drop_root(uid: int, gid: int, see_all: bool) -> None:
    see_all = see_all and sys.platform == "linux"
    if see_all:
        ctypes.CDLL(None).prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if see_all:
        _retain_dac_capability()


def _retain_dac_capability() -> None:
    """Give up every right of root but that of passing through folders closed to others.

    PostgreSQL refuses to run as root, yet root's home folder is closed to everybody else: without
    this its files could not live under /root, and opening /root to all would be worse.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    # Twice three words: effective, permitted, inheritable for the low and the high 32 rights.
    rights = (ctypes.c_uint32 * 6)()
    libc.capget(header, rights)
    kept = rights[1] & (1 << CAP_DAC_OVERRIDE | 1 << CAP_DAC_READ_SEARCH)
    libc.capset(header, (ctypes.c_uint32 * 6)(kept, kept, kept, 0, 0, 0))
    for right in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        if kept & 1 << right:
            libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, right, 0, 0)


if __name__ == "__main__":
    sys.exit(main())
