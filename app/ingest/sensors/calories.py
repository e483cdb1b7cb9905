"""Calories burned: readings that add up over the day, or amounts by themselves."""

from enum import StrEnum

import numpy as np

from app.domain.schema import FloatArray, IntArray

FEWEST_STEPS = 10
"""Changes from one reading to the next that it takes to tell the two forms apart."""
MOST_RESETS = 2
"""Falls in a day that a counter may have: at midnight of the watch, and after a restart."""


class CaloriesForm(StrEnum):
    """What readings of calories are."""

    CUMULATIVE = "cumulative"  # a counter since midnight
    AMOUNTS = "amounts"  # what was burned since the reading before
    UNCLEAR = "unclear"


def form_of(values: FloatArray, day: IntArray) -> CaloriesForm:
    """What the readings of one person are, by how they change within days.

    A counter only rises, and falls at resets. Amounts rise and fall. `day` numbers the day of each reading;
    both are in the order of time.
    """
    same_day = day[1:] == day[:-1]
    change = np.diff(values)[same_day]
    if len(change) < FEWEST_STEPS:
        return CaloriesForm.UNCLEAR
    falls, rises = int((change < 0).sum()), int((change > 0).sum())
    days = len(np.unique(day))
    if falls <= MOST_RESETS * days and rises > falls:
        return CaloriesForm.CUMULATIVE
    return CaloriesForm.AMOUNTS


def burned(values: FloatArray, form: CaloriesForm) -> float | None:
    """What a day's readings come to in kcal; None where that cannot be told."""
    if len(values) == 0 or form is CaloriesForm.UNCLEAR:
        return None
    if form is CaloriesForm.AMOUNTS:
        return float(values.sum())
    # What a counter reads is burned; after a fall it began at nothing again.
    risen = np.diff(values)
    return float(values[0] + np.where(risen >= 0, risen, values[1:]).sum())
