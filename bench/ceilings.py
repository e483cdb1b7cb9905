"""How many people could be helped at all: every permitted candidate, beside what Turnpoint gives them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from research.evaluation.benchmark_setup.people import BenchmarkPerson
from research.evaluation.methods.turnpoint import ProblemBuilder
from research.evaluation.metrics.ceiling import Ceiling, ceiling_of
from research.evaluation.metrics.coverage import Coverage
from research.evaluation.metrics.estimates import Estimate, quantile, share
from research.evaluation.metrics.figures import Figures
from research.evaluation.metrics.judged_coverage import CoverageJudges, CoveredPerson
from research.evaluation.reporting.tables import Column, TableSpec

CEILING = TableSpec(
    "The most that is permitted, and what Turnpoint gives",
    "Percentages of people. Every permitted candidate was looked at. Falls: any lowers the risk by 2 points "
    "or more. And holds: any does so robustly. Reaches: any reaches the target and holds. Missed: people "
    "whom some candidate helps and Turnpoint does not, a count. Largest: the median of everybody's largest "
    "fall, in points, whether or not it holds.",
    (
        Column("people", "people"),
        Column("candidates", "candidates, median"),
        Column("largest", "largest", 1),
        Column("falls", "falls"),
        Column("useful", "and holds, or reaches", interval=True),
        Column("given", "Turnpoint gives", interval=True),
        Column("reaches", "reaches"),
        Column("given_reaches", "Turnpoint gives that"),
        Column("missed", "missed"),
    ),
    first="judged by",
)
FOR_WHOM = TableSpec(
    "For whom",
    "Percentages of people, by Turnpoint's answers before new refits and draws. The risk is the estimate as "
    "things are.",
    (
        Column("people", "people"),
        Column("reaches", "reaches"),
        Column("improves", "improves"),
        Column("neither", "neither", interval=True),
        Column("fall", "fall, median", 1),
    ),
    first="group",
)
_GROUPS = {
    "risk": (0.5, 0.6, 0.7, 0.8, 1.0),
    "age": (0.0, 50.0, 65.0, 200.0),
    "bmi": (0.0, 25.0, 30.0, 200.0),
}


@dataclass(frozen=True, slots=True)
class Grouped:
    """One person, by what groups are made of."""

    risk: float
    person: BenchmarkPerson
    covered: CoveredPerson

    def of(self, name: str) -> float:
        """What they are grouped by; not a number, which is in no group, where that is unknown."""
        value = self.risk if name == "risk" else self.person.values[name]
        return float("nan") if value is None else float(value)


def ceilings(judges: CoverageJudges, covered: Mapping[int, CoveredPerson], people: int) -> dict[str, Figures]:
    """Figures of the first people, by each judge's name."""
    asked = [person for person in judges.setup.people if person.source_id in covered][:people]
    builder = ProblemBuilder(judges.setup)
    problems = [builder.problem(person) for person in asked]
    given = [covered[person.source_id] for person in asked]
    seen = [ceiling_of(problem, judges.seen) for problem in problems]
    new = [ceiling_of(problem, judges.new) for problem in problems]
    return {
        "the engine's refits and draws": ceiling_figures(seen, [one.seen for one in given]),
        "new ones": ceiling_figures(new, [one.new for one in given]),
    }


def ceiling_figures(most: Sequence[Ceiling], given: Sequence[Coverage]) -> Figures:
    """What there is beside what is given, person by person."""
    helped = [one.coverage is not Coverage.NEITHER for one in most]
    got = [one is not Coverage.NEITHER for one in given]
    return {
        "people": Estimate(len(most)),
        "candidates": quantile([one.candidates for one in most]),
        "largest": quantile([100 * one.largest for one in most]),
        "falls": share([one.falls for one in most]),
        "useful": share(helped),
        "given": share(got),
        "reaches": share([one.coverage is Coverage.REACHES for one in most]),
        "given_reaches": share([one is Coverage.REACHES for one in given]),
        "missed": Estimate(sum(can and not does for can, does in zip(helped, got, strict=True))),
    }


def for_whom(people: Sequence[Grouped]) -> dict[str, Figures]:
    """Whom Turnpoint helps, by risk, age and body mass index."""
    rows: dict[str, Figures] = {}
    for name, edges in _GROUPS.items():
        for low, high in pairwise(edges):
            rows[_named(name, low, high, edges)] = _group(
                [one for one in people if low <= one.of(name) < high]
            )
    return rows


def _named(name: str, low: float, high: float, edges: Sequence[float]) -> str:
    shown = name.upper() if name == "bmi" else name
    if low == edges[0] and name != "risk":
        return f"{shown} below {high:g}"
    return f"{shown} {low:g} or more" if high == edges[-1] else f"{shown} {low:g} to below {high:g}"


def _group(people: Sequence[Grouped]) -> Figures:
    coverages = [one.covered.new for one in people]
    falls = [one.covered.furthest.reduction for one in people if one.covered.furthest is not None]
    return {
        "people": Estimate(len(people)),
        "reaches": share([one is Coverage.REACHES for one in coverages]),
        "improves": share([one is Coverage.IMPROVES for one in coverages]),
        "neither": share([one is Coverage.NEITHER for one in coverages]),
        "fall": quantile([100 * fall for fall in falls]),
    }
