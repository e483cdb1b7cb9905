"""The values that an action takes a feature to: from the factual one outwards, one step or move each."""

import math

import numpy as np

from app.domain.feature import Action, Direction, Feature, Kind
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


def moves_open(feature: Feature, action: Action, start: float) -> tuple[FloatArray, FloatArray]:
    """Codes of the categories that somebody may go to, the factual one first, and the effort of each.

    Those of least effort come first; of equal effort in the order of the schema.
    """
    moves = action.moves_from(feature.in_kind(start))
    codes = [start, *(feature.code(move.after) for move in moves)]
    return np.array(codes), np.array([0.0, *(action.effort_of(move) for move in moves)])


def room_for(action: Action, start: float) -> float:
    """How far a value may go to its limit, in its unit; 0 where it is there already."""
    sign, end = _heading(action.direction, start, *action.limit)
    return max(0.0, sign * (end - start))


def has_room(schema: FeatureSchema, patient: Patient, feature: Feature) -> bool:
    """Whether there is an action on a feature for a person, and its value is short of the limit."""
    value = patient.values[feature.name]
    action = feature.action and feature.action.for_person(patient.values)
    if action is None or value is None:
        return False
    if feature.kind is Kind.CATEGORY:
        return bool(action.moves_from(value))
    return room_for(action, feature.code(value)) > 0


def _heading(direction: Direction, start: float, low: float, high: float) -> tuple[int, float]:
    """The sign of a permitted move and the value at which it must stop."""
    if direction is Direction.DECREASE:
        return -1, min(low, start)
    if direction is Direction.INCREASE:
        return 1, max(high, start)
    if start < low:
        return 1, high
    return (-1, low) if start > high else (1, start)
