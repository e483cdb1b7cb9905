"""The tables of coverage: whom methods help, and what the help is worth."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from research.evaluation.metrics.coverage import Coverage
from research.evaluation.metrics.estimates import Estimate, mean, quantile, share
from research.evaluation.metrics.figures import Figures
from research.evaluation.metrics.judged_coverage import CoveredOption, CoveredPerson
from research.evaluation.reporting.tables import Column, TableSpec

COVERAGE = TableSpec(
    "Whom it helps",
    "Percentages of all asked. Reaches: an option at or below the target that holds. Improves: the risk "
    "falls by 2 points or more, and falls in enough refits, noise draws and adherence draws, each from its "
    "own start. Useful: either. First by the refits and draws that the engine uses, then by 20 new refits "
    "and new draws that no method has seen. Options that are not permitted count as none; of any option: "
    "before that rule. Permitted: of the options given, grid aside. Asked twice: a peer that gave nothing "
    "permitted for the target was asked for the person's risk less 2 points.",
    (
        Column("asked", "asked"),
        Column("twice", "asked twice"),
        Column("answered", "answered"),
        Column("permitted", "permitted"),
        Column("seen_reaches", "reaches"),
        Column("seen_improves", "improves"),
        Column("seen_useful", "useful", interval=True),
        Column("new_reaches", "reaches, new"),
        Column("new_improves", "improves, new"),
        Column("new_useful", "useful, new", interval=True),
        Column("theirs", "Turnpoint's, same people"),
        Column("seen_any", "useful, of any option"),
        Column("new_any", "the same, new"),
    ),
)
WORTH = TableSpec(
    "What the help is worth",
    "Over people whom the method helps by new refits and draws. Of the useful option of the largest fall: "
    "the fall in points of risk, its effort, and the mean % of new refits, noise draws and adherence draws "
    "in which at least half of it remains. Least effort: of the useful option that takes the least. Ratios "
    "are of medians over the people whom both help; those of time over all asked. CPU milliseconds for one "
    "person, both questions of a peer that was asked twice.",
    (
        Column("people", "people"),
        Column("fall", "fall, median", 1),
        Column("fall_mean", "mean", 1),
        Column("fall_ratio", "/ Turnpoint's", 2),
        Column("half_refits", "half remains, refits"),
        Column("half_noise", "noise"),
        Column("half_adherence", "adherence"),
        Column("effort", "effort", 2),
        Column("effort_ratio", "/ Turnpoint's", 2),
        Column("least", "least effort", 2),
        Column("least_ratio", "/ Turnpoint's", 2),
        Column("cpu", "CPU ms, median", 1),
        Column("cpu_p95", "p95", 1),
        Column("cpu_ratio", "CPU / Turnpoint's", 2),
    ),
)


@dataclass(frozen=True)
class Row:
    """One row of the tables: what came of everybody asked, what it took, and who was asked twice."""

    name: str
    covered: Mapping[int, CoveredPerson]
    cpu_s: Mapping[int, float]
    twice: frozenset[int] = frozenset()


def coverage(row: Row, reference: Row) -> Figures:
    """Whom one method helps, and whom of these people the reference."""
    people = [*row.covered.values()]
    theirs = [reference.covered[one.person].new for one in people]
    options = [option for one in people for option in one.options]
    return {
        "asked": Estimate(len(people)),
        "twice": share([one.person in row.twice for one in people]),
        "answered": share([len(one.options) > 0 for one in people]),
        "permitted": share([option.permitted for option in options]),
        **_shares("seen", [one.seen for one in people]),
        **_shares("new", [one.new for one in people]),
        "theirs": share([one is not Coverage.NEITHER for one in theirs]),
        "seen_any": share([one.seen_of_any is not Coverage.NEITHER for one in people]),
        "new_any": share([one.new_of_any is not Coverage.NEITHER for one in people]),
    }


def worth(row: Row, reference: Row) -> Figures:
    """What it is worth to those who are helped, and what it takes."""
    furthest = {one.person: one.furthest for one in row.covered.values()}
    helped = [option for option in furthest.values() if option is not None]
    cpu = {person: 1000 * took for person, took in row.cpu_s.items()}
    halves = np.array([option.half for option in helped]).reshape(-1, 3)
    return {
        "people": Estimate(len(helped)),
        "fall": quantile([100 * option.reduction for option in helped]),
        "fall_mean": mean([100 * option.reduction for option in helped]),
        "fall_ratio": _ratio(row, reference, lambda one: one.furthest, lambda option: option.reduction),
        **{
            f"half_{name}": mean((100 * halves[:, place]).tolist())
            for place, name in enumerate(("refits", "noise", "adherence"))
        },
        "effort": quantile([option.effort for option in helped]),
        "effort_ratio": _ratio(row, reference, lambda one: one.furthest, lambda option: option.effort),
        "least": quantile([one.easiest.effort for one in row.covered.values() if one.easiest is not None]),
        "least_ratio": _ratio(row, reference, lambda one: one.easiest, lambda option: option.effort),
        "cpu": quantile([*cpu.values()]),
        "cpu_p95": quantile([*cpu.values()], 0.95),
        "cpu_ratio": _of_medians([*cpu.values()], [1000 * reference.cpu_s[person] for person in cpu]),
    }


def _shares(judge: str, coverages: Sequence[Coverage]) -> Figures:
    return {
        f"{judge}_reaches": share([one is Coverage.REACHES for one in coverages]),
        f"{judge}_improves": share([one is Coverage.IMPROVES for one in coverages]),
        f"{judge}_useful": share([one is not Coverage.NEITHER for one in coverages]),
    }


def _ratio(
    row: Row,
    reference: Row,
    option_of: Callable[[CoveredPerson], CoveredOption | None],
    figure: Callable[[CoveredOption], float],
) -> Estimate | None:
    """Of two medians, over the people whom both help."""
    pairs = [
        (option_of(one), option_of(reference.covered[person]))
        for person, one in row.covered.items()
        if person in reference.covered
    ]
    both = [(figure(own), figure(theirs)) for own, theirs in pairs if own is not None and theirs is not None]
    return _of_medians([own for own, _ in both], [theirs for _, theirs in both])


def _of_medians(own: Sequence[float], theirs: Sequence[float]) -> Estimate | None:
    return Estimate(float(np.median(own) / np.median(theirs))) if own else None
