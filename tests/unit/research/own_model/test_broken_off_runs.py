"""What a run leaves that fails, is broken off or meets another."""

import fcntl
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from research.commands.adding import add_model as command
from research.own_model import adding, building
from research.own_model.adding import Added, Drafted, add_model
from research.own_model.places import places_of
from research.own_model.report import report_of
from research.training.errors import TrainingError
from research.training.finishing import swap
from tests.own_tables import QUICK, ordinary, without_age
from tests.unit.research.own_model.runs import NAME, names_in, order_of, silent


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt, OSError("No space left on device"), TrainingError("no")]
)
def test_a_run_that_is_broken_off_leaves_the_store_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Any
) -> None:
    order = order_of(ordinary(), tmp_path)
    drafted = add_model(order, silent, QUICK)
    assert isinstance(drafted, Drafted)
    before = drafted.task.read_bytes()

    def broken(*_: Any) -> None:
        raise error

    monkeypatch.setattr(adding, "swap", broken)
    with pytest.raises((KeyboardInterrupt, TrainingError)):
        add_model(order, silent, QUICK)
    assert names_in(tmp_path / "store" / NAME) == ["task.toml"]
    assert drafted.task.read_bytes() == before


@contextmanager
def no_room_for(size: int) -> Iterator[None]:
    """No file may grow beyond so many bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_told_in_a_sentence_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = order_of(without_age(), tmp_path)
    drafted = add_model(order, silent, QUICK)
    assert isinstance(drafted, Drafted)
    before = drafted.task.read_bytes()

    def without_room(*given: Any) -> Any:
        with no_room_for(3000):
            return building.build(*given)

    monkeypatch.setattr(adding, "build", without_room)
    with pytest.raises(TrainingError) as told:
        add_model(order, silent, QUICK)
    assert str(told.value) == f"{tmp_path / 'store' / NAME} cannot be written: File too large."
    assert names_in(tmp_path / "store" / NAME) == ["task.toml"]
    assert drafted.task.read_bytes() == before


def test_no_half_of_a_task_is_left_on_a_full_disk(tmp_path: Path) -> None:
    places = places_of(tmp_path, NAME, None)
    with no_room_for(10), pytest.raises(OSError, match="File too large"):
        places.write_task("a = 1\n" * 20_000)
    assert names_in(places.folder) == []


def test_sigterm_leaves_the_store_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order = order_of(without_age(), tmp_path)
    drafted = add_model(order, silent, QUICK)
    assert isinstance(drafted, Drafted)

    def ended(*_: Any) -> None:
        assert (drafted.task.parent / ".making").exists()
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(adding, "fit_own", ended)
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with pytest.raises(SystemExit) as exit_:
            command(NAME, data=order.data, outcome=order.outcome, store=order.store)
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, before)
    assert exit_.value.code == 143
    assert names_in(tmp_path / "store" / NAME) == ["task.toml"]


def test_what_a_killed_run_left_is_no_model_and_is_cleared(tmp_path: Path) -> None:
    left = tmp_path / "store" / NAME / ".making" / "1"
    left.mkdir(parents=True)
    (left / "classifier.ubj").write_bytes(b"half")
    add_model(order_of(ordinary(), tmp_path), silent, QUICK)
    assert names_in(tmp_path / "store" / NAME) == ["task.toml"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_a_version_is_put_back_when_its_replacement_is_broken_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    home, new = tmp_path / "1", tmp_path / "new"
    for folder in (home, new):
        folder.mkdir()
        (folder / "name").write_text(folder.name)
    rename = Path.rename

    def broken(path: Path, target: Path) -> Path:
        if path == new:
            raise error
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", broken)
    with pytest.raises((KeyboardInterrupt, TrainingError)):
        swap(new, home)
    assert (home / "name").read_text() == "1"
    assert names_in(tmp_path) == ["1", "new"]


def test_a_replaced_version_that_a_killed_run_left_is_cleared_or_put_back(tmp_path: Path) -> None:
    folder = tmp_path / "store" / NAME
    for name in ("1", "1.old", "2.old", "notes.old"):
        (folder / name).mkdir(parents=True)
        (folder / name / "population.parquet").write_bytes(name.encode())
    add_model(order_of(ordinary(), tmp_path), silent, QUICK)
    assert names_in(folder) == ["1", "2", "notes.old", "task.toml"]
    assert (folder / "1" / "population.parquet").read_bytes() == b"1"
    assert (folder / "2" / "population.parquet").read_bytes() == b"2.old"


def test_a_task_that_is_changed_during_the_run_is_left_and_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = order_of(without_age(), tmp_path)
    drafted = add_model(order, silent, QUICK)
    assert isinstance(drafted, Drafted)
    mine = drafted.task.read_text() + "# mine\n"

    def while_edited(*given: Any) -> Any:
        drafted.task.write_text(mine)
        return building.build(*given)

    monkeypatch.setattr(adding, "build", while_edited)
    done = add_model(order, silent, QUICK)
    assert isinstance(done, Added)
    assert drafted.task.read_text() == mine
    assert "mine" not in (done.home / "task.toml").read_text()
    assert "task.toml was changed while the version was made" in report_of(done, order)


def test_two_runs_at_once_do_not_meet(tmp_path: Path) -> None:
    folder = tmp_path / "store" / NAME
    folder.mkdir(parents=True)
    other = os.open(folder, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    try:
        with pytest.raises(TrainingError, match="Another run is adding to"):
            add_model(order_of(ordinary(), tmp_path), silent, QUICK)
    finally:
        os.close(other)
