"""`python -m bench peers`: ask, judge, print, keep."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import Progress

from app.settings import ROOT
from bench.circumstances import circumstances
from bench.peers import judges as judging
from bench.peers.asking import Answers, ask_all
from bench.peers.judges import Judges, judges_of
from bench.peers.measure import Asked, Figures, holding, judge, real_people, right, several, speed
from bench.peers.methods import METHODS, REFERENCE, Method
from bench.peers.people import Scene, held_out_people, load_scene
from bench.peers.probes import Probe, probe_all
from bench.peers.table import HOLDING, REAL, RIGHT, SEVERAL, SPEED, WHERE_IT_HOLDS, Sheet, markdown, terminal

PEOPLE = 200
QUICK_PEOPLE = 6
HOME = ROOT / ".turnpoint" / "bench"
PACKAGES = ("treecf", "dice-ml", "nicex", "cfnow", "numpy", "pandas", "scikit-learn")
BANDS = (0.3, 0.4, 0.5)
"""Bounds of risk between which real people are shown beside counterfactuals."""

Sheets = list[tuple[Sheet, dict[str, Figures]]]


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
        return [m for m in METHODS if (m.key in self.only if self.only else not (self.quick and m.slow))]


def compare(console: Console, choice: Choice) -> None:
    """Ask the chosen methods, print the tables and write `peers.json`."""
    scene, methods = load_scene(choice.people), choice.methods
    judges = judges_of(scene, HOME, console.print)
    asked = {m.key: judge(judges, scene.people, _ask(scene, m, choice.fresh, console)) for m in methods}
    solvable = frozenset(one.person.source_id for those in asked.values() for one in those if one.solves)
    sheets = _sheets(judges, methods, asked, solvable)
    probes = [] if choice.only else _probe(console)
    about = [_about(scene, len(solvable)), *(_sentence(probe) for probe in probes)]
    _print(console, sheets, about, choice.as_markdown)
    _write(HOME / "peers.json", sheets, about)


def _print(console: Console, sheets: Sheets, about: Sequence[str], as_markdown: bool) -> None:
    """Tables, then the circumstances; Markdown goes to standard output alone, ready to be pasted."""
    if as_markdown:
        print("\n".join([*(markdown(sheet, rows) for sheet, rows in sheets), *(f"{p}\n" for p in about)]))
        return
    for sheet, rows in sheets:
        console.print(terminal(sheet, rows), "")
    console.print(*about, sep="\n\n", markup=False)


def _ask(scene: Scene, method: Method, fresh: bool, console: Console) -> Answers:
    answers: Answers = {}
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        shown = progress.add_task(method.name, total=len(scene.people))
        for answers in ask_all(scene, method, HOME / "peers", fresh):
            progress.update(shown, completed=len(answers))
    console.print(f"{method.name}: {len(answers)} people asked")
    return answers


def _sheets(
    judges: Judges, methods: Sequence[Method], asked: Mapping[str, list[Asked]], solvable: frozenset[int]
) -> Sheets:
    reference = asked.get(REFERENCE, [])
    robust = {one.person.source_id for one in reference if one.answer.reply.robust}
    rows = {m.name: asked[m.key] for m in methods}
    many = {m.name: asked[m.key] for m in methods if m.answers > 1}
    return [
        (RIGHT, {name: right(those, solvable) for name, those in rows.items()}),
        (HOLDING, {name: holding(those, reference, solvable) for name, those in rows.items()}),
        (
            WHERE_IT_HOLDS,
            {name: holding(_of(robust, those), reference, solvable) for name, those in rows.items()},
        ),
        (SPEED, {name: speed(those, reference) for name, those in rows.items()}),
        (SEVERAL, {name: several(judges, those) for name, those in many.items()}),
        (REAL, _real_people(judges)),
    ]


def _of(people: set[int], asked: list[Asked]) -> list[Asked]:
    return [one for one in asked if one.person.source_id in people]


def _real_people(judges: Judges) -> dict[str, Figures]:
    rows = np.stack([person.row for person in held_out_people(judges.scene)])
    risk = judges.scene.risk(rows)
    groups = {f"risk at most {BANDS[-1]:g}": risk <= BANDS[-1]}
    for low, high in pairwise(BANDS):
        groups[f"risk in ({low:g}, {high:g}]"] = (risk > low) & (risk <= high)
    asked = np.stack([person.row for person in judges.scene.people])
    found = {name: real_people(judges, rows[members]) for name, members in groups.items()}
    return found | {"those asked about, unchanged": real_people(judges, asked)}


def _probe(console: Console) -> list[Probe]:
    console.print("Asking a question that has no answer …")
    return probe_all(PEOPLE)


def _sentence(probe: Probe) -> str:
    took = f"{probe.answer.wall_s:.2f} s" if probe.answer.wall_s < 10 else f"{probe.answer.wall_s:.0f} s"
    detail = f": {probe.answer.reply.detail}" if probe.answer.reply.detail else ""
    return f"No way out (only sleep may vary, highest risk), {probe.method}: {probe.words}, {took}{detail}"


def _about(scene: Scene, solvable: int) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{circumstances()}. {len(scene.people)} held-out NHANES participants of risk above "
        f"{scene.target:g} with no missing value (peers cannot take any), the first in the file's order, "
        f"SHA-256 {scene.people_digest[:12]}; {solvable} of them have a solution, and a percentage of all is "
        f"known to within {98 / len(scene.people) ** 0.5:.0f} points; "
        f"model {scene.schema.model.name} {scene.folder.name}, manifest {scene.model_digest[:12]}; "
        f"{len(scene.training)} training people with no missing value for peers that need data. "
        f"Seeds: methods 7, refits from {judging.FIRST_SEED}, noise {judging.NOISE_SEED}. {packages}."
    )


def _write(path: Path, sheets: Sheets, about: Sequence[str]) -> None:
    tables = {sheet.title: rows for sheet, rows in sheets}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"about": about, "tables": tables}, indent=1), encoding="utf-8")
