"""How far each feature of a person may move, as intervals: a schema's directions and limits, or all observed.

The same as a patient's levers, without their steps: peers that take a range for each feature are given
this one, and every answer's actionability is judged by it. What is not known has no range.
"""

import math
from collections.abc import Mapping, Sequence

from app.domain.feature import Action, Direction
from app.domain.links import Link, ProportionalLink, RuleLink
from app.domain.schema import FeatureSchema, Value
from research.evaluation.benchmark_setup.setting import BenchmarkSetting, SettingKind

FeasibleRanges = Mapping[str, tuple[float, float]]
"""Lowest and highest value of each feature that has room to move."""

_UNBOUNDED = (-math.inf, math.inf)


def feasible_ranges(
    setting: BenchmarkSetting, values: Mapping[str, Value], only: Sequence[str] | None = None
) -> dict[str, tuple[float, float]]:
    """The intervals open to a person, those of linked features included, not categories."""
    schema, ranges = setting.schema, {}
    for feature in schema.actionable:
        start = known(values, feature.name)
        if feature.action is None or start is None or (only is not None and feature.name not in only):
            continue
        if setting.kind is SettingKind.FREE:
            low, high = _observed(schema, feature.name)
            ranges[feature.name] = (min(low, start), max(high, start))
            continue
        action = feature.action.for_person(values)
        if action is None:
            continue
        end = _end(action, start)
        for name, value in [(feature.name, end), *_linked_ends(schema, values, feature.name, end - start)]:
            low, high = _interval(schema, name, number(values, name), value)
            if high - low >= schema[name].precision - 1e-6:
                ranges[name] = (low, high)
    return ranges


def known(values: Mapping[str, Value], name: str) -> float | None:
    value = values.get(name)
    return None if value is None else float(value)


def number(values: Mapping[str, Value], name: str) -> float:
    """A numeric value that is known."""
    value = known(values, name)
    assert value is not None
    return value


def slope_of(link: Link, values: Mapping[str, Value]) -> float:
    """How far a linked feature moves for each unit of its driver; one that follows by a rule, by none."""
    if isinstance(link, ProportionalLink):
        return number(values, link.feature) / number(values, link.driver)
    return 0.0 if isinstance(link, RuleLink) else link.slope_for(values)


def _observed(schema: FeatureSchema, name: str) -> tuple[float, float]:
    """What is clinically possible and was observed in training people."""
    allowed = [schema[name].clinical or _UNBOUNDED, schema[name].observed or (0.0, 1.0)]
    return max(low for low, _ in allowed), min(high for _, high in allowed)


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
    schema: FeatureSchema, values: Mapping[str, Value], driver: str, change: float
) -> list[tuple[str, float]]:
    """Where linked features end up when their driver goes all the way."""
    links = schema.links_by_driver.get(driver, ())
    starts = [(link, known(values, link.feature)) for link in links]
    return [(link.feature, own + slope_of(link, values) * change) for link, own in starts if own is not None]


def _interval(schema: FeatureSchema, name: str, start: float, end: float) -> tuple[float, float]:
    """From factual value to end, cut to what is clinically possible and was observed in training people."""
    low, high = _observed(schema, name)
    return min(start, max(end, low)), max(start, min(end, high))
