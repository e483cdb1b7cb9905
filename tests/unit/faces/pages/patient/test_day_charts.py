"""The panel of a person's days: courses with their gaps, levels that are asked for, and effort in words."""

import re

import pytest

from app.domain.counterfactual import OptionChange
from app.domain.on_days import OnDays
from app.engine.registry import ModelRegistry
from app.faces.pages.patient.views.day_charts import DaysChart, DaysPanel, days_of
from app.faces.pages.patient.views.day_words import effort_text, level_text
from app.usecases.said_days import days_in
from tests.integration.answers import Json
from tests.kinds_of_answers import IN_REACH
from tests.unit.faces.pages.patient.contexts import context
from tests.unit.faces.pages.patient.real import page_text, real_context, real_row

DAYS: list[Json] = [
    {"date": "2026-03-01", "features": {"bmi": 45.0, "sedentary": 300}},
    {"date": "2026-03-02", "features": {"bmi": 44.0}},
    {"date": "2026-03-03"},
    {"date": "2026-03-05", "features": {"bmi": 18.0, "sedentary": 600}},
]


def chart_of(panel: DaysPanel, name: str) -> DaysChart:
    return next(one for one in panel.charts if one.key == name)


@pytest.fixture(scope="module")
def panel(registry: ModelRegistry) -> DaysPanel:
    found = days_of(real_context(registry, IN_REACH, days=DAYS))
    assert found is not None
    return found


def test_there_is_a_course_for_each_lever_that_a_day_tells(panel: DaysPanel) -> None:
    assert [one.key for one in panel.charts] == ["bmi", "sedentary"]
    assert (panel.count, panel.first.replace("\xa0", " "), panel.last.replace("\xa0", " ")) == (
        4,
        "1 March 2026",
        "5 March 2026",
    )


def test_days_without_a_value_and_days_not_told_are_gaps_and_told_apart(panel: DaysPanel) -> None:
    bmi = chart_of(panel, "bmi")
    assert [part.count("L") for part in bmi.course.split("M")[1:]] == [
        1,
        0,
    ]  # two days on end, and one
    assert (len(bmi.points), bmi.gaps) == (3, (160.0, 240.0))
    assert bmi.missing is not None
    assert bmi.missing.replace("\xa0", " ") == "No value: 3 March 2026. Not told: 4 March 2026."
    assert [value for _, value in bmi.rows] == ["45.0", "44.0", "no value", "not told", "18.0"]


def test_a_level_is_where_its_value_is_and_higher_values_are_higher(panel: DaysPanel) -> None:
    bmi = chart_of(panel, "bmi")
    assert bmi.levels
    heights = {45.0: bmi.points[0][1], 18.0: bmi.points[2][1]}
    for level in bmi.levels:
        asked = re.search(r"([\d.]+)\s*kg/m² or less", level.words)
        assert asked is not None
        share = (45.0 - float(asked[1])) / 27
        assert level.place == pytest.approx(heights[45.0] + share * (heights[18.0] - heights[45.0]), abs=0.2)
        assert "So on 1 of 3 days already." in level.words
        assert "1 more day has no value." in level.words


def test_the_page_has_the_panel_and_options_their_effort_in_days(registry: ModelRegistry) -> None:
    page = page_text(real_context(registry, IN_REACH, days=DAYS))
    assert '<section id="days"' in page
    assert '<a href="#days">Days</a>' in page
    assert ">The 4 days told</h2>" in page
    options = page[page.index('id="options"') : page.index('id="days"')]
    assert "So on 1 of 3 days already. On the others it was some" in options
    assert 'role="img" aria-labelledby="days-bmi-title days-bmi"' in page


def test_a_level_that_no_day_reached_is_told_so(registry: ModelRegistry) -> None:
    high = [{"date": f"2026-03-0{number}", "features": {"bmi": 45.0}} for number in (1, 2)]
    told = days_of(real_context(registry, IN_REACH, days=high))
    assert told is not None
    assert chart_of(told, "bmi").levels
    for level in chart_of(told, "bmi").levels:
        assert "So on none of 2 days yet. It was some" in level.words
        assert "On the others" not in level.words


def test_without_days_there_is_no_panel(registry: ModelRegistry) -> None:
    found = real_context(registry, IN_REACH)
    assert days_of(found) is None
    assert 'id="days"' not in page_text(found)
    nothing = real_context(registry, IN_REACH, days=[{"date": "2026-03-01"}])
    assert days_of(nothing) is None


