"""`make bench ARGS=strategies`: are options different, made of what people do, and do they hold?

Beside peers, all asked about the same held-out people: those a little above the target, whom any may help.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version

import numpy as np
from rich.console import Console

from app.classifiers.partitions import Side, people_of
from app.classifiers.store import load_version
from app.domain.counterfactual import Diversity, Generator
from app.engine.preferences import Preferences
from app.engine.search import WORK, search
from app.paths import MODEL_STORE, ROOT
from bench.within_reach import WITHIN_REACH, option_columns, within_reach
from research.evaluation.benchmark_setup.people import BenchmarkSetup, CohortSpec, load_setup
from research.evaluation.benchmark_setup.setting import SettingKind
from research.evaluation.methods.registry import STRATEGIES, Method
from research.evaluation.methods.turnpoint import ProblemBuilder
from research.evaluation.metrics.asked_changes import has_disjoint_pair, mean_distance
from research.evaluation.metrics.estimates import Estimate, mean, quantile, share
from research.evaluation.metrics.evaluators import FIRST_SEED, evaluators_of
from research.evaluation.metrics.every_way import EveryWay, every_way
from research.evaluation.metrics.figures import Figures
from research.evaluation.metrics.judged_options import (
    NEW_EFFECTS_SEED,
    NEW_SEED,
    JudgedAnswer,
    JudgedOption,
    OptionJudges,
)
from research.evaluation.metrics.read_option import Reading
from research.evaluation.reporting.environment import describe_environment
from research.evaluation.reporting.tables import Column, TableSpec, as_json, markdown, terminal
from research.evaluation.runner.result_store import TimedReply
from research.evaluation.runner.run_all import Answers, RunOptions, run_all

MODEL, BEFORE = "dysglycaemia", "dysglycaemia@1"
PEOPLE = 200
SLOW_PEOPLE = 40
"""Of them the first are asked about by a method that takes some ten seconds each."""
HIGHEST_RISK = 0.68
"""Above it, behaviours of a usual programme hardly reach the target."""
_HOME = ROOT / ".turnpoint" / "bench" / "strategies"
_REFERENCE = "Turnpoint"
_MANY = 500
"""So many options are looked for to tell whether two of version 1 share nothing."""

MADE_OF = TableSpec(
    "What options are made of",
    "Percentages. Of all people asked: an option under the target, two of them, one that holds by our rule. "
    "Behaviours: of all changes, weight with waist and BMI counted as one. Apart: mean Jaccard distance of "
    "the changes of two options of one answer. Disjoint pair: of the answers with two options or more about "
    "people for whom two ways that hold share nothing, those with such a pair. Needless: of the options, "
    "those of which a part alone does what the whole claims; contained: those that change all that another "
    "option of the answer changes. "
    "Permitted: of the options, those within reach, of no more changes than are allowed, grid aside.",
    (
        *option_columns("robust"),
        Column("permitted", "permitted"),
    ),
)
HOLDS = TableSpec(
    "Do they hold, and what do they cost",
    "Mean % of 20 new refits, new draws of noise and new draws of partial adherence in which the first "
    "option stays under the target, over people who have a way that holds; all: over all their options. "
    "Effort: median of the first option, and its ratio to Turnpoint's over the people both answered. "
    "Milliseconds over all asked; the ratio is of median CPU times over the same people.",
    (
        Column("with_way", "people"),
        Column("refits", "refits"),
        Column("noise", "noise"),
        Column("adherence", "adherence"),
        Column("refits_all", "refits, all"),
        Column("noise_all", "noise, all"),
        Column("adherence_all", "adherence, all"),
        Column("effort", "effort", 2),
        Column("effort_ratio", "/ Turnpoint's", 2),
        Column("cpu", "CPU ms, median", 1),
        Column("cpu_p95", "p95", 1),
        Column("wall", "wall ms, median", 1),
        Column("wall_p95", "p95", 1),
        Column("cpu_ratio", "CPU / Turnpoint's", 2),
    ),
)


@dataclass(frozen=True, slots=True)
class StrategiesChoice:
    """Whom to ask about, and how to print."""

    people: int = PEOPLE
    slow_people: int = SLOW_PEOPLE
    highest_risk: float = HIGHEST_RISK
    fresh: bool = False
    as_markdown: bool = False


@dataclass(frozen=True, slots=True)
class Ways:
    """What there is for one person: a way that holds, and two of these that share nothing (None: unknown)."""

    robust: bool
    disjoint: bool | None


@dataclass(frozen=True)
class Row:
    """One row of the tables: who was asked, and what came of it."""

    name: str
    answers: Mapping[int, TimedReply]
    judged: Mapping[int, JudgedAnswer]
    ways: Mapping[int, Ways]

    @cached_property
    def first(self) -> dict[int, JudgedOption]:
        return {person: one.options[0] for person, one in self.judged.items() if one.options}


def measure_strategies(console: Console, choice: StrategiesChoice) -> None:
    """Ask, judge, print the tables, and write `strategies.json`."""
    ids = cohort(choice)
    asked = _Asked(ids, choice, console)
    rows = [*asked.ours(), asked.before(), *asked.peers()]
    tables = [
        (MADE_OF, {row.name: made_of(row) for row in rows}),
        (HOLDS, {row.name: holds(row, rows[0]) for row in rows}),
        (WITHIN_REACH, within_reach(asked.judges.evaluators)),
    ]
    about = asked.about(rows)
    for spec, figures in tables:
        if choice.as_markdown:
            print(markdown(spec, figures))
        else:
            console.print(terminal(spec, figures), "")
    print("\n\n".join(about)) if choice.as_markdown else console.print(*about, sep="\n\n", markup=False)
    path = _HOME.parent / "strategies.json"
    results = {"about": about, "tables": as_json(tables)}
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def cohort(choice: StrategiesChoice) -> tuple[int, ...]:
    """The first held-out people at high risk by both versions, no further above the target than is told."""
    now, before = (load_version(MODEL_STORE, name) for name in (MODEL, BEFORE))
    threshold = now.schema.model.threshold
    earlier = {one.source_id: one.risk for one in people_of(before, Side.HELD_OUT)}
    return tuple(
        one.source_id
        for one in people_of(now, Side.HELD_OUT)
        if threshold < one.risk <= choice.highest_risk
        and earlier[one.source_id] > before.schema.model.threshold
    )[: choice.people]


class _Asked:
    """Everybody asked, method by method."""

    def __init__(self, ids: tuple[int, ...], choice: StrategiesChoice, console: Console) -> None:
        self._choice, self._console = choice, console
        self._now = CohortSpec(MODEL, SettingKind.ACTIONABLE, people=len(ids), ids=ids)
        self._before = replace(self._now, model=BEFORE)
        self._setup, self._setup_before = load_setup(self._now), load_setup(self._before)
        self.judges = self._judged_by(self._setup)

    def ours(self) -> list[Row]:
        rows = []
        for method in (one for one in STRATEGIES if one.is_ours):
            answers = self._ask(self._setup, self._now, method, fresh=True)
            judged = self._judge(self.judges, answers, Reading.FOLLOWED, claims_to_hold=True)
            rows.append(Row(method.name, answers, judged, self._ways))
        return rows

    def before(self) -> Row:
        """Version 1 by its own rules, its own classifier and refits of it."""
        method = next(one for one in STRATEGIES if one.options.get("diversity") == "least_effort")
        answers = self._ask(self._setup_before, self._before, method, fresh=True)
        judges = self._judged_by(self._setup_before)
        judged = self._judge(judges, answers, Reading.FOLLOWED, claims_to_hold=True)
        return Row("Turnpoint, version 1", answers, judged, self._ways_before())

    def peers(self) -> list[Row]:
        rows = []
        for method in (one for one in STRATEGIES if not one.is_ours):
            few = self._setup.people[: self._choice.slow_people if method.slow else None]
            setup = replace(self._setup, people=few)
            answers = self._ask(setup, self._now, method, self._choice.fresh)
            for reading, name in ((Reading.RETURNED, ""), (Reading.FOLLOWED, ", what follows added")):
                judged = self._judge(self.judges, answers, reading, claims_to_hold=False)
                rows.append(Row(f"{method.name}{name}", answers, judged, self._ways))
        return rows

    def about(self, rows: Sequence[Row]) -> list[str]:
        """Who was asked by whom, with which versions and seeds, and what the looks of ways make of it."""
        packages = sorted({method.package for method in STRATEGIES if method.package})
        versions = ", ".join(f"{name} {version(name)}" for name in packages)
        ways = list(self._ways.values())
        robust, apart = sum(one.robust for one in ways), sum(bool(one.disjoint) for one in ways)
        apart_anyhow = sum(one.has_disjoint_of_any_looks for one in self._every_way.values())
        far = sum(self._needlessly_far(answer) for answer in rows[0].answers.values())
        return [
            f"{describe_environment()}. {len(self._setup.people)} held-out people of risk above "
            f"{self._setup.target:g} and at most {self._choice.highest_risk:g} (version 1: above "
            f"{self._setup_before.target:g}), the first in the file's order, SHA-256 "
            f"{self._setup.people_digest[:12]}; versions {self._setup.model.version} and "
            f"{self._setup_before.model.version}. Seeds: methods 7, refits from {FIRST_SEED}, noise and "
            f"adherence {NEW_SEED}, quantiles of effects {NEW_EFFECTS_SEED}. {versions}.",
            f"Every permitted candidate was looked at: {robust} people have a way that holds; {apart} have "
            f"two ways that share nothing, {apart_anyhow} if ways may look less like real people. Options of "
            f"Turnpoint's that do not stand, or go further than is needed in some change: {far}.",
        ]

    def _needlessly_far(self, answer: TimedReply) -> int:
        ways, reply = self._every_way[answer.person], answer.reply
        options = [
            ways.levels_of(np.array(row), asked) for row, asked in zip(reply.rows, reply.asked, strict=True)
        ]
        return sum(not ways.stands(one) or ways.is_needlessly_far(one) for one in options)

    def _ask(self, setup: BenchmarkSetup, spec: CohortSpec, method: Method, fresh: bool) -> Answers:
        answers: Answers = {}
        self._console.print(f"{setup.model.schema.model.reference}: {method.name} …")
        for so_far in run_all(setup, spec, method, RunOptions(_HOME / "answers", fresh=fresh)):
            answers = so_far
        return answers

    def _judged_by(self, setup: BenchmarkSetup) -> OptionJudges:
        return OptionJudges(evaluators_of(setup, _HOME, self._console.print), roles=self._setup.schema)

    def _judge(
        self, judges: OptionJudges, answers: Answers, reading: Reading, claims_to_hold: bool
    ) -> dict[int, JudgedAnswer]:
        people = {person.source_id: person for person in judges.evaluators.setup.people}
        return {
            person: judges.answer(people[person], answer.reply, reading, claims_to_hold)
            for person, answer in answers.items()
        }

    @cached_property
    def _ways(self) -> dict[int, Ways]:
        return {person: Ways(one.robust, one.has_disjoint) for person, one in self._every_way.items()}

    @cached_property
    def _every_way(self) -> dict[int, EveryWay]:
        """By a look at every candidate."""
        self._console.print("Looking at every permitted candidate …")
        builder, least = ProblemBuilder(self._setup), self._setup.schema.model.min_robustness
        return {
            person.source_id: every_way(builder.problem(person), builder.references, least)
            for person in self._setup.people
        }

    def _ways_before(self) -> dict[int, Ways]:
        """By the exact search, which of five changes among physiology looks at far fewer than there are."""
        builder = ProblemBuilder(self._setup_before)
        wishes = Preferences(
            _MANY,
            self._setup_before.schema.model.min_robustness,
            Generator.SEARCH,
            Diversity.LEAST_EFFORT,
        )
        found = {}
        for person in self._setup_before.people:
            problem = builder.problem(person)
            result = search(problem, builder.references, wishes, WORK)
            names = [lever.feature.name for lever in problem.levers]
            sets = [frozenset(names[at] for at in np.flatnonzero(one)) for one in result.levels]
            complete = result.proved and (np.isinf(result.bound) or len(result.levels) == 0)
            disjoint = has_disjoint_pair(sets) or (False if complete else None)
            robust = len(result.levels) > 0 and result.share >= wishes.min_robustness
            found[person.source_id] = Ways(robust, disjoint)
        return found


def made_of(row: Row) -> Figures:
    """What the options of one method are made of."""
    answers = list(row.judged.values())
    options = [option for answer in answers for option in answer.options]
    several = [answer for answer in answers if len(answer.options) > 1]
    could = [answer for answer in several if row.ways[answer.person].disjoint]
    changes = sum(len(option.changes) for option in options)
    done = sum(len(option.changes.behaviours) for option in options)
    repeated = sum(answer.repeated for answer in answers)
    return {
        "asked": Estimate(len(answers)),
        "answered": share([bool(answer.options) for answer in answers]),
        "two": share([len(answer.options) > 1 for answer in answers]),
        "robust": share([any(_is_robust(option) for option in answer.options) for answer in answers]),
        "options": mean([len(answer.options) for answer in answers if answer.options]),
        "behaviours": Estimate(100 * done / changes) if changes else None,
        "changes": mean([len(option.changes) for option in options]),
        "distance": mean([mean_distance([one.changes for one in answer.options]) for answer in several]),
        "could": Estimate(len(could)),
        "disjoint": share([has_disjoint_pair([o.changes.all for o in answer.options]) for answer in could]),
        "needless": share([option.needless for option in options]),
        "contained": Estimate(100 * repeated / len(options)) if options else None,
        "permitted": share([option.permitted for option in options]),
    }


def holds(row: Row, reference: Row) -> Figures:
    """Whether the options of one method hold where something does, and what they cost."""
    with_way = [person for person in row.judged if row.ways[person].robust]
    first = [row.first[person] for person in with_way if person in row.first]
    every = [option for person in with_way for option in row.judged[person].options]
    both = [person for person in row.first if person in reference.first]
    cpu = {person: 1000 * answer.cpu_s for person, answer in row.answers.items()}
    wall = [1000 * answer.wall_s for answer in row.answers.values()]
    theirs = [1000 * reference.answers[person].cpu_s for person in cpu]
    return {
        "with_way": Estimate(len(first)),
        "refits": mean([100 * one.refits for one in first]),
        "noise": mean([100 * one.noise for one in first]),
        "adherence": mean([100 * one.adherence for one in first]),
        "refits_all": mean([100 * one.refits for one in every]),
        "noise_all": mean([100 * one.noise for one in every]),
        "adherence_all": mean([100 * one.adherence for one in every]),
        "effort": quantile([one.effort for one in row.first.values()]),
        "effort_ratio": _ratio(
            [row.first[person].effort for person in both], [reference.first[person].effort for person in both]
        ),
        "cpu": quantile([*cpu.values()]),
        "cpu_p95": quantile([*cpu.values()], 0.95),
        "wall": quantile(wall),
        "wall_p95": quantile(wall, 0.95),
        "cpu_ratio": _ratio([*cpu.values()], theirs),
    }


def _is_robust(option: JudgedOption, least: float = 0.9) -> bool:
    return option.by_rule >= least - 1e-9


def _ratio(own: Sequence[float], theirs: Sequence[float]) -> Estimate | None:
    """Of two medians over the same people."""
    return Estimate(float(np.median(own) / np.median(theirs))) if own else None
