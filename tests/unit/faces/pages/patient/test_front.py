"""The front as a drawing: more effort, less risk, all of it on the paper; and as a table."""

import re
from itertools import pairwise

import pytest

from app.engine.registry import ModelRegistry, ServedModel
from app.faces.pages.patient.views.front import HEIGHT, WIDTH, FrontView, front_of
from tests.asking import Person
from tests.kinds_of_answers import CLEARLY_BELOW, FRAGILE, IN_REACH, OUT_OF_REACH
from tests.unit.faces.pages.patient.contexts import context, recorded
from tests.unit.faces.pages.patient.real import real_context

MOST = 12
PEOPLE = [OUT_OF_REACH, FRAGILE, IN_REACH]


def front(registry: ModelRegistry, person: int) -> FrontView:
    view = front_of(real_context(registry, person))
    assert view is not None
    return view


@pytest.mark.parametrize("person", PEOPLE)
def test_more_effort_goes_right_and_less_risk_goes_down(registry: ModelRegistry, person: int) -> None:
    view = front(registry, person)
    assert 0 < len(view.points) <= MOST
    for one, next_ in pairwise(view.points):
        assert one.x <= next_.x
        assert one.y <= next_.y
        assert one.risk > next_.risk
    assert view.now < view.points[0].y


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("target", [0.05, 0.5])
def test_all_of_it_is_on_the_drawing(registry: ModelRegistry, person: int, target: float) -> None:
    found = real_context(registry, person, target={"max_risk": target})
    view = front_of(found)
    assert view is not None
    places = [(one.x, one.y) for one in view.points] + [(one.x, one.y) for one in view.marks]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in places)
    for height in (view.now, view.target.place, *(tick.place for tick in view.upwards)):
        assert 0 <= height <= HEIGHT
    assert all(0 <= tick.place <= WIDTH for tick in view.across)
    assert 2 <= len(view.upwards) <= 7
    assert 2 <= len(view.across) <= 7
    assert (view.points[-1].y < view.target.place) == (found.answer.frontier[-1].risk > target)


@pytest.mark.parametrize("person", PEOPLE)
def test_all_that_is_offered_is_marked(registry: ModelRegistry, person: int) -> None:
    found = real_context(registry, person)
    view = front_of(found)
    assert view is not None
    assert sorted(one for mark in view.marks for one in mark.text.split(", ")) == [
        *map(str, range(1, len(found.options) + 1)),
        *"ABCD"[: len(found.answer.improvements)],
    ]
    on_front = {mark for point in view.points for mark in point.marks.split(", ") if mark}
    assert on_front <= {one for mark in view.marks for one in mark.text.split(", ")}
    assert len({(mark.x, mark.y) for mark in view.marks}) == len(view.marks)


@pytest.mark.parametrize("person", PEOPLE)
def test_no_two_levels_are_told_alike(registry: ModelRegistry, person: int) -> None:
    told = [point.estimate for point in front(registry, person).points]
    assert len(set(told)) == len(told)


@pytest.mark.parametrize("person", PEOPLE)
def test_a_column_has_the_same_decimals_in_every_row(registry: ModelRegistry, person: int) -> None:
    points = front(registry, person).points
    for column in ("estimate", "fall", "effort"):
        figures = [re.match(r"\d+\.(\d+)", getattr(one, column)) for one in points]
        assert len({len(figure[1]) for figure in figures if figure}) == 1
        assert all(figures)


@pytest.mark.parametrize("person", PEOPLE)
def test_that_few_changes_give_most_is_said_where_it_is_so(registry: ModelRegistry, person: int) -> None:
    told = real_context(registry, person).answer.frontier
    whole = told[-1]
    found = re.match(r"(One|Two|\d+) changes? gives? most of it: ", front(registry, person).most or "")
    fewer = [one for one in told if len(one.changes) < len(whole.changes)]
    assert bool(found) == any(one.reduction >= 0.7 * whole.reduction for one in fewer)
    if found:
        count = {"One": 1, "Two": 2}.get(found[1]) or int(found[1])
        assert max(one.reduction for one in told if len(one.changes) == count) >= 0.7 * whole.reduction
        assert all(one.reduction < 0.7 * whole.reduction for one in told if len(one.changes) < count)


def test_most_of_it_is_a_part_of_the_whole(registry: ModelRegistry) -> None:
    said = [front(registry, person).most for person in PEOPLE]
    parts = [re.search(r"([\d.]+) of ([\d.]+) points", one) for one in said if one]
    assert parts
    for part in parts:
        assert part is not None
        assert 0.65 * float(part[2]) <= float(part[1]) <= float(part[2])


def test_an_improvement_on_the_front_is_named_in_the_table(registry: ModelRegistry) -> None:
    assert {"A", "B"} <= {point.marks for point in front(registry, OUT_OF_REACH).points}


def test_the_sentence_tells_whether_the_target_is_reached(registry: ModelRegistry) -> None:
    out, within = front(registry, OUT_OF_REACH), front(registry, IN_REACH)
    assert "above the target of 50" in out.sentence
    assert "takes effort" not in out.sentence
    reached = next(one for one in within.points if one.risk <= 0.5)
    assert within.sentence.endswith(f"takes effort {reached.effort} or more.")


@pytest.mark.parametrize("person", PEOPLE)
def test_a_point_that_does_not_hold_is_hollow(registry: ModelRegistry, person: int) -> None:
    found = real_context(registry, person)
    view = front_of(found)
    assert view is not None
    held = [min(dict(one.robustness).values()) >= 0.9 for one in found.answer.frontier]
    assert [one.holds for one in view.points] == held
    assert view.all_hold == all(held)


def test_where_there_is_none_nothing_is_drawn(
    registry: ModelRegistry, served: ServedModel, helpable: Person
) -> None:
    assert front_of(real_context(registry, CLEARLY_BELOW)) is None
    assert front_of(context(recorded(served, helpable), served)) is None
