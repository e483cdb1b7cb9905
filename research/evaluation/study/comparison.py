"""One model in one setting: ask every method about the same people, evaluate, sum up."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import numpy as np

from research.evaluation.benchmark_setup.learner import learner_of
from research.evaluation.benchmark_setup.people import BenchmarkSetup, CohortSpec, held_out_rows, load_setup
from research.evaluation.benchmark_setup.setting import SettingKind
from research.evaluation.methods.registry import REFERENCE, Method
from research.evaluation.metrics.evaluated import EvaluatedPerson, evaluate_answers
from research.evaluation.metrics.evaluators import FIRST_SEED, NOISE_SEED, Evaluators, evaluators_of
from research.evaluation.metrics.figures import (
    Figures,
    correctness,
    cost,
    diversity,
    real_people,
    speed,
    stability,
    survival,
)
from research.evaluation.reporting.environment import describe_environment
from research.evaluation.reporting.tables import TableSpec
from research.evaluation.runner.language_models import LanguageModels, Report
from research.evaluation.runner.run_all import Answers, RunOptions, run_all
from research.evaluation.study import tables

TWICE = 10
"""How many people are asked about a second time."""
BANDS = (0.6, 0.8, 1.0)
"""Bounds of risk, as shares of the threshold, between which real people are shown beside counterfactuals."""

Tables = list[tuple[TableSpec, dict[str, Figures]]]


@dataclass(frozen=True)
class Comparison:
    """All answers about one cohort in one setting, evaluated."""

    evaluators: Evaluators
    methods: Sequence[Method]
    results: Mapping[str, list[EvaluatedPerson]]
    again: Mapping[str, list[EvaluatedPerson]] = field(default_factory=dict)
    left_out: Sequence[Method] = ()
    """Methods that cannot be asked about this model."""

    @property
    def solvable(self) -> frozenset[int]:
        every = (one for those in self.results.values() for one in those)
        return frozenset(one.person.source_id for one in every if one.solves)

    @property
    def robust(self) -> set[int]:
        """People for whom the search says that there is a way that holds."""
        return {one.person.source_id for one in self.results.get(REFERENCE, []) if one.answer.reply.robust}


def compare(
    spec: CohortSpec,
    methods: Sequence[Method],
    home: Path,
    language: LanguageModels,
    report: Report,
    fresh: bool = False,
    twice: int = 0,
) -> Comparison:
    """Ask the methods that can be asked, those again with `twice` people, and evaluate their answers."""
    setup = load_setup(spec)
    evaluators = evaluators_of(setup, home, lambda words: report(words, 0.0))
    some = replace(spec, people=min(twice, len(setup.people)))
    results, again, answering, left_out = {}, {}, [], []
    for method in methods:
        if method.adapter.reads_xgboost and setup.booster is None:
            left_out.append(method)
            continue
        if method.style is not None and spec.setting is SettingKind.FREE:
            continue  # a language model is taught, and told, what a patient can do
        with language.endpoint(setup.model, method.style, report) as endpoint:
            if method.style is not None and endpoint is None and method.key != "auto":
                continue
            options = RunOptions(home / "answers", fresh=fresh, endpoint=endpoint)
            results[method.key] = evaluate_answers(
                evaluators, setup.people, _ask(setup, spec, method, options, report)
            )
            answering.append(method)
            if twice:
                few = replace(setup, people=setup.people[: some.people])
                answers = _ask(few, some, method.again(), options, report)
                again[method.key] = evaluate_answers(evaluators, few.people, answers)
    return Comparison(
        evaluators=evaluators, methods=answering, results=results, again=again, left_out=left_out
    )


def comparison_tables(comparison: Comparison) -> Tables:
    """The tables of one comparison; one that no method has a row in is left out."""
    results, reference = comparison.results, comparison.results.get(REFERENCE, [])
    solvable, setup = comparison.solvable, comparison.evaluators.setup
    rows = {m.name: results[m.key] for m in comparison.methods}
    many = {m.name: results[m.key] for m in comparison.methods if m.answers > 1}
    free = setup.setting.kind is SettingKind.FREE
    robust = comparison.robust
    right = tables.FREELY_RIGHT if free else tables.RIGHT
    holding = tables.FREELY_HOLDING if free else tables.HOLDING
    filled: Tables = [
        (right, {n: correctness(those, solvable) for n, those in rows.items()}),
        (tables.ASKING, {n: cost(those, reference) for n, those in rows.items()}),
        (holding, {n: survival(those, solvable) for n, those in rows.items()}),
        (tables.SPEED, {n: speed(those, reference) for n, those in rows.items()}),
        (tables.SEVERAL, {n: diversity(comparison.evaluators, those) for n, those in many.items()}),
        (tables.REAL, _real_people(comparison.evaluators)),
    ]
    if not free and robust:
        those_robust = {n: survival(_of(robust, those), solvable) for n, those in rows.items()}
        filled.insert(3, (tables.WHERE_IT_HOLDS, those_robust))
    if comparison.again:
        twice = {m.name: stability(results[m.key], comparison.again[m.key]) for m in comparison.methods}
        filled.append((tables.STABILITY, twice))
    return [(spec, rows) for spec, rows in filled if rows]


def describe(comparison: Comparison) -> str:
    """Who was asked about what, with which versions and seeds."""
    setup = comparison.evaluators.setup
    used = {method.package for method in comparison.methods if method.package} | {"numpy"}
    packages = ", ".join(f"{name} {version(name)}" for name in sorted(used))
    people = len(setup.people)
    return (
        f"{describe_environment()}. {people} held-out people of risk above {setup.target:g}, the first in "
        f"the file's order, SHA-256 {setup.people_digest[:12]}; {len(comparison.solvable)} of them have a "
        f"solution, {len(comparison.robust)} one that holds; "
        f"model {setup.model.name} {setup.model.version}, manifest {setup.model_digest[:12]}; "
        f"{len(setup.training)} training people for peers that need data. "
        f"Seeds: methods 7 (asked again 8), refits from {FIRST_SEED}, noise {NOISE_SEED}, "
        f"bootstrap 2026. {packages}.{''.join(f' {one}.' for one in _remarks(comparison))}"
    )


def _remarks(comparison: Comparison) -> Iterator[str]:
    """What has to be known of this model to read its tables."""
    setup = comparison.evaluators.setup
    yield from learner_of(setup.model).remarks()
    if not any(feature.noise for feature in setup.schema.features):
        yield "Its schema names no noise of measurement, so every valid answer survives it"
    if comparison.left_out:
        names = ", ".join(method.name for method in comparison.left_out)
        yield f"Left out, since they read XGBoost's own models alone: {names}"


def _ask(
    setup: BenchmarkSetup, spec: CohortSpec, method: Method, options: RunOptions, report: Report
) -> Answers:
    answers: Answers = {}
    for answers in run_all(setup, spec, method, options):
        done, all_of = len(answers), len(setup.people)
        report(f"{setup.model.name}, {setup.setting.kind}, {method.name}: {done} of {all_of}", done / all_of)
    return answers


def _of(people: set[int], results: list[EvaluatedPerson]) -> list[EvaluatedPerson]:
    return [one for one in results if one.person.source_id in people]


def _real_people(evaluators: Evaluators) -> dict[str, Figures]:
    rows = held_out_rows(evaluators.setup)
    risk, bounds = evaluators.setup.risk(rows), [share * evaluators.setup.target for share in BANDS]
    groups = {f"risk at most {bounds[-1]:g}": risk <= bounds[-1]}
    for low, high in pairwise(bounds):
        groups[f"risk in ({low:g}, {high:g}]"] = (risk > low) & (risk <= high)
    there = {name: members for name, members in groups.items() if members.any()}
    figures = {name: real_people(evaluators, rows[members]) for name, members in there.items()}
    factual = np.stack([person.row for person in evaluators.setup.people])
    return figures | {"those asked about, unchanged": real_people(evaluators, factual)}
