"""Strategies where there is more to choose from: of each person a risk is asked for that is a little lower.

Near the model's own target hardly anybody has two ways that share nothing. So how options differ is measured
on a target in reach, too: the person's risk less some points. Peers know one target for all: they are left
out.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.domain.causes import Draws
from app.domain.counterfactual import Diversity, Generator
from app.domain.recourse import GenerationStats
from app.domain.schema import IntArray
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem
from app.engine.recommend import recommend
from app.engine.robustness import NOISE_DRAWS, draws_for
from app.engine.search import search
from research.evaluation.methods.turnpoint import ProblemBuilder
from research.evaluation.metrics.asked_changes import (
    AskedChanges,
    asked_changes,
    contains_another,
    has_disjoint_pair,
    mean_distance,
)
from research.evaluation.metrics.estimates import Estimate, mean, quantile, share
from research.evaluation.metrics.evaluators import Evaluators
from research.evaluation.metrics.every_way import EveryWay, every_way
from research.evaluation.metrics.figures import Figures
from research.evaluation.metrics.judged_options import NEW_EFFECTS_SEED, NEW_SEED
from research.evaluation.reporting.tables import Column, TableSpec

FALL = 0.01
COUNT = 4


def option_columns(robust: str) -> tuple[Column, ...]:
    """The columns of what options are made of; `robust` is the heading of the share of people."""
    return (
        Column("asked", "asked"),
        Column("answered", "answered"),
        Column("two", "≥ 2 options"),
        Column("robust", robust),
        Column("options", "options", 2),
        Column("behaviours", "behaviours"),
        Column("changes", "changes an option", 2),
        Column("distance", "apart", 2),
        Column("could", "could be disjoint, people"),
        Column("disjoint", "disjoint pair"),
        Column("needless", "needless"),
        Column("contained", "contained"),
    )


WITHIN_REACH = TableSpec(
    "Where there is more to choose from",
    f"The same people, each asked for a risk {100 * FALL:g} point below their own, by Turnpoint alone. "
    "Columns as above. Needless: of the options, those that a look at every permitted candidate finds not to "
    "stand, or to go further than is needed in some change. Survival is of the first option, over people who "
    "have a way that holds.",
    (
        *option_columns("have a way that holds"),
        Column("refits", "refits"),
        Column("noise", "noise"),
        Column("adherence", "adherence"),
        Column("effort", "effort", 2),
        Column("cpu", "CPU ms, median", 1),
        Column("cpu_p95", "p95", 1),
    ),
)


@dataclass(frozen=True)
class Choices:
    """What one person is offered: their options as levels, best first, and how long that took."""

    ways: EveryWay
    levels: IntArray
    changes: list[AskedChanges]
    cpu_s: float

    @property
    def needless(self) -> int:
        return sum(not self.ways.stands(one) or self.ways.is_needlessly_far(one) for one in self.levels)

    @property
    def contained(self) -> int:
        return sum(contains_another(place, self.changes) for place in range(len(self.changes)))


def within_reach(evaluators: Evaluators) -> dict[str, Figures]:
    """Figures of each way to choose options, by its name."""
    setup = evaluators.setup
    builder, new_draws = ProblemBuilder(setup), draws_for(setup.schema, NEW_SEED, NEW_EFFECTS_SEED)
    problems = [_nearer(builder.problem(person)) for person in setup.people]
    least = setup.schema.model.min_robustness
    ways = [every_way(problem, builder.references, least) for problem in problems]
    return {
        name: _figures([_choices(builder, one, diversity) for one in ways], evaluators, new_draws)
        for name, diversity in (
            ("Turnpoint", Diversity.STRATEGIES),
            ("Turnpoint, least effort", Diversity.LEAST_EFFORT),
        )
    }


def _nearer(problem: RecourseProblem) -> RecourseProblem:
    return replace(problem, target=float(problem.risk(problem.unchanged)[0]) - FALL)


def _choices(builder: ProblemBuilder, ways: EveryWay, diversity: Diversity) -> Choices:
    problem, references = ways.problem, builder.references
    wishes = Preferences(COUNT, problem.schema.model.min_robustness, Generator.SEARCH, diversity)
    started = time.process_time()
    risk, nothing = float(problem.risk(problem.unchanged)[0]), problem.unchanged[:0]
    result = search(problem, references, wishes)
    answer = recommend(problem, references, wishes, risk, result, nothing, GenerationStats())
    took = time.process_time() - started
    rows = [problem.schema.encode(option.features) for option in answer.counterfactuals]
    said = [[change.feature for change in option.changes] for option in answer.counterfactuals]
    factual = problem.levers.factual
    levels = [ways.levels_of(row, asked) for row, asked in zip(rows, said, strict=True)]
    return Choices(
        ways,
        np.array(levels, dtype=np.int64).reshape(len(levels), len(problem.levers)),
        [asked_changes(problem.schema, factual, row, asked) for row, asked in zip(rows, said, strict=True)],
        took,
    )


def _figures(choices: Sequence[Choices], evaluators: Evaluators, draws: Draws) -> Figures:
    several = [one for one in choices if len(one.levels) > 1]
    could = [one for one in several if one.ways.has_disjoint]
    options = [changes for one in choices for changes in one.changes]
    done = sum(len(changes.behaviours) for changes in options)
    holding = [one for one in choices if one.ways.robust and len(one.levels)]
    survived = np.array([_survival(one, evaluators, draws) for one in holding]).reshape(-1, 3)
    efforts = [float(one.ways.problem.levers.effort(one.levels[:1])[0]) for one in choices if len(one.levels)]
    cpu = [1000 * one.cpu_s for one in choices]
    return {
        "asked": Estimate(len(choices)),
        "answered": share([len(one.levels) > 0 for one in choices]),
        "two": share([len(one.levels) > 1 for one in choices]),
        "robust": share([one.ways.robust for one in choices]),
        "options": mean([len(one.levels) for one in choices if len(one.levels)]),
        "behaviours": Estimate(100 * done / sum(map(len, options))) if options else None,
        "changes": mean([len(changes) for changes in options]),
        "distance": mean([mean_distance(one.changes) for one in several]),
        "could": Estimate(len(could)),
        "disjoint": share([has_disjoint_pair([changes.all for changes in one.changes]) for one in could]),
        "needless": Estimate(100 * sum(one.needless for one in choices) / len(options)) if options else None,
        "contained": Estimate(100 * sum(one.contained for one in choices) / len(options))
        if options
        else None,
        **{
            name: mean((100 * survived[:, place]).tolist())
            for place, name in enumerate(("refits", "noise", "adherence"))
        },
        "effort": quantile(efforts),
        "cpu": quantile(cpu),
        "cpu_p95": quantile(cpu, 0.95),
    }


def _survival(choices: Choices, evaluators: Evaluators, draws: Draws) -> tuple[float, float, float]:
    """Shares of new refits, noise draws and adherence draws that keep the first option under its target."""
    problem, first = choices.ways.problem, choices.levels[:1]
    refits = float((evaluators.refits.risk(problem.levers.rows(first)) <= problem.target).mean())
    held = problem.classifier.risk(problem.levers.drawn_rows(first, draws)[0]) <= problem.target
    return refits, float(held[:NOISE_DRAWS].mean()), float(held[NOISE_DRAWS:].mean())
