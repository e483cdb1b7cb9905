"""A log that cannot be written loses lines, which are counted, and nothing else."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from prometheus_client import REGISTRY

from app.faces.http.log_lines import LogLines


def lost() -> float:
    return REGISTRY.get_sample_value("turnpoint_log_lines_lost_total") or 0.0


@contextmanager
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    try:
        yield ends
    finally:
        for end in ends:
            os.close(end)


def test_lines_come_out_in_order() -> None:
    with pipe() as (reading, writing):
        lines = LogLines(writing)
        for number in range(100):
            lines.write(f"{number}\n")
        lines.close()
        assert os.read(reading, 65536).decode().split() == [str(number) for number in range(100)]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="Linux has it")  # noqa: PTH110 - no file of ours
def test_a_full_disk_loses_the_line_and_not_what_it_is_about() -> None:
    before, full = lost(), os.open("/dev/full", os.O_WRONLY)
    lines = LogLines(full)
    for _ in range(3):
        lines.write("x\n")
    lines.close()
    os.close(full)
    assert lost() - before == 3


def test_a_closed_file_does_no_more() -> None:
    before = lost()
    with pipe() as (_, writing):
        copy = os.dup(writing)
        os.close(copy)
    lines = LogLines(copy)
    lines.write("x\n")
    lines.close()
    assert lost() - before == 1


def test_a_reader_that_stands_still_holds_nobody_up() -> None:
    before = lost()
    with pipe() as (reading, writing):
        lines = LogLines(writing)
        wrote = threading.Event()

        def write() -> None:
            for _ in range(20_000):
                lines.write("x" * 99 + "\n")
            wrote.set()

        threading.Thread(target=write, daemon=True).start()
        assert wrote.wait(60)
        assert lost() - before > 0
        while not lines.is_empty:  # so that its thread ends before the pipe is closed
            os.read(reading, 65536)
        lines.close()


def test_a_forked_process_writes_by_itself() -> None:
    with pipe() as (reading, writing):
        lines = LogLines(writing)
        pid = os.fork()
        if pid == 0:
            lines.write("child\n")
            lines.close()
            os._exit(0)
        assert os.waitpid(pid, 0)[1] == 0
        assert os.read(reading, 100) == b"child\n"
        lines.close()
