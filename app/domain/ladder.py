"""The values that an action takes a feature to: from the factual one outwards, one step apart."""

import math

import numpy as np

from app.domain.feature import Action, Direction, Feature
from app.domain.patient import Patient
from app.domain.schema import FeatureSchema, FloatArray, IntArray
from app.domain.tolerances import VALUE_SLACK


def ladder(action: Action, start: float) -> tuple[FloatArray, IntArray]:
    """Values from the factual one outwards, one step apart, and their signed number of steps."""
    sign, end = _heading(action.direction, start, *action.limit)
    room = room_for(action, start)
    reach = min(room, action.max_change or math.inf, (action.max_change_share or math.inf) * abs(start))
    count = math.floor(reach / action.step + VALUE_SLACK)
    values = start + sign * action.step * np.arange(count + 1)
    if action.reaches_limit and reach >= room > count * action.step + VALUE_SLACK:
        values, count = np.append(values, end), count + 1
    if action.whole:
        reached = [end] if values[-1] == end and count else []
        return np.array([start, *reached]), np.array([0, sign][: 1 + len(reached)], dtype=np.int64)
    return np.append(start, np.round(values[1:], 6)), sign * np.arange(count + 1, dtype=np.int64)


def room_for(action: Action, start: float) -> float:
    """How far a value may go to its limit, in its unit; 0 where it is there already."""
    sign, end = _heading(action.direction, start, *action.limit)
    return max(0.0, sign * (end - start))


def has_room(schema: FeatureSchema, patient: Patient, feature: Feature) -> bool:
    """Whether there is an action on a feature for a person, and its value is short of the limit."""
    start = patient.factual[schema.column_of[feature.name]]
    action = feature.action and feature.action.for_person(patient.values)
    return action is not None and not np.isnan(start) and room_for(action, float(start)) > 0


def _heading(direction: Direction, start: float, low: float, high: float) -> tuple[int, float]:
    """The sign of a permitted move and the value at which it must stop."""
    if direction is Direction.DECREASE:
        return -1, min(low, start)
    if direction is Direction.INCREASE:
        return 1, max(high, start)
    if start < low:
        return 1, high
    return (-1, low) if start > high else (1, start)
