"""One run at a time in a home folder, with room on the disk; ports that are free or not."""

import os
import shutil
import socket
import stat
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from app.local.embedded.data_dir import free_port, lock_data_dir, port_is_free
from app.local.embedded.errors import HomeError
from app.local.embedded.processes import package_path


def test_the_folder_is_made_private(tmp_path: Path) -> None:
    with lock_data_dir(tmp_path / "deep" / "home") as claim:
        assert stat.S_IMODE(claim.home.stat().st_mode) == 0o700


def test_a_folder_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    lock_data_dir(tmp_path).release()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_second_claim_is_refused_and_names_the_holder(tmp_path: Path) -> None:
    with lock_data_dir(tmp_path), pytest.raises(HomeError, match=r"process \d+.*TURNPOINT_HOME"):
        lock_data_dir(tmp_path)
    lock_data_dir(tmp_path).release()


def test_the_claim_ends_with_its_process(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib, app.local.embedded.data_dir as h;"
        "h.lock_data_dir(pathlib.Path(sys.argv[1])); print('held', flush=True); input()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": package_path()},
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(HomeError, match=f"process {holder.pid}"):
            lock_data_dir(tmp_path)
        holder.kill()
    lock_data_dir(tmp_path).release()


def test_a_full_disk_is_said_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 9 * 10**8, 10**8))
    with pytest.raises(HomeError, match="100 MB free and this run needs 1000 MB"):
        lock_data_dir(tmp_path)


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(HomeError, match="cannot be used"):
        lock_data_dir(tmp_path / "home")


def test_ports() -> None:
    port = free_port()
    assert port_is_free("127.0.0.1", port)
    with socket.create_server(("127.0.0.1", port)):
        assert not port_is_free("127.0.0.1", port)
    with pytest.raises(HomeError, match="choose another"):
        port_is_free("192.0.2.1", port)


def test_letting_go_twice_does_no_harm_to_who_has_it_next(tmp_path: Path) -> None:
    first = lock_data_dir(tmp_path)
    first.release()
    with lock_data_dir(tmp_path):
        first.release()
        with pytest.raises(HomeError, match="Another Turnpoint"):
            lock_data_dir(tmp_path)


def test_one_folder_by_two_names_is_one(tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(tmp_path / "home")
    with lock_data_dir(tmp_path / "home"), pytest.raises(HomeError, match="Another Turnpoint"):
        lock_data_dir(tmp_path / "alias")


def test_what_an_earlier_run_left_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("99999999")
    with lock_data_dir(tmp_path):
        assert (tmp_path / "lock").read_text() == str(os.getpid())
