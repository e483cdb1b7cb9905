"""Words that a cell may hold in place of a value: for nothing known, and for yes and no."""

import re

MISSING = frozenset(
    {"na", "n/a", "n.a.", "#n/a", "nan", "<na>", "null", "?", "??", "-", "--", "–", "—", ".", "..", "unknown"}  # noqa: RUF001
    | {"unk", "missing", "not known", "not available", "not measured", "not recorded", "not reported"}
    | {"#value!", "#div/0!", "#null!", "#num!", "#ref!", "nat"}
)
"""What means in every column that a value is not known, in small letters."""
MISSING_NUMBER = frozenset({"none", "nil", "nd", "n.d.", "not done", "no value", "pending", "x", "*"})
"""What means it in a column of numbers; in another it may be a value, as in the drugs that somebody takes."""

_PAIRS = (("yes", "no"), ("y", "n"), ("true", "false"), ("t", "f"))
YES = frozenset(yes for yes, _ in _PAIRS)
NO = frozenset(no for _, no in _PAIRS)

_TIME = r"(?:[T ]\s*\d{1,2}:\d{2}.*)?"
_DATE = re.compile(
    rf"\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}{_TIME}|\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:\d{{2}}|\d{{4}}){_TIME}"
    rf"|\d{{1,2}}[ .-]+[A-Za-z]{{3,9}}[ .,-]+\d{{2,4}}{_TIME}|[A-Za-z]{{3,9}} \d{{1,2}},? \d{{4}}{_TIME}"
    r"|\d{1,2}:\d{2}(?::\d{2})?"
)


def is_missing(word: str) -> bool:
    """Whether a word means that nothing is known."""
    return word.lower() in MISSING


def is_date(word: str) -> bool:
    """Whether a word is a date, or a time of day."""
    return _DATE.fullmatch(word) is not None
