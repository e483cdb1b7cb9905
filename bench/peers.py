"""`make bench ARGS=peers`: the speed of Turnpoint beside its peers, on the first model, by its own rules."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from app.paths import ROOT
from research.evaluation.benchmark_setup.people import CohortSpec
from research.evaluation.benchmark_setup.setting import SettingKind
from research.evaluation.methods.registry import BENCH, Method
from research.evaluation.reporting.tables import as_json, markdown, terminal
from research.evaluation.runner.language_models import LanguageModels
from research.evaluation.study.comparison import Tables, compare, comparison_tables, describe
from research.evaluation.study.probes import Probe, probe_all

PEOPLE = 200
QUICK_PEOPLE = 6
MODEL = "dysglycaemia"
_HOME = ROOT / ".turnpoint" / "bench"


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be compared, and how it is printed."""

    people: int = QUICK_PEOPLE
    quick: bool = True
    """Leaves out the slowest methods."""
    only: tuple[str, ...] = ()
    """Keys of the methods to compare; all of them when empty."""
    fresh: bool = False
    """Asks anew instead of going on."""
    as_markdown: bool = False

    @property
    def methods(self) -> list[Method]:
        return [m for m in BENCH if (m.key in self.only if self.only else not (self.quick and m.slow))]


def measure_peers(console: Console, choice: Choice) -> None:
    """Ask the chosen methods, print the tables and write `peers.json`."""
    spec = CohortSpec(MODEL, SettingKind.ACTIONABLE, people=choice.people)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        shown = progress.add_task("", total=1.0)

        def report(words: str, done: float) -> None:
            progress.update(shown, description=words, completed=done)
            if done == 1.0:
                console.print(words)

        comparison = compare(spec, choice.methods, _HOME, LanguageModels(_HOME), report, choice.fresh)
    tables = comparison_tables(comparison)
    probes = [] if choice.only else _probe(console)
    about = [describe(comparison), *(_sentence(probe) for probe in probes)]
    _print(console, tables, about, choice.as_markdown)
    _write(_HOME / "peers.json", tables, about)


def _print(console: Console, tables: Tables, about: Sequence[str], as_markdown: bool) -> None:
    """Tables, then the environment; Markdown goes to standard output alone, ready to be pasted."""
    if as_markdown:
        parts = [*(markdown(spec, rows) for spec, rows in tables), *(f"{line}\n" for line in about)]
        print("\n".join(parts))
        return
    for spec, rows in tables:
        console.print(terminal(spec, rows), "")
    console.print(*about, sep="\n\n", markup=False)


def _probe(console: Console) -> list[Probe]:
    console.print("Asking a question that has no answer …")
    return probe_all(CohortSpec(MODEL, SettingKind.ACTIONABLE, people=PEOPLE))


def _sentence(probe: Probe) -> str:
    took = f"{probe.answer.wall_s:.2f} s" if probe.answer.wall_s < 10 else f"{probe.answer.wall_s:.0f} s"
    detail = f": {probe.answer.reply.detail}" if probe.answer.reply.detail else ""
    return f"No way out (only sleep may vary, highest risk), {probe.method}: {probe.words}, {took}{detail}"


def _write(path: Path, tables: Tables, about: Sequence[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    results = {"about": about, "tables": as_json(tables)}
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
