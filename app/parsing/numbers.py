"""The one reader of numbers that arrive as text: in tables, forms, query parameters, settings.

Python's own grammar is no wire format: it takes `1_3_1`, ` 131 `, `١٣١` and `nan`.
"""

import math
import re

_UNSIGNED = r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
_NUMBER = re.compile(rf"[+-]?{_UNSIGNED}(?:[eE][+-]?[0-9]+)?")
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+")


class NumberError(ValueError):
    """A text that is no number; the message says so without the text."""


def read_number(text: str) -> float:
    """The number that a text is: sign, ASCII digits, a decimal point with digits, an exponent.

    All but some digits may be missing. Spaces are the caller's to strip.

    Raises:
        NumberError: it is something else, or too large for a float.
    """
    if not _NUMBER.fullmatch(text):
        raise NumberError(_why_not(text))
    value = float(text)
    if math.isinf(value):
        raise NumberError("must be a finite number")
    return value


def read_whole_number(text: str) -> int:
    """The whole number that a text is: a sign, which may be missing, and 1 to 18 ASCII digits.

    Raises:
        NumberError: it is something else.
    """
    if not _WHOLE.fullmatch(text):
        raise NumberError("must be a whole number")
    return int(text)


def _why_not(text: str) -> str:
    if _DECIMAL_COMMA.fullmatch(text):
        return "must be a number with a decimal point, not a comma"
    return "must be a number"
