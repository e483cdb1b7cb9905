"""`make bench ARGS=sensors`: from an invented AI-READI release to features of days and people.

Twenty days of all streams, a reading each minute. The release is generated in the layout of version 3
(`tests/sensors/invented_aireadi.py`); no real file is near. Memory is that of the program and its processes.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import psutil
from rich.console import Console

from app.cores import cores
from app.ingest.sensors.losses import Losses
from app.ingest.sensors.measuring import measure
from app.ingest.sensors.run import Order, run
from app.ingest.sensors.sources.aireadi import AiReadi
from bench.measurement import Measurement
from tests.sensors.invented_aireadi import Invented, write_release, write_stream, write_tables

PEOPLE, DAYS = 40, 20
RELEASE = 2280
"""People of version 3."""
_PROMISED_S, _PROMISED_MB, _PROMISED_MIN = 2, 300, 60
_MEGABYTE = 1e6


class Cost(NamedTuple):
    """What one person took, in a process of its own."""

    seconds: float
    processor_s: float
    peak_mb: float
    records: int


def measure_sensors(scratch: Path, people: int, console: Console) -> list[Measurement]:
    """Generate so many people, and make features of one alone and of all."""
    everybody = [Invented(str(900_000 + number), days=DAYS) for number in range(people)]
    console.print(f"Generating {people} people of {DAYS} days.")
    root, dense = scratch / "release", scratch / "dense"
    root.mkdir()
    dense.mkdir()
    _generate(root, everybody)
    [first] = everybody[:1]
    write_release(dense, [replace(first, heart_rate_every_s=5)])
    each_minute, each_five_seconds = _alone(root), _alone(dense)
    console.print("Making features.")
    seconds, processor_s, megabytes = _all(root, scratch / "people.parquet")
    half = len(megabytes) // 2
    minutes = RELEASE * seconds / people / 60
    several = f"{people} people, {cores()} processes"
    return [
        Measurement(
            "one person, heart rate each minute", each_minute.seconds, unit="s", promised=_PROMISED_S
        ),
        Measurement("the same, processor time", each_minute.processor_s, unit="s"),
        Measurement("the same, most memory", each_minute.peak_mb, unit="MB", promised=_PROMISED_MB),
        Measurement("the same, records in thousands", each_minute.records / 1000),
        Measurement("one person, heart rate each 5 s", each_five_seconds.seconds, unit="s"),
        Measurement("the same, processor time", each_five_seconds.processor_s, unit="s"),
        Measurement("the same, most memory", each_five_seconds.peak_mb, unit="MB", promised=_PROMISED_MB),
        Measurement("the same, records in thousands", each_five_seconds.records / 1000),
        Measurement(several, seconds, unit="s"),
        Measurement("the same, processor time for a person", processor_s / people, unit="s"),
        Measurement("the same, most memory in the first half", max(megabytes[:half]), unit="MB"),
        Measurement("the same, most memory in the second half", max(megabytes[half:]), unit="MB"),
        Measurement(f"{RELEASE:,} people, estimated", minutes, unit="min", promised=_PROMISED_MIN),
    ]


def _generate(root: Path, people: Sequence[Invented]) -> None:
    tasks = [(root, person, stream) for person in people for stream in person.streams]
    with ProcessPoolExecutor(cores(), get_context("spawn")) as pool:
        list(pool.map(_write, tasks, chunksize=4))
    write_tables(root, people)


def _write(task: tuple[Path, Invented, str]) -> None:
    root, person, stream = task
    write_stream(root, person, stream)


def _alone(root: Path) -> Cost:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_first_person, root).result()


def _first_person(root: Path) -> Cost:
    source, losses = AiReadi(root), Losses()
    ref = source.people(losses)[0]
    started, before = time.perf_counter(), time.process_time()
    data = source.read(ref, losses)
    assert data is not None
    measure(data, losses)
    seconds, processor_s = time.perf_counter() - started, time.process_time() - before
    return Cost(seconds, processor_s, _peak_mb(), sum(one.read for one in data.files))


def _peak_mb() -> float:
    """The most that this process held; `ru_maxrss` would begin with what its parent had."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    [line] = [one for one in status.splitlines() if one.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024 / _MEGABYTE


def _all(root: Path, out: Path) -> tuple[float, float, list[float]]:
    """Seconds, processor time, and megabytes after each person."""
    megabytes: list[float] = []
    processor_s = 0.0

    def look(words: str, fraction: float) -> None:
        nonlocal processor_s
        here = psutil.Process()
        every = [here, *here.children(recursive=True)]
        megabytes.append(sum(one.memory_info().rss for one in every) / _MEGABYTE)
        processor_s = sum(one.cpu_times().user + one.cpu_times().system for one in every)

    look("", 0.0)
    begun = processor_s
    started = time.perf_counter()
    run(Order(AiReadi(root), out, cores()), look)
    return time.perf_counter() - started, processor_s - begun, megabytes