def test_one_day_alone_is_a_point(registry: ModelRegistry) -> None:
    told = days_of(real_context(registry, IN_REACH, days=DAYS[:1]))
    assert told is not None
    assert chart_of(told, "bmi").points[0][0] == 160
    assert chart_of(told, "bmi").missing is None


def test_days_of_the_panel_and_of_an_option_are_counted_alike(registry: ModelRegistry) -> None:
    far: list[Json] = [*DAYS, {"date": "2026-09-01"}, {"date": "2026-09-03", "features": {"bmi": 45.0}}]
    for days in (DAYS, far):
        found = real_context(registry, IN_REACH, days=days)
        panel = days_of(found)
        assert panel is not None
        cells = [value for _, value in chart_of(panel, "bmi").rows]
        changes = [one for option in found.offered for one in option.changes if one.feature == "bmi"]
        assert changes
        for told in (one.on_days for one in changes):
            assert told is not None
            assert told.unknown == cells.count("no value")
            assert told.of == len(cells) - cells.count("no value") - cells.count("not told")
            assert told.of + told.unknown == panel.count == len(days)


def test_of_days_far_apart_those_told_alone_are_drawn_and_it_is_said(registry: ModelRegistry) -> None:
    far: list[Json] = [DAYS[0], {"date": "2026-07-03", "features": {"bmi": 44.0}}]
    found = real_context(registry, IN_REACH, days=far)
    panel = days_of(found)
    assert panel is not None
    assert len(chart_of(panel, "bmi").rows) == 2
    assert "The days are far apart" in page_text(found)
    nearer = [DAYS[0], {"date": "2026-07-02", "features": {"bmi": 44.0}}]
    near = days_of(real_context(registry, IN_REACH, days=nearer))
    assert near is not None
    assert not near.is_sparse
    assert chart_of(near, "bmi").missing == "Not told: 122 days."


def test_the_first_day_that_there_is_can_be_drawn(registry: ModelRegistry) -> None:
    row = real_row(registry, IN_REACH, days=DAYS)
    row.days = [{"date": f"0001-01-0{number}", "features": {"bmi": 40.0}} for number in (1, 2)]
    panel = days_of(context(row, registry.named("dysglycaemia")))
    assert panel is not None
    assert chart_of(panel, "bmi").course.count("L") == 1
    assert days_in(row.days, registry.named("dysglycaemia").model.schema) == []


def test_another_versions_days_are_not_drawn_and_keep_their_unit(registry: ModelRegistry) -> None:
    row = real_row(registry, IN_REACH, days=DAYS)
    row.prediction.model_digest = "another"
    for option in [*row.counterfactuals, *row.improvements]:
        for change in option.changes:
            change["unit"] = "stone"
    found = context(row, registry.named("dysglycaemia"))
    assert days_of(found) is None
    page = page_text(found)
    assert 'id="days"' not in page
    assert "stone less" in page or "stone more" in page


def asked_of_bmi(after: float, unit: str = "kg/m²") -> OptionChange:
    on_days = OnDays(of=2, reached=1, unknown=0, median_lacking=2.5, words="")
    return OptionChange(
        feature="bmi",
        label="Body mass index",
        before=30.0,
        after=after,
        delta=after - 30.0,
        unit=unit,
        on_days=on_days,
    )


@pytest.mark.parametrize(("unit", "said"), [("kg/m²", "2.5 kg/m²"), ("%", "2.5 percentage points")])
def test_of_one_day_that_lacks_no_median_is_told(registry: ModelRegistry, unit: str, said: str) -> None:
    feature = registry.named("dysglycaemia").model.schema["bmi"]
    told = effort_text(feature, asked_of_bmi(25.0, unit))
    assert told is not None
    assert told.replace("\xa0", " ") == f"So on 1 of 2 days already. On the other it was some {said} more."


def test_a_level_below_nought_has_its_sign(registry: ModelRegistry) -> None:
    feature = registry.named("dysglycaemia").model.schema["bmi"]
    said = level_text(feature, asked_of_bmi(-1.5))
    assert said.replace("\xa0", " ") == "\N{MINUS SIGN}1.5 kg/m² or less"
