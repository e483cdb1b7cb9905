"""`make bench ARGS=frames`: a table of people asked about in process, and DiCE about some of them.

No server and no record: the client's `Recourse`, with a process for each core, on held-out people of the
shipped model, of low risk and of high. Memory is that of the program and its processes together.
"""

import time
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO

import numpy as np
import psutil
import pyarrow.parquet as pq
from rich.console import Console

from app.classifiers.store import find_version
from app.faces.in_process.engine import load
from app.paths import MODEL_STORE
from bench.measurement import Measurement, summed
from research.evaluation.benchmark_setup.people import CohortSpec, load_setup
from research.evaluation.benchmark_setup.setting import SettingKind
from research.evaluation.methods.dice import Dice
from turnpoint.frames.results import FrameAnswers
from turnpoint.recourse import Recourse

PEOPLE, DICE_PEOPLE = 1000, 40
MODEL = "dysglycaemia"
_COUNT = 4
_MEGABYTE = 1e6


@dataclass(slots=True)
class Memory:
    """Megabytes of this process and those it started, after each answer."""

    done: list[int] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)

    def look(self, done: int, _: int) -> None:
        if done % 10 == 0:
            here = psutil.Process()
            every = [here, *here.children(recursive=True)]
            self.done.append(done)
            self.megabytes.append(sum(one.memory_info().rss for one in every) / _MEGABYTE)

    def slope(self) -> float:
        """Megabytes for 1,000 more people, by the second half: the first has loading and compiling in it."""
        half = len(self.done) // 2
        return 1000 * float(np.polyfit(self.done[half:], self.megabytes[half:], 1)[0])


def measure_frames(people: int, dice_people: int, console: Console) -> list[Measurement]:
    """Ask about so many people, and DiCE about the first of high risk among them."""
    with Recourse(load(MODEL)) as recourse:
        names = list(recourse.schema()["properties"])
        path = find_version(MODEL_STORE, MODEL) / "held_out.parquet"
        table = pq.read_table(path).slice(0, people)
        ids = table.column("seqn").to_pylist()
        rows = table.select(names)
        recourse.explain(rows.slice(0, 48), at_once=recourse.cores)  # starts helpers, loads what is compiled
        console.print(f"Asking about {len(rows)} people.")
        memory = Memory()
        before = _cpu_s()
        rate, told = _asked(recourse, rows, memory)
        cpu_ms = 1000 * (_cpu_s() - before) / len(rows)
        alone, _ = _asked(recourse, rows.slice(0, 200), Memory(), at_once=1)
        measures = [
            Measurement("people a second, a process for each core", rate, promised=60, at_least=True),
            Measurement("people a second, this process alone (first 200)", alone),
            Measurement("processor time for a person, mean", cpu_ms, unit="ms"),
            Measurement("options or improvements, share of high risk", _helped(told), unit="%"),
            Measurement("memory in the end", memory.megabytes[-1], unit="MB"),
            Measurement("memory, 1,000 more people", memory.slope(), unit="MB"),
        ]
        return measures + _beside_dice(recourse, dice_people, ids)


def _cpu_s() -> float:
    """Processor time of this process and those it started."""
    here = psutil.Process()
    times = [one.cpu_times() for one in [here, *here.children(recursive=True)]]
    return sum(one.user + one.system for one in times)


def _asked(
    recourse: Recourse, rows: object, memory: Memory, at_once: int | None = None
) -> tuple[float, FrameAnswers]:
    started = time.perf_counter()
    told = recourse.explain(rows, at_once=at_once, on_progress=memory.look)  # type: ignore[arg-type]
    return len(told) / (time.perf_counter() - started), told


def _helped(told: FrameAnswers) -> float:
    high = [one for one in told.answers if one is not None and one.prediction.risk > one.prediction.target]
    return 100 * sum(bool(one.counterfactuals or one.improvements) for one in high) / len(high)


def _beside_dice(recourse: Recourse, people: int, ids: Sequence[int]) -> list[Measurement]:
    """Both about the same people, one after the other in this process, `_COUNT` options each."""
    spec = CohortSpec(MODEL, SettingKind.ACTIONABLE, people, tuple(ids))
    setup = load_setup(spec)
    dice = Dice(setup, "random", _COUNT)
    ours, theirs = [], []
    with redirect_stdout(None), redirect_stderr(StringIO()):  # DiCE tells of its progress
        dice(setup.people[0])
        for person in setup.people:
            started = time.perf_counter()
            recourse.explain_one(person.values, total_CFs=_COUNT)
            between = time.perf_counter()
            dice(person)
            ours.append(1000 * (between - started))
            theirs.append(1000 * (time.perf_counter() - between))
    return [
        summed(f"one person at high risk ({len(ours)} people)", ours, "ms"),
        summed("the same people, DiCE random", theirs, "ms"),
    ]
