"""The figures of `make bench ARGS=improvements`, on people made up for them."""

import pytest

from bench.ceilings import Grouped, ceiling_figures, for_whom
from bench.covered import Row, coverage, worth
from bench.fronts import TimedFront, front_figures
from bench.improvements import ImprovementsChoice
from research.evaluation.benchmark_setup.people import CohortSpec, load_setup
from research.evaluation.benchmark_setup.setting import SettingKind
from research.evaluation.methods.registry import IMPROVEMENTS
from research.evaluation.metrics.ceiling import Ceiling
from research.evaluation.metrics.compared_fronts import ComparedFront
from research.evaluation.metrics.coverage import Coverage
from research.evaluation.metrics.figures import Figures
from research.evaluation.metrics.judged_coverage import CoveredOption, CoveredPerson

REACHES, IMPROVES, NEITHER = Coverage


def option(
    seen: Coverage,
    new: Coverage,
    permitted: bool = True,
    effort: float = 1.0,
    reduction: float = 0.05,
    half: tuple[float, ...] = (1.0, 1.0, 1.0),
) -> CoveredOption:
    return CoveredOption(permitted, effort=effort, reduction=reduction, half=half, seen=seen, new=new)


def row(*people: tuple[CoveredOption, ...], cpu_s: float = 0.01, twice: frozenset[int] = frozenset()) -> Row:
    covered = {at: CoveredPerson(at, options) for at, options in enumerate(people)}
    return Row("method", covered, dict.fromkeys(covered, cpu_s), twice)


def value(figures: Figures, key: str) -> float | None:
    figure = figures[key]
    return None if figure is None else figure.value


def test_shares_are_of_all_who_were_asked_and_the_best_option_counts() -> None:
    asked = row(
        (option(IMPROVES, NEITHER), option(REACHES, IMPROVES)),
        (option(IMPROVES, IMPROVES),),
        (option(NEITHER, NEITHER),),
        (),
        twice=frozenset({3}),
    )
    figures = coverage(asked, asked)
    assert [value(figures, f"seen_{one}") for one in ("reaches", "improves", "useful")] == [25, 25, 50]
    assert [value(figures, f"new_{one}") for one in ("reaches", "improves", "useful")] == [0, 50, 50]
    assert value(figures, "answered") == 75
    assert value(figures, "twice") == 25
    assert value(figures, "asked") == 4


def test_what_is_not_permitted_counts_only_before_that_rule() -> None:
    asked = row((option(REACHES, REACHES, permitted=False), option(NEITHER, NEITHER)), ())
    figures = coverage(asked, asked)
    assert value(figures, "seen_useful") == value(figures, "new_useful") == 0
    assert value(figures, "seen_any") == value(figures, "new_any") == 50
    assert value(figures, "permitted") == 50


def test_the_reference_is_counted_over_the_same_people() -> None:
    fewer = row((), (option(IMPROVES, NEITHER),))
    more = row(
        (option(IMPROVES, IMPROVES),), (), (option(IMPROVES, IMPROVES),), (option(IMPROVES, IMPROVES),)
    )
    assert value(coverage(fewer, more), "theirs") == 50
    assert value(coverage(more, more), "theirs") == value(coverage(more, more), "new_useful") == 75


def test_worth_is_of_the_useful_option_that_goes_furthest() -> None:
    people = (
        option(IMPROVES, IMPROVES, effort=1.0, reduction=0.03),
        option(IMPROVES, IMPROVES, effort=3.0, reduction=0.08, half=(0.5, 0.7, 0.9)),
        option(REACHES, NEITHER, effort=0.5, reduction=0.5),
        option(REACHES, REACHES, effort=0.1, reduction=0.6, permitted=False),
    )
    figures = worth(row(people), row(people))
    assert value(figures, "fall") == pytest.approx(8)
    assert value(figures, "effort") == 3
    assert value(figures, "least") == 1
    assert [value(figures, f"half_{one}") for one in ("refits", "noise", "adherence")] == [50, 70, 90]
    assert value(figures, "effort_ratio") == value(figures, "least_ratio") == 1


