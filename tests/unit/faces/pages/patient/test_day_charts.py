"""The panel of a person's days: courses with their gaps, levels that are asked for, and effort in words."""

import re

import pytest

from app.engine.registry import ModelRegistry
from app.faces.pages.patient.views.day_charts import DaysChart, DaysPanel, days_of
from tests.integration.answers import Json
from tests.kinds_of_answers import IN_REACH
from tests.unit.faces.pages.patient.real import page_text, real_context

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


def test_missing_days_are_gaps_and_said_to_be_missing(panel: DaysPanel) -> None:
    bmi = chart_of(panel, "bmi")
    assert [part.count("L") for part in bmi.course.split("M")[1:]] == [
        1,
        0,
    ]  # two days on end, and one
    assert (len(bmi.points), bmi.gaps) == (3, (160.0, 240.0))
    assert bmi.missing is not None
    assert bmi.missing.replace("\xa0", " ") == "Missing: 3 March 2026, 4 March 2026."
    assert [value for _, value in bmi.rows] == ["45.0", "44.0", "missing", "missing", "18.0"]


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
        assert "1 more day does not tell it." in level.words


def test_the_page_has_the_panel_and_options_their_effort_in_days(registry: ModelRegistry) -> None:
    page = page_text(real_context(registry, IN_REACH, days=DAYS))
    assert '<section id="days"' in page
    assert '<a href="#days">Days</a>' in page
    assert "last 4 days</h2>" in page
    options = page[page.index('id="options"') : page.index('id="days"')]
    assert "So on 1 of 3 days already. On the others it was some" in options
    assert 'role="img" aria-labelledby="days-bmi-title days-bmi"' in page


def test_a_level_that_no_day_reached_is_told_so(registry: ModelRegistry) -> None:
    high = [{"date": f"2026-03-0{number}", "features": {"bmi": 45.0}} for number in (1, 2)]
    told = days_of(real_context(registry, IN_REACH, days=high))
    assert told is not None
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
