"""The JSON that the language model may answer with, and reading it.

An answer is one short JSON string of moves, each a feature and a signed number of steps, or the word that a
category becomes: "BMI -4 fibre 3 smoking never". Its JSON schema is a pattern of exactly the moves that are
open to this patient under this request, so that a server with constrained decoding can neither leave the
limits nor go on and on.
(A string, because between the parts of objects and lists a model may spend its time on white space.)
Servers that take schemas of objects alone are asked for one that holds the string: {"changes": "BMI -4"}.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from app.domain.feature import Kind
from app.domain.lever import Lever
from app.domain.levers import Levers
from app.domain.move_checks import one_word
from app.domain.schema import IntArray

JSON_WORDS = 'Answer with JSON alone, such as {"changes": "BMI -5 fibre 2"}.'
"""How a server that takes no schema is told the form; the features are those of the instruction's example."""

_HELD = "changes"
_LONGEST = 4_000
"""Characters: twenty moves are some 500."""
_OF_PATTERNS = re.compile(r"[\\^$.|?*+(){}]")
_FEWEST_TOKENS, _A_TOKEN = 64, 2
"""Tokens that any answer may have, and characters that a token of a strange name has at least."""


def response_schema(levers: Levers) -> dict[str, Any]:
    """The JSON schema of an answer for these levers."""
    move = "|".join(f"{lever.feature.called} ({'|'.join(map(_escaped, _said(lever)))})" for lever in levers)
    more = levers.max_changes - 1
    return {"type": "string", "pattern": f"^({move})( ({move})){{0,{more}}}$"}


def most_tokens(levers: Levers) -> int:
    """How many tokens an answer may have: more than is usual where features have long names."""
    moves = sorted(len(lever.feature.called) + max(map(len, _said(lever)), default=0) for lever in levers)
    longest = sum(moves[-levers.max_changes :]) + 2 * levers.max_changes + 2
    return max(_FEWEST_TOKENS, longest // _A_TOKEN)


def object_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of an object that holds an answer of this schema."""
    return {
        "type": "object",
        "properties": {_HELD: schema},
        "required": [_HELD],
        "additionalProperties": False,
    }


def read_answer(levers: Levers, text: str) -> IntArray | None:
    """The levels an answer stands for, shape (levers,), or None if it is not well formed.

    A feature named twice goes the further way.
    """
    if len(text) > _LONGEST:
        return None
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):  # ValueError also for numbers of thousands of digits
        return None
    if isinstance(answer, dict) and answer.keys() == {_HELD}:
        answer = answer[_HELD]
    if not isinstance(answer, str):
        return None
    known = {
        f"{lever.feature.called} {steps}": (position, level)
        for position, lever in enumerate(levers)
        for level, steps in enumerate(_said(lever), start=1)
    }
    levels = np.zeros(len(levers), dtype=np.int64)
    words = answer.split(" ")
    if len(words) % 2:
        return None
    for move in map(" ".join, zip(words[::2], words[1::2], strict=True)):
        if move not in known:
            return None
        position, level = known[move]
        levels[position] = max(levels[position], level)
    return levels


def write_answer(levers: Levers, levels: IntArray, order: Sequence[int] = ()) -> str:
    """How the language model is taught to say these levels: levers in `order`, then the others."""
    places = [*order, *(place for place in range(len(levers)) if place not in order)]
    moves = (
        f"{levers.items[place].feature.called} {said(levers.items[place], int(levels[place]))}"
        for place in places
        if levels[place] > 0
    )
    return json.dumps(" ".join(moves))


def _said(lever: Lever) -> list[str]:
    """What is said of a lever's levels above zero, nearest first."""
    return [said(lever, level) for level in range(1, lever.top + 1)]


def said(lever: Lever, level: int) -> str:
    """A level in a prompt or an answer: its steps; of a category, in one word, the value that it ends at."""
    if lever.feature.kind is Kind.CATEGORY:
        return one_word(str(lever.feature.in_kind(float(lever.values[level]))))
    return str(lever.steps[level])


def _escaped(word: str) -> str:
    """As a pattern of JSON Schema that matches the word alone."""
    return _OF_PATTERNS.sub(r"\\\g<0>", word)
