"""A goal in stages: a few steps at first, all of them by the end of the horizon.

That each stage takes an equal share of the steps, and where stages end, is judgement: early stages are
shorter, since most of what a programme reaches is reached in its first half year.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

_STAGES = (4, 12, 26)
"""Weeks by which stages end, before the horizon does."""
_WEEKS = {"week": 1.0, "month": 52 / 12, "year": 52.0}
_HORIZON = re.compile(r"(\d{1,3}) (week|month|year)s?")


@dataclass(frozen=True, slots=True)
class Stage:
    """A value, and the week by whose end it is reached."""

    week: int
    value: float


def weeks_of(horizon: str) -> int | None:
    """How many weeks a horizon such as "12 months" has; None where it is worded otherwise."""
    found = _HORIZON.fullmatch(horizon.strip())
    return max(1, round(int(found[1]) * _WEEKS[found[2]])) if found and int(found[1]) else None


def ramp(before: float, after: float, step: float, weeks: int) -> list[Stage]:
    """The values between, whole steps from `before`, each with the week by which it is reached.

    The last one is `after`. No stage repeats the value of the one before it. `step` is above 0.
    """
    return list(_changing(before, after, step, [*(week for week in _STAGES if week < weeks), weeks]))


def _changing(before: float, after: float, step: float, ends: list[int]) -> Iterator[Stage]:
    steps = math.ceil(abs(after - before) / step - 1e-9)
    reached = 0
    for place, week in enumerate(ends, 1):
        wanted = math.ceil(steps * place / len(ends) - 1e-9)
        if wanted > reached:
            reached = wanted
            part = round(before + math.copysign(step * wanted, after - before), 6)
            yield Stage(week, after if wanted == steps else part)
