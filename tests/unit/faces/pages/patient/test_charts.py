"""Charts: drawn as the classifier says, on one scale, with a word about all that argues against a card."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.classifiers.base import ClassifierError
from app.domain.feature import Monotonicity
from app.domain.schema import FloatArray, Value
from app.engine.registry import ModelRegistry, ServedModel
from app.engine.response_curves import ResponseCurve
from app.faces.http.pages.rendering import risk_words
from app.faces.pages.patient.page import PAGES
from app.faces.pages.patient.views.chart_axes import HEIGHT, WIDTH, number_of, scale_of
from app.faces.pages.patient.views.chart_words import VISIBLE, Charted, notes_of, share_near
from app.faces.pages.patient.views.charts import Charts, charts_of
from app.faces.pages.patient.views.names import mark_of
from app.usecases.record.context import AnswerContext
from app.usecases.record.reference_distributions import Bin, FeatureDistribution
from tests.kinds_of_answers import CLEARLY_BELOW, FRAGILE, IN_REACH, NOTHING_HELPS, OUT_OF_REACH
from tests.unit.faces.pages.patient.real import page_text, real_context

PEOPLE = [IN_REACH, OUT_OF_REACH, FRAGILE]
PLACES = re.compile(r"[ML]([\d.]+) ([\d.]+)")


def charts(found: AnswerContext, others: bool = False) -> Charts:
    made = charts_of(found, others)
    assert made is not None
    return made


def ends(found: AnswerContext) -> set[tuple[str, Value]]:
    return {(one.label, one.after) for option in found.offered for one in option.changes}


@pytest.mark.parametrize("person", PEOPLE)
def test_what_is_offered_has_a_chart_and_the_rest_has_one_on_demand(
    registry: ModelRegistry, person: int
) -> None:
    found = real_context(registry, person)
    shown, more = charts(found), charts(found, others=True)
    assert {chart.label for chart in shown.charts} == {label for label, _ in ends(found)}
    assert tuple(chart.label for chart in more.charts) == shown.others
    assert (shown.ticks, shown.threshold) == (more.ticks, more.threshold)
    marked = sorted(name for chart in shown.charts for mark in chart.marks for name in mark.text.split(", "))
    assert marked == sorted(mark_of(option) for option in found.offered for _ in option.changes)
    assert not any(chart.marks for chart in more.charts)


@pytest.mark.parametrize("person", PEOPLE)
def test_a_mark_is_where_its_change_alone_takes_the_estimate(registry: ModelRegistry, person: int) -> None:
    """And the circle where the told estimate is."""
    found = real_context(registry, person)
    made = charts(found)
    low, high = (float(tick.text) / 100 for tick in (made.ticks[0], made.ticks[-1]))
    now = found.answer.prediction.risk

    def height(risk: float) -> float:
        return HEIGHT * (high - risk) / (high - low)

    for chart in made.charts:
        assert chart.now.y == pytest.approx(height(now), abs=0.06)
        for option in found.offered:
            change = next((one for one in option.changes if one.label == chart.label), None)
            if change is None or change.alone is None:
                continue
            (mark,) = [one for one in chart.marks if mark_of(option) in one.text.split(", ")]
            assert mark.y == pytest.approx(height(now - change.alone), abs=0.07)
            assert f"estimate {risk_words(now - change.alone, now)}" in chart.summary


@pytest.mark.parametrize("person", [*PEOPLE, NOTHING_HELPS, CLEARLY_BELOW])
@pytest.mark.parametrize("others", [True, False])
def test_all_of_it_is_on_the_drawing(registry: ModelRegistry, person: int, others: bool) -> None:
    made = charts(real_context(registry, person), others)
    assert made.threshold is not None
    assert 2 <= len(made.ticks) <= 7
    assert 0 <= made.threshold.place <= HEIGHT
    for chart in made.charts:
        for path in (chart.curve, chart.counted or chart.curve):
            places = [(float(x), float(y)) for x, y in PLACES.findall(path)]
            assert len(places) >= 2
            assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in places)
            assert places == sorted(places, key=lambda place: place[0])
        left, right = chart.permitted
        assert 0 <= left < right <= WIDTH
        assert left - 0.1 <= chart.now.x <= right + 0.1
        assert all(left - 0.1 <= mark.x <= right + 0.1 for mark in chart.marks)
        assert "assumption" in chart.notes[-1]
        assert sum(row.people or 0 for row in chart.rows) == chart.people


def test_without_the_people_or_the_version_there_are_none(registry: ModelRegistry) -> None:
    found = real_context(registry, IN_REACH)
    assert charts_of(replace(found, distributions=None)) is None
    assert charts_of(replace(found, question=None)) is None


class Away:
    def risk(self, rows: FloatArray) -> FloatArray:
        raise ClassifierError("The classifier does not answer.")


def test_a_classifier_that_is_away_leaves_the_page_without_charts_and_says_so(
    registry: ModelRegistry,
) -> None:
    """The recorded answer does not need it."""
    found = real_context(registry, IN_REACH)
    assert found.served is not None
    assert found.question is not None
    served = replace(found.served, model=replace(found.served.model, classifier=Away()))
    away = replace(found, served=served, question=replace(found.question, served=served))
    assert "The model cannot be asked just now" in drawn(away)
    assert "Option 1" in page_text(away)


def drawn(found: AnswerContext) -> str:
    facts: dict[str, Any] = {"answer": found.answer, "patient_id": "P-1", "is_supposed": False}
    made = bytes(PAGES.page("_charts.html", charts=charts(found), **facts).body).decode()
    return " ".join(made.replace("\N{NO-BREAK SPACE}", " ").split())


def test_charts_are_as_text_and_as_tables_too(registry: ModelRegistry) -> None:
    found = real_context(registry, FRAGILE)
    made = charts(found)
    section = drawn(found)
    assert section.count("<figure") == section.count("<svg") == len(made.charts)
    for chart in made.charts:
        assert chart.summary.replace("\N{NO-BREAK SPACE}", " ") in section
        assert f'aria-labelledby="chart-{chart.key}-title chart-{chart.key}"' in section
        for note in chart.notes:
            assert note.replace("\N{NO-BREAK SPACE}", " ") in section
    more = bytes(PAGES.page("_more_charts.html", charts=charts(found, others=True)).body).decode()
    assert more.count("<figure") == len(made.others)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.floats(0.005, 0.95))
def test_the_scale_holds_all_estimates_and_ends_at_round_numbers(
    risks: list[float], threshold: float
) -> None:
    scale = scale_of(risks, threshold)
    assert 0 <= scale.low <= min(risks) + 1e-9
    assert max(risks) - 1e-9 <= scale.high <= 1
    ticks = list(scale.ticks)
    assert [ticks[0].place, ticks[-1].place] == [HEIGHT, 0]
    assert 2 <= len(ticks) <= 7
    assert len({tick.text for tick in ticks}) == len(ticks)


RISKS = st.sampled_from([0.3, 0.48, 0.497, 0.5, 0.502, 0.51, 0.6])


def made_up(served: ServedModel, data: st.DataObject) -> Charted:
    """A lever of somebody with curves and people that nobody has."""
    feature = served.model.schema["sleep"]
    permitted, values = np.array([6.0, 6.5, 7.0]), np.array([4.0, 5.0, 6.0, 6.5, 7.0, 8.0])
    by_itself = np.array([data.draw(RISKS) for _ in values])
    by_itself[2] = 0.5
    counted = np.array([0.5, data.draw(RISKS), data.draw(RISKS)])
    bins = [
        Bin(place, place + 1, data.draw(st.integers(50, 400)), data.draw(st.integers(50, 400)))
        for place in range(3, 10)
    ]
    people = np.sort(np.repeat([one.low + 0.5 for one in bins], [one.without + one.having for one in bins]))
    offered: Mapping[Value, list[object]] = {data.draw(st.sampled_from([6.5, 7.0])): []}
    curve = ResponseCurve(feature, 0.5, values, by_itself, permitted, counted)
    return Charted(feature, curve, FeatureDistribution(tuple(bins), people), 6.0, offered)  # type: ignore[arg-type]


@given(data=st.data())
def test_no_drawing_argues_against_its_card_without_a_word(served: ServedModel, data: st.DataObject) -> None:
    charted = made_up(served, data)
    said = " ".join(notes_of(charted)).replace("\N{NO-BREAK SPACE}", " ")
    (value,) = map(number_of, charted.ends)
    rise, alone = charted.counted_at(value) - 0.5, charted.at(value) - 0.5
    assert (f"{value} h/night raises the estimate" in said) == (rise > VISIBLE)
    if abs(rise) <= VISIBLE:
        assert "hardly changes the estimate" in said
    if alone > VISIBLE and rise < -VISIBLE:
        assert "by itself would raise the estimate" in said
    if abs(alone) <= VISIBLE and rise < -VISIBLE:
        assert "The firm line counts" in said
    shares = [round(100 * share_near(charted.distribution, one)) for one in (6.0, value)]
    assert ("speaks against it" in said) == (shares[1] > shares[0])
    shorter = charted.curve.by_itself[charted.curve.values < 6]
    assert ("lower on the other side" in said) == (min(shorter) < 0.5 - VISIBLE)
    assert "Only more is offered: that is an assumption" in said


def test_a_share_is_of_enough_people() -> None:
    bins = tuple(Bin(place, place + 1, 9, 1) for place in range(20))
    spread = FeatureDistribution(bins, np.repeat(np.arange(20.0), 10))
    assert share_near(spread, 10.2) == pytest.approx(0.1)
    lone = FeatureDistribution((Bin(0, 1, 0, 1), *bins[1:]), np.repeat(np.arange(20.0), 10))
    assert share_near(lone, 0.5) < 0.2


@pytest.mark.parametrize("is_given", [False, True])
def test_a_direction_was_held_only_where_the_classifier_was_fitted_here(
    served: ServedModel, is_given: bool
) -> None:
    feature = served.model.schema["sleep"].model_copy(update={"risk": Monotonicity.FALLING})
    values = np.array([6.0, 7.0])
    curve = ResponseCurve(feature, 0.5, values, np.array([0.5, 0.4]), values, np.array([0.5, 0.4]))
    people = FeatureDistribution((Bin(6, 7, 200, 100), Bin(7, 8, 200, 100)), np.repeat([6.5, 7.5], 300))
    said = " ".join(notes_of(Charted(feature, curve, people, 6.0, {7.0: []}, is_given)))
    assert ("Nor was the model free to learn" in said) is not is_given
    assert "Only more is offered: that is an assumption" in said
