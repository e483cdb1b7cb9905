"""How far each feature of a person may move: the schema's directions and limits as intervals.

The same as a patient's levers, without their steps: peers that take a range for each feature are given
this one, and every answer's actionability is judged by it.
"""

import math
from collections.abc import Mapping, Sequence

from app.domain.feature import Action, Direction
from app.domain.schema import FeatureSchema, LinearLink, ProportionalLink, Value

Reach = Mapping[str, tuple[float, float]]
"""Lowest and highest value of each feature that has room to move; one end is the factual value."""

_UNBOUNDED = (-math.inf, math.inf)


def reach_of(
    schema: FeatureSchema, values: Mapping[str, Value], only: Sequence[str] | None = None
) -> dict[str, tuple[float, float]]:
    """The intervals open to a person, those of linked features (weight, waist) included."""
    reach: dict[str, tuple[float, float]] = {}
    for feature in schema.actionable:
        if feature.action is None or (only is not None and feature.name not in only):
            continue
        end = _end(feature.action, number(values, feature.name))
        for name, value in [(feature.name, end), *_linked_ends(schema, values, feature.name, end)]:
            low, high = _interval(schema, name, number(values, name), value)
            if high - low >= schema[name].precision - 1e-6:
                reach[name] = (low, high)
    return reach


def _end(action: Action, start: float) -> float:
    """The furthest value within the horizon, in the one direction that the schema allows."""
    low, high = action.limit
    towards = {
        Direction.DECREASE: min(low, start),
        Direction.INCREASE: max(high, start),
        Direction.TOWARDS: high if start < low else low if start > high else start,
    }[action.direction]
    most = min(action.max_change or math.inf, (action.max_change_share or math.inf) * abs(start))
    return start + math.copysign(min(abs(towards - start), most), towards - start)


def _linked_ends(
    schema: FeatureSchema, values: Mapping[str, Value], driver: str, end: float
) -> list[tuple[str, float]]:
    """Where linked features end up when their driver goes all the way."""
    change = end - number(values, driver)
    links = schema.links_by_driver.get(driver, ())
    return [(link.feature, number(values, link.feature) + slope_of(link, values) * change) for link in links]


def slope_of(link: ProportionalLink | LinearLink, values: Mapping[str, Value]) -> float:
    """How far a linked feature of this person moves for each unit that its driver moves."""
    if isinstance(link, ProportionalLink):
        return number(values, link.feature) / number(values, link.driver)
    return link.slope_for(values)


def number(values: Mapping[str, Value], name: str) -> float:
    """A numeric value that is known: of all people asked about, every value is."""
    value = values[name]
    assert value is not None
    return float(value)


def _interval(schema: FeatureSchema, name: str, start: float, end: float) -> tuple[float, float]:
    """From factual value to end, cut to what is clinically possible and was observed in training people."""
    feature = schema[name]
    allowed = [feature.clinical or _UNBOUNDED, feature.observed or _UNBOUNDED]
    low, high = max(low for low, _ in allowed), min(high for _, high in allowed)
    return min(start, max(end, low)), max(start, min(end, high))