def test_ratios_are_over_the_people_whom_both_help() -> None:
    ours = row(
        (option(IMPROVES, IMPROVES, effort=2.0, reduction=0.1),),
        (option(IMPROVES, IMPROVES, effort=50.0, reduction=0.5),),
        (),
    )
    theirs = row(
        (option(IMPROVES, IMPROVES, effort=1.0, reduction=0.05),),
        (option(IMPROVES, NEITHER, effort=9.0),),
        (option(IMPROVES, IMPROVES, effort=9.0),),
        cpu_s=0.05,
    )
    figures = worth(theirs, ours)
    assert value(figures, "people") == 2
    assert value(figures, "effort_ratio") == value(figures, "fall_ratio") == 0.5
    assert value(figures, "cpu_ratio") == pytest.approx(5)


def test_nobody_helped_gives_no_figures() -> None:
    figures = worth(row((), ()), row((option(IMPROVES, IMPROVES),), ()))
    for key in ("fall", "fall_mean", "fall_ratio", "half_refits", "effort", "effort_ratio", "least"):
        assert figures[key] is None


def test_the_ceiling_counts_whom_something_helps_and_turnpoint_does_not() -> None:
    most = [
        Ceiling(10, 0.3, True, REACHES),
        Ceiling(20, 0.1, True, IMPROVES),
        Ceiling(30, 0.1, True, NEITHER),
        Ceiling(40, 0.01, False, NEITHER),
    ]
    figures = ceiling_figures(most, [IMPROVES, NEITHER, NEITHER, NEITHER])
    assert value(figures, "missed") == 1
    assert value(figures, "falls") == 75
    assert value(figures, "useful") == 50
    assert value(figures, "given") == 25
    assert value(figures, "reaches") == 25
    assert value(figures, "given_reaches") == 0


def test_everybody_is_in_one_group_of_each_kind() -> None:
    people = load_setup(CohortSpec("dysglycaemia", SettingKind.ACTIONABLE, people=40)).people
    given = [CoveredPerson(one.source_id, (option(IMPROVES, IMPROVES),)) for one in people]
    grouped = [Grouped(0.55, one, covered) for one, covered in zip(people, given, strict=True)]
    figures = for_whom(grouped)
    counts = dict.fromkeys(("risk", "age", "BMI"), 0.0)
    for name, group in figures.items():
        counts[name.split()[0]] += value(group, "people") or 0
    known = sum(one.values["bmi"] is not None for one in people)
    assert counts == {"risk": 40, "age": 40, "BMI": known}
    assert value(figures["risk 0.5 to below 0.6"], "improves") == 100


def test_a_front_that_differs_is_told() -> None:
    same = ComparedFront(100, points=5, proved=True, apart=0.0, misjudged=0)
    other = ComparedFront(300, points=7, proved=False, apart=0.01, misjudged=2)
    figures = front_figures([TimedFront(same, 3, 1.0, 2.0), TimedFront(other, 4, 3.0, 4.0)], skipped=6)
    expected = {"people": 2, "skipped": 6, "most": 300, "all_points": 12, "proved": 1, "differ": 1}
    assert {key: value(figures, key) for key in expected} == expected
    assert value(figures, "apart") == 0.01
    assert value(figures, "misjudged") == 2
    assert value(figures, "targets") == 7


def test_slow_methods_are_asked_about_fewer_people_and_never_more_than_there_are() -> None:
    choice = ImprovementsChoice(people=600, few_people=100, slow_people=10)
    asked = {method.key: choice.asked_by(method) for method in IMPROVEMENTS}
    assert asked["answer-improvements"] == asked["treecf-effort"] == asked["nice-sparsity"] == 600
    assert asked["dice-random-four"] == 100
    assert asked["cfnow"] == asked["dice-genetic-four"] == 10
    assert ImprovementsChoice(people=5).asked_by(IMPROVEMENTS[-1]) == 5
