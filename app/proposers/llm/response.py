"""The JSON that the language model may answer with, and reading it.

An answer maps features to whole, signed numbers of steps, such as {"bmi": -4, "fibre": 3}. Its JSON
schema lists, for this patient and this request, exactly the steps that are open, so that a server with
constrained decoding cannot leave the limits.
"""

import json
from typing import Any

import numpy as np

from app.domain.levers import Levers
from app.domain.schema import IntArray


def response_schema(levers: Levers) -> dict[str, Any]:
    """The JSON schema of an answer for these levers."""
    return {
        "type": "object",
        "properties": {lever.feature.name: {"enum": lever.steps[1:].tolist()} for lever in levers},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": levers.max_changes,
    }


def read_answer(levers: Levers, text: str) -> IntArray | None:
    """The levels an answer stands for, shape (levers,), or None if it is not well formed."""
    try:
        answer = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return None
    if not isinstance(answer, dict) or not answer:
        return None
    levels = np.zeros(len(levers), dtype=np.int64)
    position = {lever.feature.name: index for index, lever in enumerate(levers)}
    for name, steps in answer.items():
        if name not in position or isinstance(steps, bool) or not isinstance(steps, int):
            return None
        index = position[name]
        level = np.flatnonzero(levers.items[index].steps == steps)
        if len(level) != 1:
            return None
        levels[index] = level[0]
    return levels if levels.any() else None
