"""Packets of generated suggestions, and generated answers to them: no method and no clinician is behind."""

import csv
import io
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import numpy as np

from app.domain.schema import FloatArray
from app.engine.problem import RecourseProblem, problem_about
from app.paths import MODEL_STORE
from research.evaluation.benchmark_setup.people import BenchmarkSetup, CohortSpec, load_setup
from research.evaluation.benchmark_setup.setting import SettingKind
from research.review.cases import cases_of
from research.review.exporting import Order, Rounds, write
from research.review.key import Key
from research.review.methods import ASKED, Reviewed, Suggested
from research.review.writing import FORM

PEOPLE = 6
Rate = Callable[[str, str], tuple[int, bool, bool, str]]
"""Generated answers: to a case and option, how plausible, whether safe and advised, and why not."""


@cache
def setup_of(model: str) -> BenchmarkSetup:
    return load_setup(CohortSpec(model, SettingKind.ACTIONABLE, people=PEOPLE))


def problems(setup: BenchmarkSetup) -> dict[int, RecourseProblem]:
    return {person.source_id: problem_about(setup.model, person.values) for person in setup.people}


def generated_row(problem: RecourseProblem, draw: np.random.Generator, on_steps: bool) -> FloatArray:
    """What a method might answer: one to three changes at random, on the steps or off them, either way."""
    levels = problem.unchanged[0].copy()
    for place in draw.permutation(len(levels))[: draw.integers(1, 4)]:
        levels[place] = draw.integers(1, problem.levers.items[place].top + 1)
    row = problem.levers.rows(levels[None])[0]
    if not on_steps:
        moved = [lever.columns[0] for lever in problem.levers if lever.feature.is_numeric]
        row[moved] += draw.normal(0, 1.3, len(moved))
    return row


def suggestions(setup: BenchmarkSetup, seed: int = 5) -> Suggested:
    """Of search and language model on the steps, and one of both alike; of the others off them."""
    draw, suggested = np.random.default_rng(seed), Suggested()
    for method in ASKED:
        on_steps = method in (Reviewed.SEARCH, Reviewed.LANGUAGE_MODEL)
        rows = {person: generated_row(problem, draw, on_steps) for person, problem in problems(setup).items()}
        suggested.rows[method] = {person: tuple(row.tolist()) for person, row in rows.items()}
        suggested.names[method] = f"generated in place of {method}"
    first = setup.people[0].source_id
    alike = suggested.rows[Reviewed.SEARCH][first]
    suggested.rows[Reviewed.LANGUAGE_MODEL] = {**suggested.rows[Reviewed.LANGUAGE_MODEL], first: alike}
    return suggested


def written_packet(folder: Path, suggested: Suggested, model: str = "dysglycaemia", seed: int = 3) -> Key:
    """A packet in `folder/packet`, with its key beside it."""
    setup = setup_of(model)
    ids = [person.source_id for person in setup.people]
    order = Order(model, MODEL_STORE, PEOPLE, seed, folder / "packet", folder / "key.json")
    return write(order, Rounds(setup, suggested, PEOPLE), cases_of(setup, ids, suggested))


def table_of(folder: Path) -> list[dict[str, str]]:
    """The blank form's rows."""
    text = (folder / "packet" / FORM).read_bytes().decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def filled_rows(folder: Path, reviewer: str, rate: Rate) -> list[dict[str, str]]:
    """The form with generated answers, the code in its first row."""
    rows = table_of(folder)
    for row in rows:
        plausible, safe, advise, why_not = rate(row["case"], row["option"])
        row |= {"plausible": str(plausible), "safe": _yes_no(safe), "would_advise": _yes_no(advise)}
        row["why_not"] = why_not
    rows[0]["reviewer"] = reviewer
    return rows


def written_form(path: Path, rows: list[dict[str, str]], delimiter: str = ",") -> Path:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    return path


def methods_by_option(key: Key) -> Mapping[tuple[str, str], tuple[Reviewed, ...]]:
    return {(case.case, option.option): option.methods for case in key.cases for option in case.options}


def _yes_no(answer: bool) -> str:
    return "yes" if answer else "no"
