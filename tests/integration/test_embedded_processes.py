"""A server never outlives its owner, and its owner learns why it would not start."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from app.local.embedded.errors import StartError
from app.local.embedded.processes import Child, ChildOptions, package_path, wait_until_ended, wait_until_ready

STUBBORN = (
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); signal.pause()"
)
SLEEPER = "import signal; print('up', flush=True); signal.pause()"
SECONDS = 120  # not imported: another process imports this module, and is not to load the gateway for it
"""How long anything may take before a test gives up on it."""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "child.log"


def start(code: str, log: Path, options: ChildOptions | None = None) -> Child:
    child = Child("Sleeper", [sys.executable, "-c", code], log, options or ChildOptions())
    wait_until_ready(child, lambda: "up" in log.read_text(), SECONDS)
    return child


def family(child: Child) -> list[psutil.Process]:
    supervisor = psutil.Process(child.pid)
    return [supervisor, *supervisor.children(recursive=True)]


def test_stop_leaves_no_process_and_removes_its_folders(log: Path, tmp_path: Path) -> None:
    folder = tmp_path / "private"
    folder.mkdir()
    child = start(SLEEPER, log, ChildOptions(remove=(folder,)))
    processes = family(child)
    child.stop()
    child.stop()
    assert not child.running
    assert not [p for p in processes if p.is_running()]
    assert not folder.exists()


def test_one_that_will_not_stop_is_killed(log: Path) -> None:
    child = start(STUBBORN, log, ChildOptions(grace=0.1))
    processes = family(child)
    child.stop()
    assert not [p for p in processes if p.is_running()]


def test_one_that_dies_at_once_is_reported_with_its_last_words(log: Path) -> None:
    child = Child("Sleeper", [sys.executable, "-c", "raise SystemExit('no such tape')"], log, ChildOptions())
    said = r"^Sleeper ended with exit code 1 while starting; .* ends with: no such tape$"
    with pytest.raises(StartError, match=said):
        wait_until_ready(child, lambda: False, SECONDS)


def test_one_that_is_killed_while_starting_is_reported_with_the_signal(log: Path) -> None:
    killed = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    child = Child("Sleeper", [sys.executable, "-c", killed], log, ChildOptions())
    with pytest.raises(StartError, match=r"^Sleeper was ended by signal 9 while starting; .*: nothing$"):
        wait_until_ready(child, lambda: False, SECONDS)


def test_one_that_never_answers_is_stopped(log: Path) -> None:
    child = Child("Sleeper", [sys.executable, "-c", SLEEPER], log, ChildOptions())
    with pytest.raises(StartError, match="did not answer within 0 s"):
        wait_until_ready(child, lambda: False, 0.3)
    assert not child.running


def test_a_command_run_to_its_end_leaves_nothing_open(log: Path) -> None:
    before = psutil.Process().num_fds()
    child = Child("Command", [sys.executable, "-c", "raise SystemExit(3)"], log, ChildOptions())
    assert child.wait(SECONDS) == 3
    assert psutil.Process().num_fds() == before


def test_a_program_that_is_missing_is_reported(log: Path) -> None:
    child = Child("Sleeper", ["/nowhere/program"], log, ChildOptions())
    with pytest.raises(StartError, match="cannot start /nowhere/program"):
        wait_until_ready(child, lambda: False, SECONDS)


def test_it_survives_the_thread_that_started_it(log: Path) -> None:
    children: list[Child] = []
    thread = threading.Thread(target=lambda: children.append(start(SLEEPER, log)))
    thread.start()
    thread.join()
    assert children[0].running
    children[0].stop()


@pytest.mark.parametrize("victim", ["owner", "supervisor"])
def test_it_dies_with_a_killed_owner_or_supervisor(log: Path, victim: str) -> None:
    code = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[2]); import test_embedded_processes as t;"
        "c = t.start(t.SLEEPER, pathlib.Path(sys.argv[1])); print(c.pid, flush=True); input()"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", code, str(log), str(Path(__file__).parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": package_path()},
    )
    with owner:
        assert owner.stdout is not None
        supervisor = psutil.Process(int(owner.stdout.readline()))
        (server,) = supervisor.children()
        os.kill(owner.pid if victim == "owner" else supervisor.pid, signal.SIGKILL)
        _, alive = psutil.wait_procs([server], timeout=SECONDS)
        owner.kill()
    assert not alive


@pytest.mark.parametrize("code", ["", "raise SystemExit(3)"])
def test_one_that_ends_by_itself_is_waited_for_however_it_ends(log: Path, code: str) -> None:
    child = Child("Brief", [sys.executable, "-c", code], log, ChildOptions())
    waited: list[float] = []
    wait_until_ended(child, SECONDS, waited.append)
    assert not child.running
    assert waited
    child.stop()


def test_one_that_does_not_end_in_time_is_stopped(log: Path) -> None:
    child = start(SLEEPER, log)
    with pytest.raises(StartError, match="did not end within"):
        wait_until_ended(child, 0.1, lambda _: None)
    assert not child.running
