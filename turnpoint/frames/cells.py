"""One value of a table as a feature's value; whatever is wrong with it is said without it."""

import math
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from turnpoint.answers import Value
from turnpoint.frames.schema import FeatureRule

_MISSING = frozenset({"NAType", "NaTType"})
"""Types of what pandas has in place of a value."""


class CellError(ValueError):
    """A value that a feature cannot have; says so without it."""


def plain(value: Any) -> Any:
    """A value without its library: None where it is missing, a scalar of numpy as what it stands for."""
    if value is None or type(value).__name__ in _MISSING:
        return None
    if not isinstance(value, str | bytes) and hasattr(value, "item") and getattr(value, "shape", None) == ():
        value = value.item()
    if isinstance(value, Decimal):
        value = float(value)
    return None if isinstance(value, float) and math.isnan(value) else value


def feature_value(value: Any, rule: FeatureRule) -> Value:
    """The value in the feature's kind; None where it is missing.

    Raises:
        CellError: it is required and missing, of another kind, or outside what the feature may be.
    """
    value = plain(value)
    if value is None:
        if rule.required:
            raise CellError("is required")
        return None
    if rule.kind == "boolean":
        return _yes_or_no(value)
    if rule.kind == "string":
        return _word(value, rule)
    return _number(value, rule)


def _yes_or_no(value: Any) -> bool:
    if isinstance(value, bool | int | float) and value in (0, 1):
        return bool(value)
    raise CellError(f"must be true or false, or 1 or 0{_what(value)}")


def _word(value: Any, rule: FeatureRule) -> str:
    if isinstance(value, str) and value in rule.words:
        return value
    raise CellError(f"must be one of {', '.join(rule.words)}")


def _number(value: Any, rule: FeatureRule) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CellError(f"must be a number{_what(value)}")
    if isinstance(value, float) and math.isinf(value):
        raise CellError("must be a finite number")
    low, high = rule.low, rule.high
    if (low is not None and value < low) or (high is not None and value > high):
        unit = f" {rule.unit}" if rule.unit else ""
        raise CellError(f"must be between {_told(low)} and {_told(high)}{unit}")
    if rule.kind == "integer":
        if value != int(value):
            raise CellError("must be a whole number")
        return int(value)
    return value


def _told(bound: float | None) -> str:
    return "any" if bound is None else f"{bound:g}"


def _what(value: Any) -> str:
    """What it is instead, where that helps to find it."""
    if isinstance(value, str):
        return ", and is text"
    if isinstance(value, bool):
        return ", and is true or false"
    return ", and is a date or time" if isinstance(value, date | time | timedelta) else ""
