"""Who is held out: a rule that depends on nothing but the id that the data set gives a person."""

import hashlib

HELD_OUT_PERCENT = 25


def is_held_out(person: str) -> bool:
    """Whether the person of this id is kept from training: all their rows, where a table has several.

    A hash rather than a random generator: neither row order nor a library's version can move anybody
    from one side to the other.
    """
    digest = hashlib.sha256(f"turnpoint:{person}".encode()).hexdigest()
    return int(digest[:8], 16) % 100 < HELD_OUT_PERCENT


def rule(name: str) -> str:
    """The rule in words, for a data set that calls a person's id this."""
    return f'int(sha256("turnpoint:" + {name})[:8], 16) % 100 < {HELD_OUT_PERCENT}'
