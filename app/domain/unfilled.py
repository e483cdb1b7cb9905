"""Words that a first draft leaves to the owner of a model: nobody is told them as if they were facts."""

import re

TO_FILL_IN = "to fill in"
"""What a first draft has in the place of words that only the owner knows."""


def is_unfilled(words: str) -> bool:
    """Whether an owner has yet to write this, or a part of it."""
    return TO_FILL_IN in words.lower()


def filled(words: str, otherwise: str) -> str:
    """The words, or what is said where there are none yet."""
    return otherwise if is_unfilled(words) or not words.strip() else words


def filled_part(words: str) -> str:
    """What the owner has written before the first part that is still to be filled in."""
    return re.split(TO_FILL_IN, words, maxsplit=1, flags=re.IGNORECASE)[0].strip()


UNNAMED_DATA = "a data set that is not named yet"
UNNAMED_PUBLISHER = "a publisher that is not named yet"
UNNAMED_LICENCE = "not named yet"
