"""The figures of `make bench ARGS=strategies`, on answers made up for them."""

import pytest

from bench.strategies import Row, StrategiesChoice, Ways, cohort, holds, made_of
from research.evaluation.methods.reply import Ending, MethodReply
from research.evaluation.metrics.asked_changes import AskedChanges
from research.evaluation.metrics.figures import Figures
from research.evaluation.metrics.judged_options import JudgedAnswer, JudgedOption
from research.evaluation.runner.result_store import TimedReply


def option(*behaviours: str, others: str = "", by_rule: float = 0.95, effort: float = 1.0) -> JudgedOption:
    return JudgedOption(
        AskedChanges(frozenset(behaviours), frozenset(others)),
        effort=effort,
        permitted=True,
        needless=False,
        by_rule=by_rule,
        refits=by_rule,
        noise=1.0,
        adherence=1.0,
    )


def row(*answers: tuple[JudgedOption, ...], ways: Ways, cpu_s: float = 0.01) -> Row:
    judged = {at: JudgedAnswer(at, len(options), options) for at, options in enumerate(answers)}
    timed = {at: TimedReply(at, MethodReply(Ending.FOUND), cpu_s=cpu_s, wall_s=cpu_s) for at in judged}
    return Row("method", timed, judged, dict.fromkeys(judged, ways))


def value(figures: Figures, key: str) -> float | None:
    figure = figures[key]
    return None if figure is None else figure.value


CAN, CANNOT, UNKNOWN = Ways(True, True), Ways(True, False), Ways(True, None)


def test_shares_are_of_all_who_were_asked() -> None:
    figures = made_of(row((option("a"), option("b", by_rule=0.5)), (option("a", by_rule=0.5),), (), ways=CAN))
    assert value(figures, "asked") == 3
    assert value(figures, "answered") == pytest.approx(200 / 3)
    assert value(figures, "two") == pytest.approx(100 / 3)
    assert value(figures, "robust") == pytest.approx(100 / 3)
    assert value(figures, "options") == 1.5


def test_behaviours_are_counted_over_all_changes() -> None:
    figures = made_of(row((option("a", "b"), option("c", others="d")), ways=CAN))
    assert value(figures, "behaviours") == 75
    assert value(figures, "changes") == 2


def test_a_disjoint_pair_is_asked_for_only_where_there_is_one() -> None:
    apart, alike = (option("a"), option("b")), (option("a"), option("a", "b"))
    assert value(made_of(row(apart, alike, ways=CAN)), "disjoint") == 50
    for ways in (CANNOT, UNKNOWN):
        figures = made_of(row(apart, alike, ways=ways))
        assert figures["disjoint"] is None
        assert value(figures, "could") == 0


def test_nobody_answered_gives_no_figures() -> None:
    empty = row((), (), ways=CAN)
    figures = made_of(empty) | holds(empty, row((option("a"),), (), ways=CAN))
    for key in ("behaviours", "distance", "needless", "contained", "refits", "effort", "effort_ratio"):
        assert figures[key] is None


def test_survival_is_of_the_first_option_of_those_who_have_a_way() -> None:
    answers = (option("a", by_rule=1.0), option("b", by_rule=0.5))
    figures = holds(row(answers, ways=CAN), row(answers, ways=CAN))
    assert value(figures, "refits") == 100
    assert value(figures, "refits_all") == 75
    none = holds(row(answers, ways=Ways(False, False)), row(answers, ways=CAN))
    assert none["refits"] is None


def test_ratios_are_over_the_people_both_answered() -> None:
    ours = row((option("a", effort=2.0),), (option("a", effort=100.0),), ways=CAN)
    theirs = row((option("a", effort=1.0),), (), ways=CAN, cpu_s=0.05)
    figures = holds(theirs, ours)
    assert value(figures, "effort_ratio") == 0.5
    assert value(figures, "cpu_ratio") == pytest.approx(5.0)


def test_the_people_asked_about_are_the_first_who_are_a_little_above_the_target() -> None:
    ids = cohort(StrategiesChoice(people=30))
    assert len(set(ids)) == 30
    assert cohort(StrategiesChoice(people=10)) == ids[:10]
