"""`make bench ARGS=improvements`: whom do answers help at all, and is there more that could be given?

Beside peers, all asked about the same held-out people at high risk, most of whom cannot reach the target.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version

from rich.console import Console

from app.domain.risk_scale import LEAST_REDUCTION
from app.domain.scope import USUAL, Inclusion, Programme, Scope
from app.paths import ROOT
from bench.ceilings import CEILING, FOR_WHOM, Grouped, ceilings, for_whom
from bench.covered import COVERAGE, WORTH, Row, coverage, worth
from bench.fronts import FRONTS, fronts
from research.evaluation.benchmark_setup.people import BenchmarkPerson, BenchmarkSetup, CohortSpec, load_setup
from research.evaluation.benchmark_setup.setting import SettingKind
from research.evaluation.methods.registry import IMPROVEMENTS, Method, method_factory
from research.evaluation.metrics.evaluators import FIRST_SEED, Evaluators, evaluators_of
from research.evaluation.metrics.judged_coverage import CoverageJudges, coverage_judges
from research.evaluation.metrics.judged_options import NEW_EFFECTS_SEED, NEW_SEED
from research.evaluation.metrics.read_option import Reading
from research.evaluation.reporting.environment import describe_environment
from research.evaluation.reporting.tables import as_json, markdown, terminal
from research.evaluation.runner.run_all import Answers, RunOptions, run_all

MODEL = "dysglycaemia"
FEW_PEOPLE, SLOW_PEOPLE = 150, 20
"""So many are asked about by a method that takes about a second each, and by one that takes some ten."""
BRUTE_PEOPLE, FRONT_PEOPLE = 605, 150
FEWER = {"dice-random-four"}
_EVERYBODY = 1_000_000
_HOME = ROOT / ".turnpoint" / "bench" / "improvements"
WIDER = {
    "treatment included": Scope((Inclusion.TREATMENT,)),
    "intensive programme": Scope(programme=Programme.INTENSIVE),
    "intensive, treatment included": Scope((Inclusion.TREATMENT,), Programme.INTENSIVE),
}


@dataclass(frozen=True, slots=True)
class ImprovementsChoice:
    """Whom to ask about, and how to print."""

    people: int = _EVERYBODY
    few_people: int = FEW_PEOPLE
    slow_people: int = SLOW_PEOPLE
    brute_people: int = BRUTE_PEOPLE
    front_people: int = FRONT_PEOPLE
    fresh: bool = False
    """Asks anew even those whose answers are kept; a run that was stopped goes on where it was."""
    ours_alone: bool = False
    as_markdown: bool = False

    def asked_by(self, method: Method) -> int:
        """Of the people, the first so many."""
        limit = self.slow_people if method.slow else self.few_people if method.key in FEWER else self.people
        return min(limit, self.people)


def measure_improvements(console: Console, choice: ImprovementsChoice) -> None:
    """Ask, judge, print the tables, and write `improvements.json`."""
    asked = _Asked(choice, console)
    ours = asked.ours(USUAL, "Turnpoint")
    rows = [ours, *asked.wider(), *(() if choice.ours_alone else asked.peers())]
    console.print("Looking at every permitted candidate …")
    tables = [
        (COVERAGE, {row.name: coverage(row, ours) for row in rows}),
        (WORTH, {row.name: worth(row, ours) for row in rows}),
        (CEILING, ceilings(asked.judges, ours.covered, choice.brute_people)),
        (FOR_WHOM, for_whom(asked.grouped(ours))),
        (FRONTS, fronts(choice.front_people)),
    ]
    about = asked.about()
    for spec, figures in tables:
        if choice.as_markdown:
            print(markdown(spec, figures))
        else:
            console.print(terminal(spec, figures), "")
    print(about) if choice.as_markdown else console.print(about, markup=False)
    path = _HOME.parent / "improvements.json"
    path.write_text(
        json.dumps({"about": about, "tables": as_json(tables)}, indent=1) + "\n", encoding="utf-8"
    )


class _Asked:
    """Everybody asked, method by method."""

    def __init__(self, choice: ImprovementsChoice, console: Console) -> None:
        self._choice, self._console = choice, console
        self._spec = CohortSpec(MODEL, SettingKind.ACTIONABLE, people=choice.people)
        self._setup = load_setup(self._spec)
        _HOME.mkdir(parents=True, exist_ok=True)

    @cached_property
    def judges(self) -> CoverageJudges:
        return coverage_judges(self._setup, self._evaluators)

    @cached_property
    def _evaluators(self) -> Evaluators:
        return evaluators_of(self._setup, _HOME, self._console.print)

    def ours(self, scope: Scope, name: str) -> Row:
        """Turnpoint's whole answer; of a wider scope by that scope's own rules."""
        [method] = (one for one in IMPROVEMENTS if one.is_ours)
        spec = replace(self._spec, scope=scope)
        setup = load_setup(spec)
        method_factory(method, spec)()  # a first start compiles, for which a worker has not the time
        answers = self._ask(setup, spec, replace(method, name=name))
        judges = coverage_judges(setup, self._evaluators)
        return _row(name, judges, setup.people, [answers], Reading.FOLLOWED)

    def wider(self) -> Iterator[Row]:
        for name, scope in WIDER.items():
            yield self.ours(scope, f"Turnpoint, {name}")

    def peers(self) -> Iterator[Row]:
        for method in (one for one in IMPROVEMENTS if not one.is_ours):
            people = self._setup.people[: self._choice.asked_by(method)]
            first = self._ask_for(people, method, None)
            plain = _row("", self.judges, people, [first], Reading.RETURNED)
            unhelped = [one for one in people if not plain.covered[one.source_id].permitted]
            again = self._ask_for(unhelped, method, LEAST_REDUCTION)
            for reading, name in ((Reading.RETURNED, ""), (Reading.FOLLOWED, ", what follows added")):
                yield _row(f"{method.name}{name}", self.judges, people, [first, again], reading)

    def grouped(self, row: Row) -> list[Grouped]:
        risk = {one.source_id: float(self._setup.risk(one.row[None])[0]) for one in self._setup.people}
        return [Grouped(risk[one.source_id], one, row.covered[one.source_id]) for one in self._setup.people]

    def about(self) -> str:
        """Who was asked by whom, with which versions and seeds."""
        packages = sorted({method.package for method in IMPROVEMENTS if method.package})
        versions = ", ".join(f"{name} {version(name)}" for name in packages)
        setup = self._setup
        return (
            f"{describe_environment()}. {len(setup.people)} held-out people of risk above {setup.target:g}, "
            f"the first in the file's order, SHA-256 {setup.people_digest[:12]}; model {MODEL} "
            f"{setup.model.version}, manifest {setup.model_digest[:12]}. Seeds: methods 7, refits from "
            f"{FIRST_SEED}, noise and adherence {NEW_SEED}, quantiles of effects {NEW_EFFECTS_SEED}. "
            f"{versions}."
        )

    def _ask_for(
        self,
        people: tuple[BenchmarkPerson, ...] | list[BenchmarkPerson],
        method: Method,
        reduction: float | None,
    ) -> Answers:
        if not people:
            return {}
        ids = tuple(person.source_id for person in people)
        spec = replace(self._spec, people=len(ids), ids=ids, reduction=reduction)
        return self._ask(load_setup(spec), spec, method)

    def _ask(self, setup: BenchmarkSetup, spec: CohortSpec, method: Method) -> Answers:
        answers: Answers = {}
        fall = "" if spec.reduction is None else f", {100 * spec.reduction:g} points below their own risk"
        self._console.print(f"{method.name}: {len(setup.people)} people{fall} …")
        for so_far in run_all(setup, spec, method, RunOptions(_HOME / "answers", fresh=self._choice.fresh)):
            answers = so_far
        return answers


def _row(
    name: str,
    judges: CoverageJudges,
    people: tuple[BenchmarkPerson, ...] | list[BenchmarkPerson],
    asked: list[Answers],
    reading: Reading,
) -> Row:
    """All answers about each person judged; what they took is added up."""
    covered, cpu_s = {}, {}
    for person in people:
        answers = [answers[person.source_id] for answers in asked if person.source_id in answers]
        covered[person.source_id] = judges.person(person, [one.reply for one in answers], reading)
        cpu_s[person.source_id] = sum(one.cpu_s for one in answers)
    return Row(name, covered, cpu_s, frozenset(asked[1]) if len(asked) > 1 else frozenset())
