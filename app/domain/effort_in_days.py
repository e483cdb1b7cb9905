"""A change's level on the days told: on how many it was so already, and what the others lacked."""

from collections.abc import Sequence
from statistics import median

from app.domain.counterfactual import Change
from app.domain.days import Day, values_on
from app.domain.feature import Feature
from app.domain.on_days import OnDays
from app.domain.schema import Value
from app.domain.wording import difference_text, number, value_alone, within


def held_against(feature: Feature, change: Change, days: Sequence[Day]) -> OnDays:
    """A change held against days, whose order does not matter.

    Where the change is a rise, a day reached its level with as much or more; else with as much or less. Of
    what is no number it is the very value. Numbers are held against one another as they are told, to the
    feature's precision.
    """
    known = list(values_on(days, feature.name))
    if feature.is_numeric:
        lacking = [gap for value in known if (gap := _lacking(feature, change, value)) > 0]
        reached = len(known) - len(lacking)
        middle = _as_told(feature, median(lacking)) if lacking else None
    else:
        reached, middle = sum(value == change.after for value in known), None
    unknown = len(days) - len(known)
    told = OnDays(of=len(known), reached=reached, unknown=unknown, median_lacking=middle, words="")
    return told.model_copy(update={"words": _words(feature, change, told)})


def _lacking(feature: Feature, change: Change, value: Value) -> float:
    """By how much a day fell short of the level that is asked for; 0 or less where it did not."""
    short = _as_told(feature, change.after) - _as_told(feature, value)
    return round(short if change.is_rise else -short, 6)


def _as_told(feature: Feature, value: Value) -> float:
    assert value is not None
    return float(number(feature, float(value)))


def _words(feature: Feature, change: Change, told: OnDays) -> str:
    """Such as "8000 steps or more: on 3 of the 7 days told; on the other 4 some 2000 steps less (median)"."""
    level = _level(feature, change)
    if told.of == 0:
        days = f"each of the {told.unknown} days" if told.unknown > 1 else "the one day"
        return f"{level}: {days} told is without a value."
    parts = [f"{level}: {_where(told)}"]
    if told.median_lacking is not None:
        rest = told.of - told.reached
        others = "there" if told.reached == 0 else f"on the other {rest if rest > 1 else 'one'}"
        less = "less" if change.is_rise else "more"
        typical = " (median)" if rest > 1 else ""
        parts.append(f"{others} some {difference_text(feature, told.median_lacking)} {less}{typical}")
    if told.unknown:
        parts.append(f"{told.unknown} more without a value")
    return f"{'; '.join(parts)}."


def _level(feature: Feature, change: Change) -> str:
    if not feature.is_numeric:
        return f"{feature.label}, {within(feature, change.after)}"
    value = value_alone(feature, change.after)
    return f"{value} or {'more' if change.is_rise else 'less'}"


def _where(told: OnDays) -> str:
    if told.of == 1:
        one = "the one day told" if told.unknown == 0 else "the one day with a value"
        return f"on {one}" if told.reached else f"not on {one}"
    among = f"the {told.of} days {'told' if told.unknown == 0 else 'with a value'}"
    return f"on {'each' if told.reached == told.of else told.reached or 'none'} of {among}"
